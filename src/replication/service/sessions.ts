/**
 * Sessions (Burrows 2006, section 2.8) and the exactly-once rule (Ongaro 2014, section 6.3): the
 * commands of a session are numbered from 1, and the last one's result is kept. The same number
 * again is answered by that result, whatever was sent with it; an older one is refused, because its
 * result is gone; a number beyond the next is refused, because one would be missing.
 *
 * So a client has one numbered command at a time on its way, and sends it until it is answered.
 */
import type { Duration } from "../../kernel/time.js";
import { sessionsMax } from "./limits.js";
import { opened, refused } from "./outcomes.js";
import type { Command, CommandResult } from "./ports.js";

export interface Session {
  readonly id: number;
  readonly name: string;
  readonly lease: Duration;
  /** Of its last command; 0 before the first. */
  sequence: number;
  /** Null before the first command. */
  result: CommandResult | null;
}

export interface SessionLimits {
  readonly sessionsMax: number;
}

export const sessionLimits: SessionLimits = { sessionsMax };

export class Sessions {
  readonly #limits: SessionLimits;
  /** In order of their ids, since an id is the index at which it was opened. */
  readonly #byId = new Map<number, Session>();

  constructor(limits: SessionLimits) {
    this.#limits = limits;
  }

  get open(): ReadonlyMap<number, Session> {
    return this.#byId;
  }

  openNew(at: number, command: Extract<Command, { kind: "open-session" }>): CommandResult {
    if (this.#byId.size >= this.#limits.sessionsMax) {
      return refused("limit", `${this.#limits.sessionsMax} sessions are open already`);
    }
    const { name, lease } = command;
    this.store({ id: at, name, lease, sequence: 0, result: null });
    return opened(at);
  }

  end(id: number): void {
    this.#byId.delete(id);
  }

  /** Puts a session as it is; ids come in order. */
  store(session: Session): void {
    this.#byId.set(session.id, session);
  }
}

/** What a numbered command is answered without being applied; null where it is to be applied. */
export function answerWithout(session: Session, sequence: number): CommandResult | null {
  if (sequence === session.sequence + 1) return null;
  if (sequence === session.sequence && session.result !== null) return session.result;
  const last = session.sequence;
  return refused("invalid", `command ${sequence} of session ${session.id} after command ${last}`);
}
