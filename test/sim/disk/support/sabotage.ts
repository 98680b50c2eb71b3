/**
 * A machine with a bug planted between it and its disk: what it asks for is not what is done, and
 * it does not notice. So the bugs that a crash explorer must find can be planted in any machine.
 */
import type { Timeout } from "../../../../src/kernel/machine.js";
import type { Instant } from "../../../../src/kernel/time.js";
import type { DiskDone, DiskOperation, DiskRequest } from "../../../../src/recovery/disk.js";
import type { DiskMachine } from "../../../../src/sim/disk/explorer/workload.js";

export interface Sabotage {
  readonly name: string;
  readonly operation?: (operation: DiskOperation) => DiskOperation;
  readonly done?: (done: DiskDone) => DiskDone;
}

/** Something that changes nothing and ends well. */
const idle: DiskOperation = { kind: "list" };

export const sabotages: readonly Sabotage[] = [
  {
    name: "writes that should be synced are not",
    operation: (operation) =>
      operation.kind === "write" ? { ...operation, synced: false } : operation,
  },
  {
    name: "the folder is never synced",
    operation: (operation) => (operation.kind === "sync-folder" ? idle : operation),
  },
];

/** To be seen only where syncs fail. */
export const failureIgnored: Sabotage = {
  name: "a failed operation is taken for a good one",
  done: (done) => (done.result.ok ? done : { ...done, result: { ok: true } }),
};

interface Other {
  readonly kind: string;
}

export class Sabotaged<Input extends Other, Output extends Other>
  implements DiskMachine<Input, Output>
{
  readonly #machine: DiskMachine<Input, Output>;
  readonly #sabotage: Sabotage;

  constructor(machine: DiskMachine<Input, Output>, sabotage: Sabotage) {
    this.#machine = machine;
    this.#sabotage = sabotage;
  }

  step(now: Instant, input: Input | DiskDone | Timeout): readonly (Output | DiskRequest)[] {
    const { done } = this.#sabotage;
    const given = isDone(input) && done !== undefined ? done(input) : input;
    return this.#machine.step(now, given).map((output) => this.#changed(output));
  }

  deadline(): Instant | null {
    return this.#machine.deadline();
  }

  #changed(output: Output | DiskRequest): Output | DiskRequest {
    const { operation } = this.#sabotage;
    if (!isRequest(output) || operation === undefined) return output;
    return { ...output, operation: operation(output.operation) };
  }
}

const isDone = (input: Other): input is DiskDone => input.kind === "disk-done";
const isRequest = (output: Other): output is DiskRequest => output.kind === "disk";
