/**
 * A board whose plant is in the process that started us. Readings are pushed by it; the newest of
 * each channel stands, with the time at which it was sampled, so that it grows old when the parent
 * stops. Commands are posted to it with their `until`, and it ends them by itself (see
 * board-channel.ts); with their frames, where they are protected, for the pins are there.
 */
import type {
  Board,
  ChannelSpec,
  CommandMarks,
  OutputSpec,
  Reading,
  WriteRefusal,
  WriteResult,
} from "../../boards/board.js";
import { Fence } from "../../boards/fence.js";
import { type Instant, instant } from "../kernel/time.js";
import { markTexts, type ReplicaMessage } from "./board-channel.js";

export interface RemoteBoardOptions {
  readonly channels: readonly ChannelSpec[];
  readonly outputs: readonly OutputSpec[];
  readonly post: (message: Extract<ReplicaMessage, { kind: "write" | "release" }>) => void;
}

export class RemoteBoard implements Board {
  readonly channels: readonly ChannelSpec[];
  readonly outputs: readonly OutputSpec[];
  readonly expires = true;
  readonly #post: RemoteBoardOptions["post"];
  readonly #newest = new Map<string, Reading>();
  /** The first of two: the parent's boards have theirs, which know of the other replicas. */
  readonly #fence = new Fence();
  #closed = false;

  constructor({ channels, outputs, post }: RemoteBoardOptions) {
    this.channels = channels;
    this.outputs = outputs;
    this.#post = post;
  }

  /**
   * Takes what the parent pushed; an older reading than the one that stands, or a stranger, is not.
   */
  push(readings: readonly Reading[]): void {
    for (const reading of readings) {
      const standing = this.#newest.get(reading.channel);
      if (standing !== undefined && standing.sourceTime > reading.sourceTime) continue;
      if (this.#has(reading.channel)) this.#newest.set(reading.channel, reading);
    }
  }

  /** A channel that was never pushed has no value, as old as the machine. */
  read(now: Instant): readonly Reading[] {
    return this.channels.map(({ name }) => {
      const reading = this.#newest.get(name);
      if (reading === undefined) return { channel: name, value: null, sourceTime: instant(0) };
      // The parent reads the same clock, so this holds but for a broken parent.
      return reading.sourceTime <= now ? reading : { ...reading, sourceTime: now };
    });
  }

  write(
    now: Instant,
    output: string,
    value: number,
    until: Instant,
    marks: CommandMarks = {},
  ): WriteResult {
    const spec = this.outputs.find(({ name }) => name === output);
    if (spec === undefined) return { ok: false, reason: "unknown-output" };
    if (this.#closed) return { ok: false, reason: "closed" };
    const fenced = this.#fence.refusalOf(marks);
    if (fenced !== null) return fenced;
    const reason = refusalOf(spec, now, value, until);
    if (reason !== null) return { ok: false, reason };
    this.#post({ kind: "write", at: now, output, value, until, ...markTexts(marks) });
    return { ok: true };
  }

  release(now: Instant, output: string): WriteResult {
    if (!this.outputs.some(({ name }) => name === output)) {
      return { ok: false, reason: "unknown-output" };
    }
    if (this.#closed) return { ok: false, reason: "closed" };
    this.#post({ kind: "release", at: now, output });
    return { ok: true };
  }

  close(now: Instant): void {
    if (this.#closed) return;
    for (const { name } of this.outputs) this.release(now, name);
    this.#closed = true;
  }

  #has(channel: string): boolean {
    return this.channels.some(({ name }) => name === channel);
  }
}

function refusalOf(
  { min, max }: OutputSpec,
  now: Instant,
  value: number,
  until: Instant,
): WriteRefusal | null {
  if (!Number.isFinite(value)) return "not-finite";
  if (value < min || value > max) return "out-of-range";
  return until <= now ? "expired" : null;
}
