/**
 * Do the readers of a two-faced sensor vote alike? Each masks its own lie, but what one of them
 * acts on may not be what another acts on.
 */
import type { Place } from "./fault-course.js";
import type { VotedRow } from "./vote-recording.js";

export interface ReaderReport {
  readonly count: number;
  /** Rows in which they have not all the same value, to the last bit. */
  readonly rowsApart: number;
  /** Rows in which two are farther apart than the tolerance, or only some have a value. */
  readonly rowsFarApart: number;
  readonly largestDifference: (Place & { readonly difference: number }) | null;
}

export class ReaderComparison {
  readonly #count: number;
  readonly #tolerance: number;
  #rowsApart = 0;
  #rowsFarApart = 0;
  #largest: (Place & { difference: number }) | null = null;

  constructor(count: number, tolerance: number) {
    this.#count = count;
    this.#tolerance = tolerance;
  }

  add(place: Place, { closing, elsewhere }: VotedRow): void {
    if (this.#count === 1) return;
    const values = [closing, ...elsewhere].map(({ verdict }) => verdict.value);
    if (values.every((value) => value === values[0])) return;
    this.#rowsApart += 1;
    const given = values.filter((value) => value !== null);
    const difference = given.length < 2 ? 0 : Math.max(...given) - Math.min(...given);
    if (given.length < values.length || difference > this.#tolerance) this.#rowsFarApart += 1;
    if (difference > (this.#largest?.difference ?? 0)) this.#largest = { difference, ...place };
  }

  /** Null where there is one reader only. */
  report(): ReaderReport | null {
    if (this.#count === 1) return null;
    return {
      count: this.#count,
      rowsApart: this.#rowsApart,
      rowsFarApart: this.#rowsFarApart,
      largestDifference: this.#largest,
    };
  }
}
