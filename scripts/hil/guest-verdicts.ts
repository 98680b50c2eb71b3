/** What checks that were made elsewhere came to: lines of JSON, of which the last says `all`. */
import type { Counts } from "../lane-report.js";

export interface GuestVerdict {
  readonly name: string;
  readonly kind: "passed" | "failed" | "not-able";
  /** What went wrong, or what the hardware lacks. */
  readonly text: string;
}

export interface GuestVerdicts {
  readonly verdicts: readonly GuestVerdict[];
  /** Those that failed once and were made again: each is told, for it may hide a rare fault. */
  readonly again: readonly { readonly name: string; readonly text: string }[];
  /** Which board it was, in its own words. */
  readonly told: string;
  /** Were all made? A guest that ended early says nothing of the rest. */
  readonly complete: boolean;
}

/** A line that is none, as one that was cut short, is left out: then it is not complete either. */
export function parseVerdicts(text: string): GuestVerdicts {
  const verdicts: GuestVerdict[] = [];
  const again: { name: string; text: string }[] = [];
  let [told, complete] = ["", false];
  for (const line of text.split("\n")) {
    const word = wordOf(line);
    if (word === null) continue;
    if (isVerdict(word)) verdicts.push(word);
    if (typeof word["again"] === "string") {
      again.push({ name: word["again"], text: String(word["text"]) });
    }
    if (typeof word["told"] === "string") told = word["told"];
    if (word["all"] === true) complete = true;
  }
  return { verdicts, again, told, complete };
}

type Word = Readonly<Record<string, unknown>>;

function wordOf(line: string): Word | null {
  try {
    const word: unknown = JSON.parse(line);
    return typeof word === "object" && word !== null ? (word as Word) : null;
  } catch {
    return null;
  }
}

const kinds: readonly unknown[] = ["passed", "failed", "not-able"];

const isVerdict = (word: Word): word is Word & GuestVerdict =>
  typeof word["name"] === "string" &&
  typeof word["text"] === "string" &&
  kinds.includes(word["kind"]);

/** Checks that were not made count as one that failed. */
export function countsOf({
  verdicts,
  complete,
}: Pick<GuestVerdicts, "verdicts" | "complete">): Counts {
  const count = (kind: GuestVerdict["kind"]): number =>
    verdicts.filter((verdict) => verdict.kind === kind).length;
  return {
    passed: count("passed"),
    failed: count("failed") + (complete ? 0 : 1),
    skipped: count("not-able"),
  };
}
