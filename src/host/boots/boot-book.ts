/**
 * The book of starts of one running replica: it finds out why this start came, decides about a boot
 * loop, and writes down how this life goes.
 *
 * It writes once at the start, once when the life has proved itself, and once at an orderly stop. A
 * disk that refuses costs the memory of this start, which is told; control goes on.
 */
import type { NodeId } from "../../kernel/ids.js";
import { type Duration, elapsed, type Instant, micros } from "../../kernel/time.js";
import type { EvidenceCause } from "../../watchdog/evidence.js";
import { type BootEntry, withLast, withStart } from "../../watchdog/restart/boot-journal.js";
import {
  type BootReason,
  judgeBoot,
  type LastLife,
  reasonText,
} from "../../watchdog/restart/boot-reason.js";
import {
  countsText,
  decideRestart,
  type RestartCount,
  type RestartDecision,
  type RestartSettings,
} from "../../watchdog/restart/restart-policy.js";
import { evidenceFolder, evidencePath, readEvidence } from "../evidence/evidence-folder.js";
import type { Clock } from "../monotonic-clock.js";
import { journalPath, readJournal, writeJournal } from "./journal-file.js";
import { type MachineFacts, readMachineFacts } from "./machine-facts.js";

export interface BootBookOptions {
  readonly node: NodeId;
  readonly bootId: number;
  readonly stateDir: string;
  readonly clock: Clock;
  /** Null where whoever started us decides about boot loops, as the demo does. */
  readonly restarts: RestartSettings | null;
  /** What a person said: safe mode, or not; null leaves it to the journal. */
  readonly safeMode: boolean | null;
  readonly warn: (message: string, error?: unknown) => void;
  readonly readMachine?: () => Promise<MachineFacts>;
}

/** What `holdfast status` tells of it. */
export interface BootStatus {
  readonly reason: BootReason;
  /** What counts against this replica; see the restart policy. */
  readonly counts: readonly RestartCount[];
  /** How long this start waited. */
  readonly backOff: Duration;
  readonly safeMode: boolean;
  /** It has run for long enough: what was before is forgiven at the next start. */
  readonly healthy: boolean;
  /** The record that the life before left; null where it left none. */
  readonly evidence: string | null;
}

/** What safe mode does without. */
export const safeModeText =
  "it controls, votes and drives as ever, without flight recorder, injected faults and real-time";

/** The longest that a timer of Node waits, in milliseconds: 24 days. */
const timerMax = 2_147_483_647;

const noDecision = { backOff: 0 as Duration, safeMode: false, counts: [] } as const;

export class BootBook {
  readonly #options: BootBookOptions;
  readonly #file: string;
  readonly #reason: BootReason;
  readonly #decision: RestartDecision;
  readonly #evidence: string | null;
  #starts: readonly BootEntry[];
  #writing: Promise<void> = Promise.resolve();
  #healthyTimer: NodeJS.Timeout | null = null;
  /** Null until the replica controls. */
  #begunAt: Instant | null = null;

  private constructor(options: BootBookOptions, findings: Findings) {
    const { starts, reason, evidence } = findings;
    const { restarts, safeMode, stateDir, node } = options;
    const decided = restarts === null ? noDecision : decideRestart(starts, reason, restarts);
    this.#options = options;
    this.#file = journalPath(stateDir, node);
    this.#reason = reason;
    this.#evidence = evidence;
    this.#decision = { ...decided, safeMode: safeMode ?? decided.safeMode };
    this.#starts = withStart(starts, this.#entry(findings.machineBoot));
  }

  /** Fulfilled when this start is in the journal, or could not be written there. */
  static async open(options: BootBookOptions): Promise<BootBook> {
    const book = new BootBook(options, await find(options));
    await book.#write();
    return book;
  }

  status(): BootStatus {
    const { backOff, safeMode, counts } = this.#decision;
    const healthy = this.#starts.at(-1)?.healthy ?? false;
    return {
      ...{ reason: this.#reason, counts, backOff, safeMode },
      ...{ healthy, evidence: this.#evidence },
    };
  }

  /** Nothing went wrong before, as far as anybody knows. */
  get isOrdinary(): boolean {
    return ["first", "request", "power"].includes(this.#reason) && !this.#decision.safeMode;
  }

  /** In a line, for the log. */
  text(): string {
    const { counts, safeMode, backOff } = this.#decision;
    const counted = counts.length === 0 ? "" : `; lately ${countsText(counts)}`;
    const evidence = this.#evidence === null ? "" : `; evidence in ${this.#evidence}`;
    const mode = safeMode ? `; it runs in safe mode: ${safeModeText}` : "";
    const wait = backOff === 0 ? "" : `; it waits ${(backOff / 1e6).toFixed(1)} s before it begins`;
    return `${reasonText(this.#reason)}${counted}${wait}${mode}${evidence}`;
  }

  /** Waits for as long as the loop asks for, or until the signal says that it is to end. */
  async backOff(signal: AbortSignal | null): Promise<void> {
    const { backOff } = this.#decision;
    if (backOff === 0 || signal?.aborted === true) return;
    await new Promise<void>((over) => {
      const timer = setTimeout(over, backOff / 1_000);
      const cutShort = (): void => {
        clearTimeout(timer);
        over();
      };
      signal?.addEventListener("abort", cutShort, { once: true });
    });
  }

  /** The replica controls from now on. */
  begun(): void {
    const { clock, restarts } = this.#options;
    this.#begunAt = clock.now();
    if (restarts === null) return;
    const wait = Math.min(restarts.healthyAfter / 1_000, timerMax);
    this.#healthyTimer = setTimeout(() => this.#put({ healthy: true }), wait).unref();
  }

  /**
   * It stops in good order: to be told at the beginning of the stop, which may be cut short. One
   * that never began to control has not stopped in good order; what it wrote last holds.
   */
  async stopped(): Promise<void> {
    const begunAt = this.#begunAt;
    this.ended();
    if (begunAt === null) return;
    await this.#put({ stopped: true, ran: elapsed(begunAt, this.#options.clock.now()) });
  }

  /** It was told to end before it began to control, as in a wait: an orderly stop as well. */
  async stoppedBefore(): Promise<void> {
    await this.#put({ stopped: true, ran: micros(0) });
  }

  /** Nothing more is written. */
  ended(): void {
    this.#begunAt = null;
    if (this.#healthyTimer !== null) clearTimeout(this.#healthyTimer);
  }

  #entry(machineBoot: string | null): BootEntry {
    const { backOff, safeMode } = this.#decision;
    return {
      ...{ bootId: this.#options.bootId, machineBoot, wallClock: new Date().toISOString() },
      startedAt: this.#options.clock.now(),
      ...{ reason: this.#reason, backOff, safeMode },
      ...{ healthy: false, stopped: false, ran: null },
    };
  }

  #put(change: Partial<BootEntry>): Promise<void> {
    this.#starts = withLast(this.#starts, change);
    return this.#write();
  }

  /** One after the other: each write is of the whole file. */
  #write(): Promise<void> {
    this.#writing = this.#writing
      .then(() => writeJournal(this.#file, this.#starts))
      .catch((error: unknown) => {
        this.#options.warn("the journal of starts could not be written", error);
      });
    return this.#writing;
  }
}

interface Findings {
  /** Without this one. */
  readonly starts: readonly BootEntry[];
  readonly reason: BootReason;
  readonly machineBoot: string | null;
  readonly evidence: string | null;
}

async function find({ node, stateDir, warn, readMachine }: BootBookOptions): Promise<Findings> {
  const { starts, warning } = await readJournal(journalPath(stateDir, node));
  if (warning !== null) warn(warning);
  const machine = await (readMachine ?? readMachineFacts)();
  const last = starts.at(-1) ?? null;
  const left = last === null ? null : await evidenceOf(stateDir, node, last.bootId);
  const reason = judgeBoot({
    last: last === null ? null : lifeOf(last, left?.cause ?? null),
    journalLost: warning !== null,
    machineBoot: machine.machineBoot,
    cardReset: machine.cardReset,
    panicLogged: last !== null && isAfter(machine.panicLoggedAt, last),
  });
  return { starts, reason, machineBoot: machine.machineBoot, evidence: left?.path ?? null };
}

const lifeOf = ({ machineBoot, stopped }: BootEntry, evidence: EvidenceCause | null): LastLife => ({
  machineBoot,
  stopped,
  evidence,
});

/** A log of a panic that nobody took away accuses no later life. */
const isAfter = (panicLoggedAt: number | null, { wallClock }: BootEntry): boolean =>
  panicLoggedAt !== null && panicLoggedAt >= Date.parse(wallClock);

/** Null for none, and for one that cannot be read: then it says nothing about the cause. */
async function evidenceOf(
  stateDir: string,
  node: string,
  bootId: number,
): Promise<{ readonly path: string; readonly cause: EvidenceCause } | null> {
  const path = evidencePath(evidenceFolder(stateDir), node, bootId);
  const reading = await readEvidence(path);
  return reading?.ok === true ? { path, cause: reading.record.cause } : null;
}
