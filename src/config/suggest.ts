/** "Did you mean": the known word that is nearest to what was written, by edits of one letter. */

/** More edits than a third of the word is another word, not a slip. */
const editsMax = (word: string): number => Math.max(1, Math.floor(word.length / 3));

export function nearest(word: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let fewest = editsMax(word) + 1;
  for (const candidate of known) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best;
}

/** ` (did you mean "x"?)`, or all that is known, or nothing where nothing is. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  if (near !== null) return ` (did you mean ${JSON.stringify(near)}?)`;
  return known.length === 0 ? "" : ` (known here: ${known.join(", ")})`;
}

/** The longest word that is compared letter by letter; a longer one is nobody's slip. */
const lengthMax = 64;

/** Levenshtein's distance, row by row. */
function distance(one: string, other: string): number {
  if (one.length > lengthMax || other.length > lengthMax) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
