/** Twins: a text that breaks a rule of the tidy, and one beside it that does not. */
import { expect, it } from "vitest";
import { tidySource } from "../../scripts/tidy/tidy-source.js";

export interface Twins {
  readonly rule: string;
  readonly path: string;
  readonly bad: string;
  /** A part of what is said about `bad`. */
  readonly says: string;
  readonly good: string;
  /** Where `good` stands, if elsewhere. */
  readonly goodPath?: string;
}

export const complaintsOf = (path: string, text: string): string[] =>
  tidySource(path, text).map((complaint) => complaint.text);

export function checkTwins(list: readonly Twins[]): void {
  for (const { rule, path, bad, says, good, goodPath } of list) {
    it(rule, () => {
      const said = complaintsOf(path, bad);
      expect(said).toHaveLength(1);
      expect(said[0]).toContain(says);
      expect(complaintsOf(goodPath ?? path, good)).toEqual([]);
    });
  }
}

export const pureFile = "src/voting/median.ts";
export const testFile = "test/voting/median.test.ts";
