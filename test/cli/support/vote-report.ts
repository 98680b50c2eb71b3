/** What `holdfast vote` wrote, read back. */
import type { VoteSummary } from "../../../src/cli/vote/summary.js";
import type { VoteStatus } from "../../../src/voting/voter.js";
import type { CliRun } from "./captured-io.js";

export interface Row {
  readonly schema: string;
  readonly t: number;
  readonly value: number | null;
  readonly status: VoteStatus;
  readonly agreeing: readonly string[];
  readonly dissenting: readonly string[];
  readonly excluded: readonly { readonly channel: string; readonly reason: string }[];
}

export function reportOf({ stdout }: CliRun): { rows: Row[]; summary: VoteSummary } {
  const lines = stdout.trimEnd().split("\n");
  const parsed = lines.map((line) => JSON.parse(line) as unknown);
  const { summary } = parsed.pop() as { summary: VoteSummary };
  return { rows: parsed as Row[], summary };
}
