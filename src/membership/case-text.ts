/**
 * The case of a member in words: who accused it, of what it saw and how it was itself then, how
 * long the suspicion was to last, who declared it gone, and whether it spoke for itself. For `why`
 * it was declared dead, on paper, long after.
 *
 * The times of an accuser are on the accuser's clock, so they are told as distances from its own
 * verdict; those of this node as distances from now.
 */
import type { Attempt, Evidence } from "../detection/evidence.js";
import type { Instant } from "../kernel/time.js";
import type { Accusation, CaseFile } from "./ports.js";

/** Lines for people, without an end of line; what belongs to an accusation is indented. */
export function caseText(file: CaseFile, now: Instant): string[] {
  if (file.accusations.length === 0 && file.declaredBy === null) {
    return [`${file.member}: nobody accuses it.`];
  }
  return [
    headline(file, now),
    ...file.accusations.flatMap((one, index) => accusationLines(file, one, index, now)),
    ...suspicionLines(file),
    ...verdictLines(file, now),
    ...judgeLines(file, now),
    endLine(file, now),
  ];
}

/** The same in one line, without the member's name: who was first, who agreed, who declared. */
export function caseLine({ accusations, declaredBy }: CaseFile): string {
  const [first, ...others] = accusations;
  const declared = declaredBy === null ? [] : [`declared by ${declaredBy}`];
  if (first === undefined) return declared.join() || "nobody accuses it";
  const saw = first.evidence === null ? "" : ` (${evidenceLine(first.evidence)})`;
  const confirmed = others.length === 0 ? [] : [`confirmed by ${namesOf(others)}`];
  return [`first suspected by ${first.accuser}${saw}`, ...confirmed, ...declared].join(", ");
}

const namesOf = (accusations: readonly Accusation[]): string =>
  accusations.map(({ accuser }) => accuser).join(", ");

/** What an accuser saw, in one line. */
export function evidenceLine({ silence, attempts, healthScore }: Evidence): string {
  const own = attempts.filter(({ via }) => via === null).length;
  const relayed = attempts.length - own;
  const nacks = attempts.filter(({ outcome }) => outcome === "nack").length;
  const probes = [
    ...(own === 0 ? [] : [own === 1 ? "its own probe" : `${own} of its own probes`]),
    ...(relayed === 0 ? [] : [`${relayed} through others`]),
  ];
  return [
    `silent for ${duration(silence)}`,
    ...(probes.length === 0 ? [] : [`no answer to ${probes.join(" and ")}`]),
    ...(nacks === 0 ? [] : [`${nacks} of the others live`]),
    ...(healthScore === 0 ? [] : [`the accuser's health score is ${healthScore}`]),
  ].join(", ");
}

/** Back in another life: who accused it was right, as far as anybody can know. */
const restarted = ({ life, returnedLife }: CaseFile): boolean =>
  returnedLife !== null && returnedLife !== life;

function headline(file: CaseFile, now: Instant): string {
  const { member, life, incarnation, declaredBy, refutedAt } = file;
  const who = `${member} (life ${life}, incarnation ${incarnation})`;
  if (refutedAt !== null && restarted(file)) {
    return `${who} was accused, and came back in a new life ${ago(refutedAt, now)}.`;
  }
  if (refutedAt !== null) return `${who} was accused, and refuted it ${ago(refutedAt, now)}.`;
  return declaredBy === null ? `${who} is suspected.` : `${who} was declared gone.`;
}

function accusationLines(
  { member, accusations }: CaseFile,
  { accuser, heardAt, evidence }: Accusation,
  index: number,
  now: Instant,
): string[] {
  const first = accusations[0]?.heardAt ?? heardAt;
  const when = index === 0 ? ago(heardAt, now) : `${distance(first, heardAt)} after the first`;
  const deed = index === 0 ? `suspected ${member} first` : "suspected it too";
  const lead = `${accuser} ${deed}, as was heard here ${when}`;
  if (evidence === null) return [`${lead}; what it saw was not passed on.`];
  return [
    `${lead}: ${member} was silent for ${duration(evidence.silence)} (${evidence.detector}).`,
    ...attemptLines(evidence),
    `  ${accuser} itself was ${health(evidence.healthScore)} then.`,
  ];
}

function attemptLines({ attempts, at }: Evidence): string[] {
  if (attempts.length === 0) return ["  It only listened: no probe was sent."];
  return attempts.map((attempt) => `  ${attemptText(attempt)}, sent ${before(attempt.sentAt, at)}`);
}

function attemptText({ via, outcome }: Attempt): string {
  if (via === null) return "its own probe: unanswered";
  const answer = outcome === "nack" ? `${via} lives, and had no answer either` : "unanswered";
  return `a probe through ${via}: ${answer}`;
}

function suspicionLines({ suspicion, accusations }: CaseFile): string[] {
  if (suspicion === null) return [];
  const { first, last } = suspicion;
  const confirmations = accusations.length - 1;
  if (first === last) return [`The suspicion was to last ${duration(first)}.`];
  const by = confirmations === 1 ? "1 confirmation" : `${confirmations} confirmations`;
  return [`The suspicion was to last ${duration(first)}, and ${duration(last)} after ${by}.`];
}

function verdictLines({ declaredBy, declaredAt }: CaseFile, now: Instant): string[] {
  if (declaredBy === null) return [];
  const when = declaredAt === null ? "" : ` ${ago(declaredAt, now)}`;
  return [`${declaredBy} declared it gone${when}.`];
}

/** How far the word of the node that is asked can be trusted. */
function judgeLines({ healthScore, lateAt, declaredAt }: CaseFile, now: Instant): string[] {
  if (declaredAt === null && lateAt === null) return [];
  const was =
    declaredAt === null ? "" : `was ${health(healthScore)} when it took the verdict, and `;
  const late = lateAt === null ? "was never late" : `was last late ${ago(lateAt, now)}`;
  return [`This node ${was}${late}.`];
}

function endLine(file: CaseFile, now: Instant): string {
  const { refutedAt, returnedLife } = file;
  if (refutedAt === null) return "It has not refuted.";
  if (restarted(file)) {
    return `It began life ${returnedLife} ${ago(refutedAt, now)}: it had restarted.`;
  }
  return `It refuted ${ago(refutedAt, now)}: it was alive, or is again.`;
}

const health = (score: number): string =>
  score === 0 ? "well (health score 0)" : `not well (health score ${score})`;

const ago = (at: Instant, now: Instant): string => `${distance(at, now)} ago`;

/** An accuser that is broken may say that it sent a probe after its verdict. */
const before = (sentAt: Instant, at: Instant): string =>
  sentAt <= at ? `${distance(sentAt, at)} before` : `${distance(at, sentAt)} after`;

const distance = (from: Instant, to: Instant): string => duration(Math.max(0, to - from));

/** With two or three digits: 240 ms, 1.5 s, 12 s, 3 min, 2.5 h. */
export function duration(us: number): string {
  const ms = us / 1_000;
  if (ms < 1_000) return `${Number(ms.toFixed(ms < 10 ? 1 : 0))} ms`;
  const s = ms / 1_000;
  if (s < 120) return `${s.toFixed(s < 10 ? 1 : 0)} s`;
  if (s < 7_200) return `${Math.round(s / 60)} min`;
  return `${(s / 3_600).toFixed(1)} h`;
}
