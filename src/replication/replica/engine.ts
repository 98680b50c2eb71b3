/**
 * The stable log and Raft, wired together: what is proposed comes out applied, once a majority has
 * it on its disks. Raft is made when the log has been read.
 *
 * Both are fed from one queue, because what each says makes the other say something to it: the
 * outputs of a step are carried out to the last one before either hears the next input. So requests
 * to the disk go out in the order in which they were made.
 */
import { assert, UsageError, unreachable } from "../../kernel/assert.js";
import { feed, type Machine, type Timeout, timeout } from "../../kernel/machine.js";
import { earlier, type Instant } from "../../kernel/time.js";
import type { DiskDone, DiskRequest } from "../../recovery/disk.js";
import type { DiskHealth, LogInput, LogOutput, RecoveredLog } from "../../recovery/log/ports.js";
import type { RaftInput, RaftOutput, Received } from "../raft/ports.js";
import type { RaftMachine, ReplicaParts } from "./parts.js";
import type { ReplicaEvent } from "./ports.js";
import { damageText } from "./refusals.js";

/** What Raft hears of the log, it hears from here. */
export type EngineInput =
  | DiskDone
  | Exclude<RaftInput, { readonly kind: "saved" | "snapshot-saved" | "not-saved" | "disk-health" }>;

export type EngineOutput =
  | DiskRequest
  | Exclude<
      RaftOutput,
      { readonly kind: "save" | "save-snapshot" | "install-snapshot" | "compact" | "event" }
    >
  | { readonly kind: "event"; readonly event: ReplicaEvent };

export type EnginePhase =
  | { readonly kind: "opening" }
  | { readonly kind: "running"; readonly raft: RaftMachine }
  /** What is on the disk cannot be used here: it takes no part until the next start. */
  | { readonly kind: "out"; readonly reason: string; readonly detail: string };

type Feeding =
  | { readonly part: "log"; readonly input: LogInput | Timeout }
  | { readonly part: "raft"; readonly input: RaftInput | Timeout };

/** Messages that came together; at least one. */
export function heard(messages: readonly Received[]): EngineInput {
  const [only] = messages;
  if (only !== undefined && messages.length === 1) return { kind: "message", ...only };
  return { kind: "messages", messages };
}

/** More than any step takes; it shows that two parts make one another speak without end. */
const feedsMax = 100_000;

export class Engine implements Machine<EngineInput, EngineOutput> {
  readonly #make: ReplicaParts;
  readonly #log: Machine<LogInput, LogOutput>;
  #phase: EnginePhase = { kind: "opening" };
  #health: DiskHealth = "ok";
  /** Tickets of saves with entries that are not durable yet, oldest first. */
  #writing: number[] = [];
  #inbox: Feeding[] = [];
  #outputs: EngineOutput[] = [];

  constructor(parts: ReplicaParts) {
    this.#make = parts;
    this.#log = parts.log();
  }

  get phase(): EnginePhase {
    return this.#phase;
  }

  get health(): DiskHealth {
    return this.#health;
  }

  /** How many saves with entries are on their way to the disk. */
  get writing(): number {
    return this.#writing.length;
  }

  step(now: Instant, input: EngineInput | Timeout): readonly EngineOutput[] {
    this.#outputs = [];
    // Whichever of the two was due: a timeout that comes early is harmless.
    if (input.kind === "timeout") this.#inbox.push({ part: "log", input }, { part: "raft", input });
    else if (input.kind === "disk-done") this.#inbox.push({ part: "log", input });
    else this.#inbox.push({ part: "raft", input });
    this.#feedAll(now);
    return this.#outputs;
  }

  deadline(): Instant | null {
    const raft = this.#phase.kind === "running" ? this.#phase.raft.deadline() : null;
    return earlier(this.#log.deadline(), raft);
  }

  /** What is in the log cannot be read, or not be applied, by its owner. */
  leave(reason: string, detail: string): ReplicaEvent {
    this.#phase = { kind: "out", reason, detail };
    return { kind: "log-refused", reason, detail };
  }

  #feedAll(now: Instant): void {
    for (let at = 0; at < this.#inbox.length; at += 1) {
      const next = this.#inbox[at] as Feeding;
      if (at >= feedsMax) assert(false, `log and Raft talk for ever: ${JSON.stringify(next)}`);
      if (next.part === "log") {
        feed(this.#log, now, next.input, (output) => this.#carryLog(now, output));
      } else if (this.#phase.kind === "running") {
        feed(this.#phase.raft, now, next.input, (output) => this.#carryRaft(output));
      }
    }
    this.#inbox = [];
  }

  #carryLog(now: Instant, output: LogOutput): void {
    switch (output.kind) {
      case "disk":
        this.#outputs.push(output);
        break;
      case "recovered":
        this.#onRecovered(now, output.log);
        break;
      case "refused":
        this.#tell(this.leave(output.reason, damageText(output)));
        break;
      case "saved":
        this.#written(output.ticket);
        this.#tellRaft(output);
        break;
      case "snapshot-saved":
        this.#tellRaft(output);
        break;
      case "not-saved":
        this.#writing = this.#writing.filter((ticket) => ticket !== output.ticket);
        this.#tellRaft({ kind: "not-saved", ticket: output.ticket });
        break;
      case "health":
        this.#health = output.health;
        this.#tell({ kind: "disk-health", health: output.health });
        this.#tellRaft({ kind: "disk-health", health: output.health });
        break;
      case "budget":
        this.#tell({ ...output, kind: "write-budget" });
        break;
      default:
        unreachable(output);
    }
  }

  #written(ticket: number): void {
    while (this.#writing.length > 0 && (this.#writing[0] as number) <= ticket) {
      this.#writing.shift();
    }
  }

  #onRecovered(now: Instant, recovered: RecoveredLog): void {
    assert(this.#phase.kind === "opening", "a log is recovered once");
    const { snapshot, entries, repairs } = recovered;
    const last = entries.at(-1)?.index ?? snapshot?.index ?? 0;
    this.#tell({ kind: "log-recovered", last, repairs });
    const raft = this.#raftOf(now, recovered);
    if (raft === null) return;
    this.#phase = { kind: "running", raft };
    if (this.#health !== "ok") this.#tellRaft({ kind: "disk-health", health: this.#health });
    this.#tellRaft(timeout);
  }

  /** Null where the log is whole, and what is in it was written by another version. */
  #raftOf(now: Instant, recovered: RecoveredLog): RaftMachine | null {
    try {
      return this.#make.raft(now, recovered);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.#tell(this.leave("unknown-version", error.message));
      return null;
    }
  }

  #carryRaft(output: RaftOutput): void {
    switch (output.kind) {
      case "save":
        if (output.entries.length > 0) this.#writing.push(output.ticket);
        this.#tellLog(output);
        break;
      case "save-snapshot":
      case "install-snapshot":
      case "compact":
        this.#tellLog(output);
        break;
      case "send":
      case "restore":
      case "apply":
      case "want-snapshot":
      case "proposed":
      case "refused":
      case "read-ready":
      case "done":
      case "event":
        this.#outputs.push(output);
        break;
      default:
        unreachable(output);
    }
  }

  #tellLog(input: LogInput): void {
    this.#inbox.push({ part: "log", input });
  }

  #tellRaft(input: RaftInput | Timeout): void {
    this.#inbox.push({ part: "raft", input });
  }

  #tell(event: ReplicaEvent): void {
    this.#outputs.push({ kind: "event", event });
  }
}
