/**
 * Time redundancy of the own board: a channel that gave nothing, or what cannot be true, is read
 * again within the same cycle. A line that was disturbed for a moment costs no sample then, and
 * what a second reading does not mend is told apart from it. (Redundancy in time masks what is
 * transient, and nothing else.)
 *
 * Whatever comes of it is sent: a value that stays impossible is the business of channel health.
 */
import type { Reading } from "../../../boards/board.js";
import type { NodeId } from "../../kernel/ids.js";
import type { App } from "../app.js";
import { type ChannelMap, channelsOf } from "../channels.js";

export type RereadEvent = {
  readonly kind: "reread";
  readonly cycle: number;
  readonly channel: string;
  /**
   * `transient`: a later reading was good, and was taken. `persistent`: none was; told once, until
   * a first reading is good again.
   */
  readonly outcome: "transient" | "persistent";
};

interface Own {
  readonly id: string;
  readonly boardChannel: string;
  readonly min: number;
  readonly max: number;
}

export interface RereadingOptions {
  readonly self: NodeId;
  readonly app: App;
  readonly channels: ChannelMap;
  /** How often a board is read again within a cycle, at most; 0 for never. */
  readonly rereadsMax: number;
}

export class Rereading {
  readonly #own: readonly Own[];
  readonly #rereadsMax: number;
  /** By channel of the board, the reading that counts. */
  #held = new Map<string, Reading | undefined>();
  /** The channels that are read again in this cycle. */
  readonly #again = new Set<string>();
  /** The channels that no reading of an earlier cycle has mended. */
  readonly #persistent = new Set<string>();
  #left = 0;

  constructor({ self, app, channels, rereadsMax }: RereadingOptions) {
    this.#rereadsMax = rereadsMax;
    this.#own = [...channels.keys()].flatMap((sensor) => {
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } =
        app.sensors[sensor] ?? {};
      const list = channelsOf(new Map([[sensor, channels.get(sensor) ?? []]]), self);
      return list.map(({ id, boardChannel }) => ({ id, boardChannel, min, max }));
    });
  }

  /** A cycle begins. */
  begin(): void {
    this.#held = new Map();
    this.#again.clear();
    this.#left = this.#rereadsMax;
  }

  /** The readings to be sent; null where the board is to be read again first. */
  take(readings: readonly Reading[]): readonly Reading[] | null {
    for (const { boardChannel } of this.#own) {
      const reading = readings.find(({ channel }) => channel === boardChannel);
      const isFirst = !this.#held.has(boardChannel);
      const isBetter = this.#isBad(boardChannel) && this.#isGood(boardChannel, reading);
      if (isFirst || isBetter) this.#held.set(boardChannel, reading);
    }
    const bad = this.#own.filter(({ boardChannel }) => this.#isBad(boardChannel));
    if (bad.length > 0 && this.#left > 0) {
      this.#left -= 1;
      for (const { id } of bad) this.#again.add(id);
      return null;
    }
    return [...this.#held.values()].filter((reading) => reading !== undefined);
  }

  /** What the rereading of a cycle came to; asked once, when its readings were taken. */
  events(cycle: number): RereadEvent[] {
    const events: RereadEvent[] = [];
    for (const { id, boardChannel } of this.#own) {
      const outcome = this.#isBad(boardChannel) ? "persistent" : "transient";
      const wasPersistent = this.#persistent.has(id);
      if (outcome === "transient") this.#persistent.delete(id);
      if (!this.#again.has(id) || (outcome === "persistent" && wasPersistent)) continue;
      if (outcome === "persistent") this.#persistent.add(id);
      events.push({ kind: "reread", cycle, channel: id, outcome });
    }
    return events;
  }

  #isBad(boardChannel: string): boolean {
    return !this.#isGood(boardChannel, this.#held.get(boardChannel));
  }

  /** A channel of the board may serve two sensors; then it must be possible for both. */
  #isGood(boardChannel: string, reading: Reading | undefined): boolean {
    const value = reading?.value ?? Number.NaN;
    return this.#own.every(
      ({ boardChannel: name, min, max }) => name !== boardChannel || (value >= min && value <= max),
    );
  }
}
