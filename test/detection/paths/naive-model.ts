/**
 * The path watch as a book that is never closed: all that ever came is kept, and every answer is
 * worked out from the first page. Once a millisecond, with at most one input in each.
 */
import {
  type Direction,
  directionOf,
  type Hearing,
} from "../../../src/detection/paths/directions.js";
import type { PeerLevel } from "../../../src/detection/paths/peer-paths.js";
import { a, b, c, type GivenRow, type Words } from "./watch.js";

export interface Happening {
  readonly at: number;
  readonly what:
    | { readonly kind: "heard"; readonly peer: string; readonly path: number }
    | {
        readonly kind: "told";
        readonly from: string;
        readonly life: number;
        readonly count: number;
        readonly words: Words;
        readonly relayed: readonly GivenRow[];
      }
    | { readonly kind: "was-late" };
}

export const silences = [7, 13] as const;
export const reportEvery = 8;
const rowAge = 4 * reportEvery;

interface Told {
  readonly life: number;
  readonly count: number;
  readonly words: Words;
}

const newer = (one: Told, other: Told): boolean =>
  one.life > other.life || (one.life === other.life && one.count > other.count);

/** Whether something that lasts `lasts`, and is renewed by each of `renewals`, lasts at `now`. */
function stillLasts(from: number, lasts: number, sleeps: readonly number[], now: number): boolean {
  let end = from + lasts;
  for (const sleep of sleeps) if (sleep >= from && sleep < end) end = sleep + lasts;
  return now < end;
}

export class NaiveModel {
  readonly #past: Happening[] = [];
  readonly #worked = new Set<string>();

  add(happening: Happening): void {
    this.#past.push(happening);
  }

  /** What is so at `now`; to be asked in each millisecond, as what has worked is remembered. */
  standing(now: number): readonly { level: PeerLevel; directions: readonly Direction[] }[] {
    return [b, c].map((peer) => {
      const inward = [0, 1].map((path) => this.#inward(peer, path, now));
      const outward = [0, 1].map((path) => this.#outward(peer, path, now));
      const directions = [0, 1].map((path) =>
        directionOf(inward[path] ?? "unknown", outward[path] ?? "unknown"),
      );
      for (const [path, direction] of directions.entries()) {
        if (direction === "both") this.#worked.add(`${peer}${path}`);
      }
      const worked = [0, 1].filter((path) => this.#worked.has(`${peer}${path}`));
      const deaf = worked.every((path) => outward[path] === "silent");
      const broken = (path: number) => inward[path] === "silent" || outward[path] === "silent";
      const reached = inward.includes("heard") && !deaf;
      const level = reached ? (worked.some(broken) ? "degraded" : "whole") : "cut";
      return { level, directions };
    });
  }

  #sleeps(): readonly number[] {
    return this.#past.flatMap(({ at, what }) => (what.kind === "was-late" ? [at] : []));
  }

  #inward(peer: string, path: number, now: number): Hearing {
    const heard = this.#past.filter(
      ({ what }) => what.kind === "heard" && what.peer === peer && what.path === path,
    );
    const last = heard.at(-1)?.at;
    if (!stillLasts(last ?? 0, silences[path] ?? 0, this.#sleeps(), now)) return "silent";
    return last === undefined ? "unknown" : "heard";
  }

  #outward(peer: string, path: number, now: number): Hearing {
    const word = this.#believed(peer, now)?.words[a];
    if (word === undefined) return "unknown";
    if (((word[0] >> path) & 1) === 1) return "heard";
    return ((word[1] >> path) & 1) === 1 ? "silent" : "unknown";
  }

  #believed(peer: string, now: number): Told | null {
    let own: { at: number; row: Told } | null = null;
    for (const { at, what } of this.#past) {
      if (what.kind !== "told" || what.from !== peer) continue;
      if (own === null || newer(what, own.row)) own = { at, row: what };
    }
    const ownIsFresh = own !== null && stillLasts(own.at, rowAge, this.#sleeps(), now);
    const heard = [0, 1].some((path) => this.#inward(peer, path, now) === "heard");
    if (own !== null && ownIsFresh && heard) return own.row;
    const relayed = this.#relayed(peer, now);
    if (relayed !== null && (own === null || newer(relayed, own.row))) return relayed;
    return own !== null && ownIsFresh ? own.row : null;
  }

  /** There is one other node, so there is one relay. */
  #relayed(peer: string, now: number): Told | null {
    let held: { at: number; row: Told } | null = null;
    let life = 0;
    for (const { at, what } of this.#past) {
      if (what.kind !== "told" || what.from === peer) continue;
      if (what.life > life) held = null;
      life = Math.max(life, what.life);
      for (const row of what.relayed.filter(({ subject }) => subject === peer)) {
        const stale = held !== null && !stillLasts(held.at, rowAge, this.#sleeps(), at);
        const other = held !== null && newer(held.row, row);
        if (held === null || newer(row, held.row) || (stale && other)) held = { at, row };
      }
    }
    return held !== null && stillLasts(held.at, rowAge, this.#sleeps(), now) ? held.row : null;
  }
}
