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

/** Voters that lose hardly more values than the best lose as many. */
const lostMargin = 0.01;

function oneFindings(scores: readonly VoterScores[]): string[] {
  const known = scores.flatMap(({ voter, one }) =>
    one === null || one.rows === 0 ? [] : [{ voter, score: one }],
  );
  if (known.length === 0) return [];
  const safe = known.filter(({ score }) => score.missed === 0);
  if (safe.length === 0)
    return ["One faulty channel: every voter gave a wrong value at least once."];
  const fewest = Math.min(...safe.map(({ score }) => lostShare(score)));
  const best = safe.filter(({ score }) => lostShare(score) <= fewest + lostMargin);
  const most = best.reduce((sum, { score }) => Math.max(sum, score.lost / score.rows), 0);
  const lost = most === 0 ? "masked every row" : `had a value in all but ${shareText(most)}`;
  const quiet = best.every(({ score }) => score.falseAlarms === 0);
  const wrong = known.filter(({ score }) => score.missed > 0);
  return [
    `One faulty channel: ${among(best, known)} never gave a wrong value and ${lost}` +
      `${quiet ? ", without a false alarm" : ""}.`,
    ...leastError(best),
    ...(wrong.length === 0
      ? []
      : [`One faulty channel: ${among(wrong, known)} gave wrong values.`]),
  ];
}

/** Among voters that are otherwise alike; nothing where all are. */
function leastError(best: readonly Scored[]): string[] {
  const least = Math.min(...best.map(({ score }) => score.largestError));
  const nearest = best.filter(({ score }) => score.largestError === least);
  if (nearest.length === best.length) return [];
  const error = Number(least.toPrecision(3));
  return [`One faulty channel: of these, ${listed(nearest)} had the smallest error, ${error}.`];
}

function severalFindings(scores: readonly VoterScores[]): string[] {
  const known = withFault(scores, "two at once");
  if (known.length === 0) return [];
  const fewest = Math.min(...known.map(({ score }) => missedShare(score)));
  const best = known.filter(({ score }) => missedShare(score) === fewest);
  const lost = Math.min(...best.map(({ score }) => lostShare(score)));
  const wrong = shareText(fewest);
  const price = `and no value in ${shareText(lost)}`;
  const who = among(best, known);
  return best.length === known.length
    ? [`Two faults at once: ${who} gave wrong values in ${wrong}, ${price}.`]
    : [`Two faults at once: ${who} gave the fewest wrong values, in ${wrong}, ${price}.`];
}

/** A voter with a memory may hold out for a row or two, which masks nothing. */
const maskedMin = 0.1;

function commonFindings(scores: readonly VoterScores[]): string[] {
  const known = withFault(scores, "common mode");
  if (known.length === 0) return [];
  const masking = known.filter(({ score }) => score.masked > maskedMin * score.rows);
  if (masking.length > 0) {
    return [`Common mode: ${among(masking, known)} masked some of it; look at --by-fault.`];
  }
  const silent = known.filter(({ score }) => score.missed === 0);
  const price = silent.length === 0 ? "" : ` ${among(silent, known)} gave no value instead.`;
  return [
    `Common mode: no voter masks a majority that is wrong alike; only diversity helps.${price}`,
  ];
}

interface Scored {
  readonly voter: string;
  readonly score: Score;
}

function withFault(scores: readonly VoterScores[], fault: string): Scored[] {
  return scores.flatMap(({ voter, byFault }) => {
    const score = byFault.find((entry) => entry.fault === fault)?.score;
    return score === undefined || score.rows === 0 ? [] : [{ voter, score }];
  });
}

const missedShare = ({ missed, rows }: Score): number => missed / rows;
const lostShare = ({ lost, rows }: Score): number => lost / rows;

const shareText = (share: number): string =>
  share === 0 ? "no row" : `${Math.max(100 * share, 0.1).toFixed(1)} % of the rows`;

function sentence(who: readonly { readonly voter: string }[], what: string): string[] {
  return who.length === 0 ? [] : [`${listed(who)}: ${what}`];
}

/** Who they are of all that are compared: where it is most, who they are not. */
function among(who: readonly Scored[], all: readonly Scored[]): string {
  const others = all.filter((scored) => !who.includes(scored));
  if (all.length > 1 && others.length === 0) return "every voter";
  return others.length < who.length && all.length > 3
    ? `every voter but ${listed(others)}`
    : listed(who);
}

function listed(who: readonly { readonly voter: string }[]): string {
  const names = who.map(({ voter }) => voter);
  const last = names.pop() ?? "";
  return names.length === 0 ? last : `${names.join(", ")} and ${last}`;
}
