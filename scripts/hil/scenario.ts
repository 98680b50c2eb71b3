/** A test in a guest: what it runs, and what must have come of it. */
import type { GuestEnd, GuestOptions } from "./machine.js";
import { lineOf } from "./story.js";

export interface Scenario extends Omit<GuestOptions, "image"> {
  readonly proves: string;
  /** What is not as it must be, in sentences; none when all is. */
  readonly judge: (end: GuestEnd) => readonly string[];
}

/** WDIOF_CARDRESET: what i6300esb says after the reset that it made. */
const cardReset = "bootstatus 32";

/** What holds of every scenario: it came to its end, and its script was content. */
export const judgeEnd = (scenario: Scenario, end: GuestEnd): readonly string[] => [
  ...cleanEnd(end),
  ...scenario.judge(end),
];

export function cleanEnd({ code, timedOut, complaint, seconds }: GuestEnd): readonly string[] {
  if (timedOut) return [`not at its end after ${Math.round(seconds)} s`];
  const said = complaint.trim() === "" ? "" : `; QEMU says: ${complaint.trim()}`;
  return code === 0 ? [] : [`its script ended with ${code ?? "no code"}${said}`];
}

/** The machine was reset once, and by its watchdog, and the second boot can tell. */
export function resetByWatchdog({ boots, bites, story }: GuestEnd): readonly string[] {
  const tells = lineOf(story, 2, cardReset) !== undefined;
  return [
    ...(bites === 1 ? [] : [`the watchdog expired ${bites} times, expected once`]),
    ...(boots === 2 ? [] : [`the guest began ${boots} times, expected twice`]),
    ...(tells ? [] : [`no "${cardReset}" of the second boot`]),
  ];
}

export function neverReset({ boots, bites }: GuestEnd): readonly string[] {
  return [
    ...(bites === 0 ? [] : [`the watchdog expired ${bites} times, expected never`]),
    ...(boots === 1 ? [] : [`the guest began ${boots} times, expected once`]),
  ];
}

/** Words that a boot must have said. */
export const said = (end: GuestEnd, boot: number, words: string): readonly string[] =>
  lineOf(end.story, boot, words) === undefined ? [`boot ${boot} did not say "${words}"`] : [];
