/** A service, and the log that it is written by, line by line. */
import { expect } from "vitest";
import { micros, seconds } from "../../../src/kernel/time.js";
import type { AppCommands } from "../../../src/replication/service/app-commands.js";
import { encodeCommand } from "../../../src/replication/service/command-bytes.js";
import type {
  Command,
  CommandResult,
  LeaderCommand,
  LockView,
  WatchEvent,
} from "../../../src/replication/service/ports.js";
import { Service, serviceLimits } from "../../../src/replication/service/service.js";

export class Log {
  readonly service: Service;
  index = 0;
  events: readonly WatchEvent[] = [];
  readonly #sequences = new Map<number, number>();

  constructor(limits = serviceLimits, app?: AppCommands) {
    this.service = new Service(app, limits);
  }

  /** A session's next command. */
  next(session: number, command: Command): CommandResult {
    const sequence = (this.#sequences.get(session) ?? 0) + 1;
    this.#sequences.set(session, sequence);
    return this.write(session, sequence, command);
  }

  write(session: number, sequence: number, command: Command | LeaderCommand): CommandResult {
    this.index += 1;
    const applied = this.service.apply(this.index, encodeCommand(session, sequence, command));
    this.events = applied.events;
    return applied.result;
  }

  open(name = "n"): number {
    const result = this.write(0, 0, { kind: "open-session", name, lease: seconds(10) });
    expect(result).toEqual({ ok: true, kind: "session", session: this.index });
    return this.index;
  }

  expire(session: number): void {
    this.write(0, 0, { kind: "expire-session", session });
  }

  lock(name = "pump"): LockView {
    const answer = this.service.query({ kind: "lock", lock: name });
    if (answer.kind !== "lock") throw new Error("not a lock");
    return answer.lock;
  }
}

export const acquire = (wait = false, lockDelay = 0, lock = "pump"): Command => ({
  kind: "acquire",
  lock,
  wait,
  lockDelay: micros(lockDelay),
});
export const release = (token: number, lock = "pump"): Command => ({
  kind: "release",
  lock,
  token,
});
export const put = (key: string, value = "x", version: number | null = null): Command => ({
  kind: "put",
  key,
  value: new Uint8Array([...value].map((letter) => letter.charCodeAt(0))),
  condition: version === null ? null : { version },
  ephemeral: false,
});
export const ephemeral = (key: string): Command => ({ ...put(key), ephemeral: true }) as Command;

export const reasonOf = (result: CommandResult): string => (result.ok ? "none" : result.reason);
