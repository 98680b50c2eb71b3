/**
 * Handing over the leadership (thesis 3.10): the leader takes no more proposals, waits until its
 * successor has everything, and tells it to campaign at once, past pre-vote and past what voters
 * have heard of a leader. When that does not happen in time the leader goes on.
 */
import type { NodeId } from "../../kernel/ids.js";
import { after, due, type Instant } from "../../kernel/time.js";
import type { Progress } from "./progress.js";
import type { RaftState } from "./state.js";

export interface Handover {
  readonly ticket: number;
  readonly target: NodeId;
  /** After that somebody else leads, or nobody does. */
  readonly until: Instant;
}

export class Transfer {
  readonly #state: RaftState;
  #open: Handover | null = null;
  #told = false;

  constructor(state: RaftState) {
    this.#state = state;
  }

  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** How it stands when the leadership ends; null where the successor was not told yet. */
  get handover(): Handover | null {
    return this.#told ? this.#open : null;
  }

  deadline(): Instant | null {
    return this.#open?.until ?? null;
  }

  begin(ticket: number, target: NodeId): void {
    const until = after(this.#state.now, this.#state.options.electionTimeoutMax);
    this.#open = { ticket, target, until };
    this.#told = false;
  }

  /** True where the successor is told to campaign now, and with it the lease is void. */
  settle(progress: (member: NodeId) => Progress | undefined): boolean {
    const open = this.#open;
    if (open === null) return false;
    if (due(open.until, this.#state.now)) {
      this.#open = null;
      this.#state.refuse(open.ticket, "no-quorum");
      return false;
    }
    const target = progress(open.target);
    if (this.#told || target?.matched !== this.#state.log.last) return false;
    this.#told = true;
    this.#state.send(open.target, { kind: "timeout-now", term: this.#state.term });
    return true;
  }

  /** Once a heartbeat: the word may have been lost. */
  repeat(): void {
    const open = this.#open;
    if (open === null || !this.#told) return;
    this.#state.send(open.target, { kind: "timeout-now", term: this.#state.term });
  }

  end(): void {
    const open = this.#open;
    if (open !== null && !this.#told) this.#state.refuse(open.ticket, "leadership-lost");
    this.#open = null;
  }
}
