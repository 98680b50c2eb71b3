/** One life of a machine over a modelled disk, until its user has heard all that it waits for. */
import { type Timeout, timeout } from "../../../kernel/machine.js";
import { due, type Instant, instant } from "../../../kernel/time.js";
import type { DiskDone, DiskRequest } from "../../../recovery/disk.js";
import { never, trueTime } from "../../true-time.js";
import type { ModelledDisk } from "../modelled-disk.js";
import type { DiskMachine, User } from "./workload.js";

export interface LifeOptions<Input, Output> {
  readonly machine: DiskMachine<Input, Output>;
  readonly user: User<Input, Output>;
  readonly disk: ModelledDisk;
  /** Called after each thing that has happened: here the power may fail. False ends the life. */
  readonly mayFailHere?: (happened: string) => boolean;
  /** Before a request is given to the disk: here faults may be switched on. */
  readonly beforeRequest?: (request: DiskRequest) => void;
  readonly stepsMax: number;
}

/** `stuck`: nothing will ever happen any more, and the user still waits. */
export type LifeEnd = "done" | "stuck" | "too-long" | "cut";

/** @throws whatever the machine throws. */
export function runLife<Input, Output>(options: LifeOptions<Input, Output>): LifeEnd {
  return new Life(options).run();
}

class Life<Input, Output> {
  readonly #options: LifeOptions<Input, Output>;
  readonly #inputs: (Input | DiskDone | Timeout)[] = [];
  #now: Instant = instant(0);
  #cut = false;

  constructor(options: LifeOptions<Input, Output>) {
    this.#options = options;
    this.#inputs.push(...options.user.begin(this.#now));
  }

  run(): LifeEnd {
    const { user, stepsMax } = this.#options;
    for (let steps = 0; steps < stepsMax; steps += 1) {
      if (this.#cut) return "cut";
      if (user.done && this.#inputs.length === 0) return "done";
      const input = this.#inputs.shift() ?? this.#awaited();
      if (input === null) return "stuck";
      this.#step(input);
    }
    return "too-long";
  }

  /** What comes next when nobody says anything; null when nothing ever does. */
  #awaited(): DiskDone | Timeout | null {
    const { machine, disk } = this.#options;
    const deadline = machine.deadline();
    const answersAt = disk.nextAt();
    if (deadline === null && answersAt === never) return null;
    if (deadline !== null && deadline < answersAt) {
      if (!due(deadline, this.#now)) this.#now = deadline;
      return timeout;
    }
    this.#now = instant(Math.max(this.#now, answersAt));
    const [first, ...others] = disk.take(trueTime(this.#now));
    this.#inputs.push(...others);
    return first ?? timeout;
  }

  #step(input: Input | DiskDone | Timeout): void {
    const { machine, user } = this.#options;
    for (const output of machine.step(this.#now, input)) {
      if (isRequest(output)) this.#submit(output);
      else this.#inputs.push(...user.hear(this.#now, output));
      if (this.#cut) return;
    }
    this.#happened(kindOf(input));
  }

  #submit(request: DiskRequest): void {
    this.#options.beforeRequest?.(request);
    this.#options.disk.submit(trueTime(this.#now), request);
    this.#happened(`${request.operation.kind} ${request.id} asked for`);
  }

  #happened(what: string): void {
    if (this.#options.mayFailHere?.(what) === false) this.#cut = true;
  }
}

const kindOf = (input: unknown): string => {
  const { kind, id } = input as { readonly kind: string; readonly id?: number };
  return id === undefined ? kind : `${kind} ${id}`;
};

function isRequest<Output>(output: Output | DiskRequest): output is DiskRequest {
  return (output as { readonly kind?: unknown }).kind === "disk";
}
