/** Parts of a replica with somebody who writes down what they do. */
import type { NodeId } from "../../kernel/ids.js";
import type { Timeout } from "../../kernel/machine.js";
import type { Instant } from "../../kernel/time.js";
import type { RaftInput, RaftOutput, RaftStatus } from "../../replication/raft/ports.js";
import type { RaftMachine } from "../../replication/replica/parts.js";
import type { AppCommands } from "../../replication/service/app-commands.js";
import { Service } from "../../replication/service/service.js";
import type { Applied } from "../../replication/service/state-machine.js";
import type { Truth } from "./truth.js";

export class ObservedRaft implements RaftMachine {
  readonly #raft: RaftMachine;
  readonly #node: NodeId;
  readonly #truth: Truth;

  constructor(raft: RaftMachine, node: NodeId, truth: Truth) {
    this.#raft = raft;
    this.#node = node;
    this.#truth = truth;
  }

  step(now: Instant, input: RaftInput | Timeout): readonly RaftOutput[] {
    const outputs = this.#raft.step(now, input);
    for (const output of outputs) {
      if (output.kind !== "apply") continue;
      for (const entry of output.entries) this.#truth.entry(this.#node, entry);
    }
    return outputs;
  }

  deadline(): Instant | null {
    return this.#raft.deadline();
  }

  status(): RaftStatus {
    return this.#raft.status();
  }
}

export class ObservedService extends Service {
  readonly #node: NodeId;
  readonly #truth: Truth;
  #at = 0;

  constructor(app: AppCommands, node: NodeId, truth: Truth) {
    super(app);
    this.#node = node;
    this.#truth = truth;
  }

  /** The index of the last command that it applied; 0 where it has applied none itself. */
  get at(): number {
    return this.#at;
  }

  override apply(index: number, command: Uint8Array): Applied {
    if (index <= this.#at) this.#truth.violated(`${this.#node} applied ${index} after ${this.#at}`);
    this.#at = index;
    const applied = super.apply(index, command);
    this.#truth.applied(this.#node, index, command, applied);
    return applied;
  }

  override snapshot(): Uint8Array {
    const snapshot = super.snapshot();
    if (this.#at > 0) this.#truth.state(this.#node, this.#at, snapshot);
    return snapshot;
  }
}
