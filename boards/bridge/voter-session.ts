/**
 * What one replica knows of the output voter, and says to it: what each output is, and in every
 * cycle what it shall have. The voter has three such lines and decides by two of three, so nothing
 * that one replica says drives an output; a vote that is lost is not sent again, for the next cycle
 * brings the next.
 *
 * Invariant: nothing but `ask` is said to a device that is no voter of ours, and no vote is sent
 * whose time is over.
 */
import { unreachable } from "../../src/kernel/assert.js";
import { after, type Duration, due, type Instant, seconds } from "../../src/kernel/time.js";
import type { BoardHealth, PinRefusal } from "../pin-board.js";
import { clusterTag } from "./cluster-tag.js";
import { Counts } from "./counts.js";
import { DeviceClock } from "./device-clock.js";
import { parseDeviceFrame } from "./device-frame.js";
import {
  type CommandResult,
  type DeclareFields,
  type DeviceFrame,
  type Hello,
  nextSequence,
  type Place,
  results,
  sequenceAhead,
  type Taken,
  type Verdict,
} from "./frames.js";
import { deviationMax, type Greeted, Greeting } from "./greeting.js";
import { hostFrame } from "./host-frame.js";
import { Liveness } from "./liveness.js";
import { OldVotes } from "./old-votes.js";
import { countReset } from "./resets.js";
import { VerdictWatch } from "./verdict-watch.js";
import type { VoterEvent } from "./voter-events.js";

/** A declaration that was not taken is said again so often. */
const declareEvery: Duration = seconds(1);

export interface VoterSessionOptions {
  readonly cluster: string;
  /** At which of the voter's lines this replica should be; null where that is of no interest. */
  readonly place: Place | null;
  readonly declarations: readonly DeclareFields[];
  /** A voter that is bound to another cluster is taken over, if a second replica does so too. */
  readonly rebind: boolean;
  readonly send: (payload: Uint8Array) => void;
  readonly onEvent: (now: Instant, event: VoterEvent) => void;
}

export interface Vote {
  readonly output: number;
  /** 0 to 65,535. */
  readonly value: number;
  /** 1 to 60,000 ms. */
  readonly holdMs: number;
  /** The number of the cluster's cycle to which the vote belongs. */
  readonly cycle: number;
}

/** What an output by right shall have. */
export interface Order {
  readonly output: number;
  /** 0 to 65,535. */
  readonly value: number;
  /** 1 to 60,000 ms; 0 lets it go. */
  readonly holdMs: number;
  readonly token: number;
}

interface Declaration {
  readonly fields: DeclareFields;
  /** When it is said (again); null once it was taken. */
  dueAt: Instant | null;
  /** Of when it was said last. */
  sequence: number;
}

type Phase = "asking" | "known" | "refused" | "closed";

export class VoterSession {
  readonly counts = new Counts();
  readonly #options: VoterSessionOptions;
  readonly #tag: number;
  readonly #clock = new DeviceClock();
  readonly #greeting: Greeting;
  readonly #liveness: Liveness;
  readonly #watch: VerdictWatch;
  readonly #old = new OldVotes();
  readonly #declarations: readonly Declaration[];
  #declarationSequence = 0;
  #orderSequence = 0;
  /** Outputs of which it was told that our right is an older one. */
  readonly #stale = new Set<number>();
  #phase: Phase = "asking";
  #lineLost: string | null = null;
  #verdict: Verdict | null = null;
  #silentTold = false;

  constructor(now: Instant, options: VoterSessionOptions) {
    this.#options = options;
    const { cluster, place, rebind, send, onEvent } = options;
    this.#tag = clusterTag(cluster);
    this.#declarations = options.declarations.map((fields) => ({
      ...{ fields, dueAt: now, sequence: 0 },
    }));
    this.#liveness = new Liveness(now);
    this.#greeting = new Greeting({
      ...{ expected: "voter", cluster, clock: this.#clock, rebind },
      send: (payload) => send(payload),
    });
    this.#watch = new VerdictWatch(place, this.counts, onEvent);
    this.#greeting.begin(now);
  }

  get hello(): Hello | null {
    return this.#greeting.hello;
  }

  get refusal(): PinRefusal | null {
    return this.#greeting.refusal;
  }

  get isKnown(): boolean {
    return this.#phase === "known";
  }

  /** The newest one; null before the first since the voter's start, and while it is silent. */
  verdict(now: Instant): Verdict | null {
    return this.health(now).kind === "live" ? this.#verdict : null;
  }

  health(now: Instant): BoardHealth {
    if (this.#phase === "closed") return { kind: "lost", message: "it was closed" };
    if (this.#lineLost !== null) {
      const message = `the line to the output voter is gone (${this.#lineLost}): is it plugged in?`;
      return { kind: "lost", message };
    }
    const refusal = this.#greeting.refusal;
    if (refusal !== null) return { kind: "lost", message: refusal.message };
    const live = this.#phase === "known" && !this.#liveness.isSilent(now);
    return live ? { kind: "live" } : { kind: "silent", since: this.#liveness.heardAt };
  }

  /**
   * Not before the output was declared: the answers to both look alike.
   *
   * @returns whether it went out
   */
  vote({ output, value, holdMs, cycle }: Vote): boolean {
    if (!this.#isDeclared(output)) {
      this.counts.add("votes-not-sent");
      return false;
    }
    const sequence = cycle % 65_536;
    const head = { cluster: this.#tag, sequence };
    this.#options.send(hostFrame({ kind: "vote", ...head, output, value, holdMs }));
    this.counts.add("votes");
    return true;
  }

  /** As `vote`, of an output by right. It is not sent again: the next write brings the next. */
  drive(order: Order): boolean {
    if (!this.#isDeclared(order.output)) {
      this.counts.add("orders-not-sent");
      return false;
    }
    this.#orderSequence = nextSequence(this.#orderSequence);
    const head = { cluster: this.#tag, sequence: this.#orderSequence };
    this.#options.send(hostFrame({ kind: "drive", ...head, ...order }));
    this.counts.add("orders");
    return true;
  }

  #isDeclared(output: number): boolean {
    if (this.#phase !== "known") return false;
    return this.#declarations.some(
      ({ fields, dueAt }) => fields.output === output && dueAt === null,
    );
  }

  onPayload(now: Instant, payload: Uint8Array): void {
    if (this.#phase === "closed") return;
    const parse = parseDeviceFrame(payload);
    if (parse.ok) this.#onFrame(now, parse.frame);
    else this.counts.add(`frame-${parse.reason}`);
  }

  onLineLost(now: Instant, code: string): void {
    if (this.#phase === "closed") return;
    this.#lineLost = code;
    this.counts.add("line-lost");
    this.#phase = "asking";
    this.#verdict = null;
    this.#greeting.stop();
    this.#options.onEvent(now, { kind: "line-lost", code });
  }

  onLineRestored(now: Instant): void {
    if (this.#phase === "closed") return;
    this.#lineLost = null;
    this.#greeting.begin(now);
    this.#greeting.tick(now);
    this.#options.onEvent(now, { kind: "line-restored" });
  }

  onLineGarbled(now: Instant, hint: string): void {
    this.counts.add("line-garbled");
    this.#options.onEvent(now, { kind: "line-garbled", hint });
  }

  tick(now: Instant): void {
    this.#liveness.tick(now);
    if (this.#phase === "closed") return;
    this.#greeting.tick(now);
    if (this.#phase !== "known") return;
    this.#declare(now);
    if (this.#silentTold || !this.#liveness.isSilent(now)) return;
    this.#silentTold = true;
    this.counts.add("silences");
    this.#options.onEvent(now, { kind: "silent" });
  }

  /** What stands of our votes ends by itself. */
  close(): void {
    this.#phase = "closed";
    this.#greeting.stop();
  }

  #onFrame(now: Instant, frame: DeviceFrame): void {
    switch (frame.kind) {
      case "hello":
        this.#onGreeted(now, this.#greeting.onHello(now, frame));
        break;
      case "other-version":
        this.#onGreeted(now, this.#greeting.onOtherVersion(frame.version));
        break;
      case "verdict":
        if (this.#phase === "known") this.#onVerdict(now, frame);
        break;
      case "taken":
        if (this.#phase === "known") this.#onTaken(now, frame);
        break;
      case "beat":
      case "samples":
      case "edges":
      case "done":
      case "question":
        this.counts.add("frame-of-a-bridge");
        break;
      default:
        unreachable(frame);
    }
  }

  #onGreeted(now: Instant, greeted: Greeted): void {
    switch (greeted) {
      case "refused":
        this.#onUnusable(now);
        break;
      case "reset":
        this.#onReset(now);
        this.#begin(now);
        break;
      case "first":
        this.#begin(now);
        break;
      case "same":
        if (this.#phase !== "known") this.#begin(now);
        break;
      default:
        unreachable(greeted);
    }
  }

  #onUnusable(now: Instant): void {
    const wasRefused = this.#phase === "refused";
    this.#phase = "refused";
    if (wasRefused) return;
    this.counts.add("devices-refused");
    const message = this.#greeting.refusal?.message ?? "";
    this.#options.onEvent(now, { kind: "unusable", message });
  }

  #onReset(now: Instant): void {
    const { hello } = this.#greeting;
    this.#clock.restart();
    if (hello !== null) this.#options.onEvent(now, countReset(this.counts, hello));
  }

  /** Whoever was started anew, the voter or this host, declares again. */
  #begin(now: Instant): void {
    const hello = this.#greeting.hello;
    if (hello === null) return;
    this.#clock.toInstant(now, hello.time);
    this.#phase = "known";
    this.#verdict = null;
    this.#liveness.hear(now);
    this.#tellLive(now);
    for (const declaration of this.#declarations) declaration.dueAt = now;
    this.#declare(now);
  }

  #declare(now: Instant): void {
    for (const declaration of this.#declarations) {
      if (!due(declaration.dueAt, now)) continue;
      declaration.dueAt = after(now, declareEvery);
      this.#declarationSequence = nextSequence(this.#declarationSequence);
      declaration.sequence = this.#declarationSequence;
      const head = { cluster: this.#tag, sequence: declaration.sequence };
      this.#options.send(hostFrame({ kind: "declare", ...head, ...declaration.fields }));
      this.counts.add("declarations");
    }
  }

  #onTaken(now: Instant, { sequence, result, output }: Taken): void {
    const declaration = this.#declarations.find(
      (one) => one.fields.output === output && one.sequence === sequence && one.dueAt !== null,
    );
    if (declaration !== undefined && result === results.done) declaration.dueAt = null;
    if (result === results.done) this.counts.add("taken");
    else this.counts.add(`refused-${resultWords[result]}`);
    if (declaration !== undefined) return;
    this.#noteStale(now, output, result === results.staleToken);
    this.#onVoteTaken(now, output, result === results.old);
  }

  /** Told once, and again after an order that was taken. */
  #noteStale(now: Instant, output: number, isStale: boolean): void {
    if (!isStale) this.#stale.delete(output);
    if (!isStale || this.#stale.has(output)) return;
    this.#stale.add(output);
    this.#options.onEvent(now, { kind: "stale-token", output });
  }

  #onVoteTaken(now: Instant, output: number, isOld: boolean): void {
    if (!this.#old.note(now, output, isOld) || this.#greeting.asks) return;
    this.counts.add("sequences-begun-anew");
    this.#greeting.begin(now);
  }

  #onVerdict(now: Instant, verdict: Verdict): void {
    this.#noteTime(now, verdict.time);
    const before = this.#verdict;
    if (before !== null) {
      const ahead = sequenceAhead(verdict.sequence, before.sequence);
      this.counts.add("verdicts-missed", Math.max(0, ahead - 1));
    }
    this.#verdict = verdict;
    this.#liveness.hear(now);
    if (this.#silentTold) this.#tellLive(now);
    this.#watch.look(now, verdict);
  }

  #noteTime(now: Instant, time: number): void {
    const deviation = this.#clock.deviation(now, time) ?? 0;
    if (deviation <= deviationMax) this.#clock.toInstant(now, time);
    else if (!this.#greeting.asks) this.#greeting.begin(now);
  }

  #tellLive(now: Instant): void {
    this.#silentTold = false;
    this.#options.onEvent(now, { kind: "live" });
  }
}

const resultWords: Readonly<Record<CommandResult, string>> = {
  0: "not",
  1: "another-cluster",
  2: "not-declared",
  3: "out-of-range",
  4: "repeated",
  5: "late",
  6: "supervision",
  7: "not-bound",
  8: "stale-token",
};
