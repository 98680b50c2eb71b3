/** What is said to a guard, and by it: one word a line. */

export type GuardWord =
  /** From the process that is guarded: this line is closed, let go of it. */
  | { readonly kind: "drop"; readonly offset: number }
  /** From it too: all is safe, end. */
  | { readonly kind: "bye" }
  /** From a successor: this line is wanted. */
  | { readonly kind: "want"; readonly offset: number };

/** Longer lines are no words. */
const charactersMax = 32;

export function wordIn(line: string): GuardWord | null {
  if (line === "bye") return { kind: "bye" };
  const [, kind, digits] = /^(drop|want) (\d{1,6})$/.exec(line) ?? [];
  if (kind === undefined) return null;
  return { kind: kind === "drop" ? "drop" : "want", offset: Number(digits) };
}

export const wordText = (word: GuardWord): string =>
  word.kind === "bye" ? "bye\n" : `${word.kind} ${word.offset}\n`;

/** Cuts what comes into words; what is none is left out. */
export class WordReader {
  #rest = "";

  feed(text: string): readonly GuardWord[] {
    const lines = (this.#rest + text).split("\n");
    this.#rest = (lines.pop() ?? "").slice(0, charactersMax + 1);
    return lines.flatMap((line) => wordIn(line) ?? []);
  }
}
