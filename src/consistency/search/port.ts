/** What a search for an order of one part's deeds comes to, whatever it looks for. */
import type { Deed } from "../parts.js";

export type SearchEnd<State> =
  | { readonly kind: "found"; readonly order: readonly Deed<State>[] }
  /** All orders were tried. */
  | ({ readonly kind: "none" } & Dead<State>);

/** How far any order came. */
export interface Dead<State> {
  /** Where no order could go on: each must come next in its process, and can in none. */
  readonly stuck: readonly Deed<State>[];
  /** As a person reads them: the states in which orders ended there, at most `statesToldMax`. */
  readonly states: readonly string[];
  /** One order that came so far. */
  readonly order: readonly Deed<State>[];
}

export const statesToldMax = 16;

export interface Search<State> {
  /** Goes on for at most so many steps; null where that was not enough. */
  run(steps: number): SearchEnd<State> | null;
  /** Steps so far: one configuration entered or left. */
  readonly steps: number;
  /** Deeds that had to be done in the farthest order so far, of `goal`. */
  readonly reached: number;
  readonly goal: number;
  /** Configurations that were kept, and that found no room. */
  readonly visited: number;
  readonly forgotten: number;
  /** Gives back the memory; the search is over. */
  close(): void;
}
