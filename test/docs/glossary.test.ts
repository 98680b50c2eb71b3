/**
 * The words of verdicts and of scenarios are those of docs/glossary.md: the union types say which
 * there are.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FaultAction } from "../../src/sim/scenario.js";
import type { CaveatReason, ExclusionReason, VoteStatus } from "../../src/voting/voter.js";
import { voters } from "../../src/voting/voters.js";

/** Records, not lists: the compiler asks for a word that is new. */
const reasons: Record<ExclusionReason | CaveatReason, true> = {
  NO_DATA: true,
  LATE: true,
  STALE_TIMESTAMP: true,
  CORRUPT: true,
  MASQUERADE: true,
  OUT_OF_RANGE: true,
  RATE_LIMIT: true,
  STUCK: true,
  DEAD: true,
  NOISY: true,
  BIAS: true,
  DRIFT: true,
  DISAGREE: true,
  ERROR_DENSITY: true,
  QUARANTINED: true,
  OVERRIDDEN: true,
  COMMON_MODE_SUSPECT: true,
  VOTER_LATE: true,
};
const statuses: Record<VoteStatus, true> = {
  ok: true,
  degraded: true,
  "no-majority": true,
  insufficient: true,
};
const faults: Record<FaultAction["kind"], true> = {
  crash: true,
  silence: true,
  pause: true,
  slow: true,
  hang: true,
  "mute-board": true,
  "clock-rate": true,
  partition: true,
  network: true,
  sensor: true,
  "two-faced": true,
  voter: true,
  "corrupt-samples": true,
  "swap-samples": true,
  "corrupt-commands": true,
  "disk-full": true,
  "disk-read-only": true,
  "disk-stall": true,
  "disk-lies": true,
  "bit-rot": true,
};

const glossary = readFileSync(join(process.cwd(), "docs", "glossary.md"), "utf8");
/** Words of files and verdicts stand in marks of code. */
const codeWords = [...glossary.matchAll(/^\| `([^`|]+)` \|/gm)].map(([, word]) => word);

describe("the glossary", () => {
  it("has a row for every reason of an exclusion or a caveat, and for no other", () => {
    const capitals = codeWords.filter((word) => /^[A-Z_]+$/.test(word ?? ""));
    expect(capitals.sort()).toEqual(Object.keys(reasons).sort());
  });

  it.each([...Object.keys(statuses), ...voters.keys()])("explains the word %s", (word) => {
    expect(glossary).toContain(`\`${word}\``);
  });

  it.each(Object.keys(faults))("explains the fault %s of scenarios", (kind) => {
    expect(glossary).toMatch(new RegExp(`^\\| \`${kind}\` \\|`, "m"));
  });

  it("explains no word twice; a key of the files may be a word as well", () => {
    const rows = [...glossary.matchAll(/^\| ([^|]+?) \|/gm)].map(([, word = ""]) => word);
    const words = rows.filter((word) => !["word", "reason", "---"].includes(word));
    expect(words.filter((word, at) => words.indexOf(word) !== at)).toEqual([]);
  });
});
