/**
 * What this host knows of one bridge, and what it says to it: from the first `ask` to commands that
 * are answered. No line and no timer is in here; the opener (open.ts) brings both, and tests bring
 * theirs.
 *
 *     asking -> meeting -> running          meeting: it is bound, and hears our first words
 *
 * From everywhere the way leads back to `asking`: when the line is lost, when the device is deaf. A
 * device that was started again is taken to `meeting`, and all that still holds is said anew.
 *
 * Invariant: a device that is not ours, or not one of ours, is sent nothing but `ask`.
 */
import { unreachable } from "../../src/kernel/assert.js";
import type { Instant } from "../../src/kernel/time.js";
import type { BoardHealth, PinRefusal } from "../pin-board.js";
import { clusterTag, noCluster } from "./cluster-tag.js";
import { type CommandSource, CommandWindow } from "./command-window.js";
import { Counts } from "./counts.js";
import { DeviceClock } from "./device-clock.js";
import { parseDeviceFrame } from "./device-frame.js";
import type { BridgeEvent } from "./events.js";
import { FirstWords } from "./first-words.js";
import {
  type Beat,
  type CommandResult,
  type DeviceFrame,
  type EdgesTold,
  type Hello,
  results,
  type Samples,
  sequenceAhead,
} from "./frames.js";
import { deviationMax, type Greeted, Greeting } from "./greeting.js";
import { Liveness } from "./liveness.js";
import { countReset } from "./resets.js";

export interface SessionOptions {
  readonly cluster: string;
  /** How often pins are sampled. */
  readonly samplingMs: number;
  readonly firstSequence: number;
  readonly send: (payload: Uint8Array) => void;
  readonly onSamples: (arrival: Instant, at: Instant, samples: Samples) => void;
  readonly onEdges: (arrival: Instant, edges: EdgesTold) => void;
  readonly onQuestion: (now: Instant, bytes: Uint8Array) => void;
  readonly onBeat: (now: Instant, beat: Beat) => void;
  /** The device is as at its start: what was configured is not any more. */
  readonly onReset: (now: Instant) => void;
  /** Its supervision found this host hung: its outputs are safe. */
  readonly onBitten: (now: Instant) => void;
  readonly onTick: (now: Instant) => void;
  readonly onEvent: (now: Instant, event: BridgeEvent) => void;
}

type Phase = "asking" | "meeting" | "running" | "refused" | "closing" | "closed";

export class BridgeSession {
  readonly counts = new Counts();
  readonly clock = new DeviceClock();
  readonly tag: number;
  readonly #options: SessionOptions;
  readonly #greeting: Greeting;
  readonly #window: CommandWindow;
  readonly #sources: CommandSource[] = [];
  readonly #first: FirstWords;
  #phase: Phase = "asking";
  #lineLost: string | null = null;
  #deaf = false;
  #beat: Beat | null = null;
  readonly #liveness: Liveness;
  #silentTold = false;
  /** Commands are refused until the supervision is armed again. */
  #blocked = false;

  constructor(now: Instant, options: SessionOptions) {
    this.#options = options;
    this.tag = clusterTag(options.cluster);
    this.#liveness = new Liveness(now);
    const { cluster, firstSequence } = options;
    const send = (payload: Uint8Array): void => options.send(payload);
    this.#greeting = new Greeting({ expected: "bridge", cluster, clock: this.clock, send });
    this.#window = new CommandWindow({
      ...{ send, firstSequence, counts: this.counts },
      onDeaf: (at) => this.#onDeaf(at),
    });
    this.#first = new FirstWords(this.tag, options.samplingMs);
    this.#sources.push(this.#first);
    this.#greeting.begin(now);
  }

  get hello(): Hello | null {
    return this.#greeting.hello;
  }

  get beat(): Beat | null {
    return this.#beat;
  }

  get refusal(): PinRefusal | null {
    return this.#greeting.refusal;
  }

  get isRunning(): boolean {
    return this.#phase === "running";
  }

  get isClosed(): boolean {
    return this.#phase === "closed";
  }

  /** Asked in turn for what is to be said, while the device takes commands. */
  add(source: CommandSource): void {
    this.#sources.push(source);
  }

  remove(source: CommandSource): void {
    this.#sources.splice(this.#sources.indexOf(source), 1);
  }

  /** What is no command: an answer to a question. */
  say(payload: Uint8Array): void {
    if (this.#phase === "running") this.#options.send(payload);
  }

  /** The supervision is armed again, or off. */
  unblock(now: Instant): void {
    this.#blocked = false;
    this.#pump(now);
  }

  onPayload(now: Instant, payload: Uint8Array): void {
    if (this.#phase === "closed") return;
    const parse = parseDeviceFrame(payload);
    if (parse.ok) this.#onFrame(now, parse.frame);
    else this.counts.add(`frame-${parse.reason}`);
    this.#pump(now);
  }

  onLineLost(now: Instant, code: string): void {
    if (this.#phase === "closed") return;
    this.#lineLost = code;
    this.counts.add("line-lost");
    this.#askAgain(now);
    this.#options.onEvent(now, { kind: "line-lost", code });
  }

  /** Bytes come, and no frames. */
  onLineGarbled(now: Instant, hint: string): void {
    this.counts.add("line-garbled");
    this.#options.onEvent(now, { kind: "line-garbled", hint });
  }

  onLineRestored(now: Instant): void {
    if (this.#phase === "closed") return;
    this.#lineLost = null;
    this.#greeting.begin(now);
    this.#options.onEvent(now, { kind: "line-restored" });
    this.#pump(now);
  }

  tick(now: Instant): void {
    this.#liveness.tick(now);
    if (this.#phase === "closed") return;
    if (this.#phase === "running" && !this.#silentTold && this.#liveness.isSilent(now)) {
      this.counts.add("silences");
      this.#options.onEvent(now, { kind: "silent" });
      this.#silentTold = true;
    }
    this.#options.onTick(now);
    this.#pump(now);
  }

  /** What the sources have just begun to want goes out at once. */
  pump(now: Instant): void {
    this.#pump(now);
  }

  health(now: Instant): BoardHealth {
    const lost = this.#whyLost();
    if (lost !== null) return { kind: "lost", message: lost };
    const live = this.#phase === "running" && !this.#liveness.isSilent(now);
    return live ? { kind: "live" } : { kind: "silent", since: this.#liveness.heardAt };
  }

  /** Every output is released; then nothing is said or heard any more. */
  close(): void {
    if (this.#phase === "closed" || this.#phase === "closing") return;
    const canSay = this.#phase === "running";
    this.#phase = canSay ? "closing" : "closed";
    this.#greeting.stop();
    if (!canSay) return;
    this.#window.clear();
    this.#first.end();
  }

  /** Whatever came of the last words. */
  end(): void {
    this.#phase = "closed";
  }

  #onFrame(now: Instant, frame: DeviceFrame): void {
    switch (frame.kind) {
      case "hello":
        this.#onGreeted(now, this.#greeting.onHello(now, frame));
        break;
      case "other-version":
        this.#onGreeted(now, this.#greeting.onOtherVersion(frame.version));
        break;
      case "beat":
        if (this.#isKnown) this.#onBeat(now, frame);
        break;
      case "samples":
        if (this.#isKnown) {
          this.#options.onSamples(now, this.clock.toInstant(now, frame.time), frame);
        }
        break;
      case "edges":
        if (this.#isKnown) this.#options.onEdges(now, frame);
        break;
      case "done":
        if (this.#isKnown) this.#onDone(now, frame.sequence, frame.result);
        break;
      case "question":
        if (this.#isKnown) this.#options.onQuestion(now, frame.bytes);
        break;
      case "verdict":
      case "taken":
        this.counts.add("frame-of-a-voter");
        break;
      default:
        unreachable(frame);
    }
  }

  /** Before the answer to an `ask`, all is of a time that we know nothing of. */
  get #isKnown(): boolean {
    return this.#phase === "meeting" || this.#phase === "running" || this.#phase === "closing";
  }

  #onGreeted(now: Instant, greeted: Greeted): void {
    if (this.#phase === "closing" || this.#phase === "closed") return;
    switch (greeted) {
      case "refused":
        this.#onUnusable(now);
        break;
      case "first":
        this.#begin(now);
        break;
      case "reset":
        this.#onReset(now);
        break;
      case "same":
        if (!this.#isKnown) this.#begin(now);
        break;
      default:
        unreachable(greeted);
    }
  }

  #onUnusable(now: Instant): void {
    const wasRefused = this.#phase === "refused";
    this.#phase = "refused";
    this.#window.clear();
    if (wasRefused) return;
    this.counts.add("devices-refused");
    const message = this.#greeting.refusal?.message ?? "";
    this.#options.onEvent(now, { kind: "unusable", message });
  }

  #begin(now: Instant): void {
    const hello = this.#greeting.hello;
    if (hello === null) return;
    this.#phase = "meeting";
    this.#blocked = false;
    this.#liveness.hear(now);
    this.#silentTold = false;
    this.clock.toInstant(now, hello.time);
    this.#window.clear();
    this.#first.begin(hello.cluster === noCluster);
  }

  #onReset(now: Instant): void {
    const hello = this.#greeting.hello;
    if (hello === null) return;
    this.clock.restart();
    this.#beat = null;
    this.#options.onReset(now);
    this.#options.onEvent(now, countReset(this.counts, hello));
    this.#begin(now);
  }

  #onBeat(now: Instant, beat: Beat): void {
    this.#noteTime(now, beat.time);
    const before = this.#beat;
    if (before !== null) {
      const ahead = sequenceAhead(beat.sequence, before.sequence);
      this.counts.add("beats-missed", Math.max(0, ahead - 1));
    }
    this.#beat = beat;
    this.#liveness.hear(now);
    if (this.#silentTold) this.#tellLive(now);
    this.#onSupervision(now, before, beat);
    this.#options.onBeat(now, beat);
  }

  /** A time that is not where it should be: it was started again, and its hello was lost. */
  #noteTime(now: Instant, time: number): void {
    const deviation = this.clock.deviation(now, time) ?? 0;
    if (deviation <= deviationMax) this.clock.toInstant(now, time);
    else if (!this.#greeting.asks) this.#greeting.begin(now);
  }

  #onSupervision(now: Instant, before: Beat | null, beat: Beat): void {
    this.#blocked = beat.supervisionFailed;
    if (beat.supervisionFailed && before?.supervisionFailed !== true) {
      this.counts.add("supervision-failed");
      this.#options.onBitten(now);
      this.#options.onEvent(now, { kind: "supervision-failed" });
    }
    if (beat.supervised && before?.supervised !== true) {
      this.#options.onEvent(now, { kind: "supervision-armed" });
    }
  }

  #onDone(now: Instant, sequence: number, result: CommandResult): void {
    if (!this.#window.onDone(now, sequence, result)) return;
    if (result === results.supervisionFailed) this.#blocked = true;
    if (result === results.anotherCluster || result === results.notBound) this.#askAgain(now);
    else if (this.#phase === "meeting" && this.#first.isSaid) this.#run(now);
  }

  #run(now: Instant): void {
    this.#phase = "running";
    this.#deaf = false;
    this.#tellLive(now);
  }

  #tellLive(now: Instant): void {
    this.#silentTold = false;
    this.#options.onEvent(now, { kind: "live" });
  }

  #onDeaf(now: Instant): void {
    if (!this.#deaf) this.#options.onEvent(now, { kind: "deaf" });
    this.#deaf = true;
    this.#askAgain(now);
  }

  /** What was known is not sure any more; what its lines are wanted to be stays. */
  #askAgain(now: Instant): void {
    this.#window.clear();
    this.#phase = this.#phase === "closing" ? "closed" : "asking";
    if (this.#phase === "closed") return;
    this.#beat = null;
    this.#silentTold = false;
    if (this.#lineLost === null) this.#greeting.begin(now);
    else this.#greeting.stop();
  }

  #pump(now: Instant): void {
    this.#greeting.tick(now);
    switch (this.#phase) {
      case "meeting":
      case "closing":
        this.#window.pump(now, [this.#first]);
        if (this.#phase === "closing" && this.#first.isSaid) this.#phase = "closed";
        break;
      case "running":
        this.#window.pump(
          now,
          this.#sources.filter((one) => this.#maySay(one)),
        );
        break;
      case "asking":
      case "refused":
      case "closed":
        break;
      default:
        unreachable(this.#phase);
    }
  }

  /** After the bite nothing but the supervision's own words is taken. */
  #maySay(source: CommandSource): boolean {
    return !this.#blocked || source.saysWhenBlocked === true;
  }

  #whyLost(): string | null {
    if (this.#phase === "closed" || this.#phase === "closing") return "it was closed";
    if (this.#lineLost !== null) {
      return `its line is gone (${this.#lineLost}): is it plugged in? It is opened again and again`;
    }
    if (this.#phase === "refused") return this.#greeting.refusal?.message ?? null;
    return this.#deaf ? "it is heard and answers no command: check the wire to it" : null;
  }
}
