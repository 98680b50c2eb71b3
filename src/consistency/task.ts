/** The search of one part, or of parts that must be judged together: begun late, kept short. */
import type { Deed, Part } from "./parts.js";
import type { Search, SearchEnd } from "./search/port.js";

export class Task {
  readonly parts: readonly Part<unknown>[];
  readonly #begin: () => Search<unknown>;
  #search: Search<unknown> | null = null;
  #end: SearchEnd<unknown> | null = null;

  /** @param begin is asked for the search when it is needed: many histories have many parts */
  constructor(parts: readonly Part<unknown>[], begin: () => Search<unknown>) {
    this.parts = parts;
    this.#begin = begin;
  }

  run(steps: number): SearchEnd<unknown> | null {
    this.#search ??= this.#begin();
    this.#end = this.#search.run(steps);
    if (this.#end !== null) this.#search.close();
    return this.#end;
  }

  get keys(): readonly string[] {
    return this.parts.flatMap(({ keys }) => keys);
  }

  get order(): readonly Deed<unknown>[] {
    return this.#end?.order ?? [];
  }

  get steps(): number {
    return this.#search?.steps ?? 0;
  }

  get reached(): number {
    return this.#search?.reached ?? 0;
  }

  get goal(): number {
    const required = ({ operation }: Deed<unknown>): boolean => operation.return !== null;
    return this.parts.reduce((sum, { deeds }) => sum + deeds.filter(required).length, 0);
  }

  get visited(): number {
    return this.#search?.visited ?? 0;
  }

  get forgotten(): number {
    return this.#search?.forgotten ?? 0;
  }
}
