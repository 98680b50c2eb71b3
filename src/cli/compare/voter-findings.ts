/** What a comparison of voters suggests, in sentences that its numbers carry, and no others. */
import type { VoterScores } from "./voter-comparison.js";
import type { Score } from "./voter-scores.js";

export function findings(scores: readonly VoterScores[]): string[] {
  const valueless = scores.filter(({ faultFree: { lost, rows } }) => lost * 2 > rows);
  const useful = scores.filter((score) => !valueless.includes(score));
  const alarmed = useful.filter(({ faultFree }) => faultFree.falseAlarms > 0);
  return [
    ...sentence(valueless, "no value in most rows even without a fault, not made for sensors."),
    ...sentence(alarmed, "false alarms without a fault. Is the tolerance wide enough?"),
    ...oneFindings(useful),
    ...severalFindings(useful),
    ...commonFindings(useful),
  ];
}

function oneFindings(scores: readonly VoterScores[]): string[] {
  const known = scores.flatMap(({ voter, one }) => (one === null ? [] : [{ voter, one }]));
  if (known.length === 0) return [];
  const safe = known.filter(({ one }) => one.missed === 0 && one.rows > 0);
  if (safe.length === 0) {
    return ["One faulty channel: every voter gave a wrong value at least once."];
  }
  const fewest = Math.min(...safe.map(({ one }) => one.lost));
  const best = safe.filter(({ one }) => one.lost === fewest);
  const quiet = best.filter(({ one }) => one.falseAlarms === 0);
  const alarms = quiet.length === best.length ? ", without a false alarm" : "";
  const lost = fewest === 0 ? "masked every row" : `lost the fewest values (${fewest} rows)`;
  const rest = known.filter(({ one }) => one.missed > 0);
  return [
    `One faulty channel: ${listed(best)} never gave a wrong value and ${lost}${alarms}.`,
    ...(rest.length === 0 ? [] : [`One faulty channel: ${listed(rest)} gave wrong values.`]),
  ];
}

function severalFindings(scores: readonly VoterScores[]): string[] {
  const known = withFault(scores, "two at once");
  if (known.length === 0) return [];
  const fewest = Math.min(...known.map(({ score }) => share(score)));
  const best = known.filter(({ score }) => share(score) === fewest);
  const rows = fewest === 0 ? "no row" : `${(100 * fewest).toFixed(1)} % of the rows`;
  if (best.length === known.length) {
    return [`Two faults at once: ${listed(best)} gave wrong values in ${rows}.`];
  }
  return [`Two faults at once: ${listed(best)} gave the fewest wrong values, in ${rows}.`];
}

function commonFindings(scores: readonly VoterScores[]): string[] {
  const known = withFault(scores, "common mode");
  const followed = known.filter(({ score }) => score.missed > 0);
  if (known.length === 0) return [];
  if (followed.length === known.length) {
    return ["Common mode: no voter masks a majority that is wrong alike; only diversity helps."];
  }
  const others = known.filter(({ score }) => score.missed === 0);
  return [`Common mode: ${listed(others)} gave no wrong value; all others followed the majority.`];
}

function withFault(scores: readonly VoterScores[], fault: string) {
  return scores.flatMap(({ voter, byFault }) => {
    const score = byFault.find((entry) => entry.fault === fault)?.score;
    return score === undefined || score.rows === 0 ? [] : [{ voter, score }];
  });
}

const share = ({ missed, rows }: Score): number => missed / rows;

function sentence(who: readonly { readonly voter: string }[], what: string): string[] {
  return who.length === 0 ? [] : [`${listed(who)}: ${what}`];
}

function listed(who: readonly { readonly voter: string }[]): string {
  const names = who.map(({ voter }) => voter);
  const last = names.pop() ?? "";
  return names.length === 0 ? last : `${names.join(", ")} and ${last}`;
}
