/**
 * Why a replica was started again: a judgement over facts that outlive it. Nobody is asked who was
 * there, for whoever was there is gone; each fact is one that a crash, a bite or a power cut leaves
 * behind, or fails to.
 *
 * The order of the rules is from what is certain to what is left over. An orderly stop was written
 * down by the one who stopped, so nothing that came after it says anything about that life. Within
 * one boot of the machine only the process can have ended. After a restart of the machine, what the
 * process wrote down itself is closer to the cause than what the hardware noticed: a program that
 * crashed and was no longer petted also leaves the mark of the hardware's watchdog.
 */
import { unreachable } from "../../kernel/assert.js";
import type { EvidenceCause } from "../evidence.js";

export const bootReasons = [
  /** Never started before with this state folder. */
  "first",
  /** It was told to end, and did so in good order. */
  "request",
  /** The machine was restarted, and nothing says why: power was lost, or somebody pulled it. */
  "power",
  /** A watchdog bit: the thread of the process, or the hardware. */
  "watchdog",
  /** The kernel panicked. */
  "panic",
  /** An assertion of ours failed, or something threw where nothing may. */
  "crash",
  /** The system refused what the start needs, such as a watchdog device, and it said so. */
  "refused",
  /** The process ended without a word while the machine ran on: SIGKILL, out of memory. */
  "killed",
  /** The facts are lost, or do not say enough. */
  "unknown",
] as const;
export type BootReason = (typeof bootReasons)[number];

/** What is known of the life before this one. */
export interface LastLife {
  /** The kernel's id of the boot in which it ran; null where the system has none. */
  readonly machineBoot: string | null;
  /** It wrote down that it was stopping in good order. */
  readonly stopped: boolean;
  /** Of the record that it left, or that its dog left; null where there is none. */
  readonly evidence: EvidenceCause | null;
}

export interface BootFacts {
  /** Null where the journal has no start. */
  readonly last: LastLife | null;
  /** The journal was there and could not be read. */
  readonly journalLost: boolean;
  /** Of the boot that runs now. */
  readonly machineBoot: string | null;
  /** The hardware says that its watchdog caused the last restart (WDIOF_CARDRESET). */
  readonly cardReset: boolean;
  /** The kernel left the log of a panic behind (pstore). */
  readonly panicLogged: boolean;
}

export function judgeBoot(facts: BootFacts): BootReason {
  const { last, journalLost, machineBoot } = facts;
  if (last === null) return journalLost ? "unknown" : "first";
  if (last.stopped) return "request";
  if (machineBoot === null || last.machineBoot === null)
    return byEvidence(last.evidence, "unknown");
  if (machineBoot === last.machineBoot) return byEvidence(last.evidence, "killed");
  return afterRestart(facts, last);
}

/** The marks of the hardware stay until the next restart, so they count only right after one. */
function afterRestart({ panicLogged, cardReset }: BootFacts, { evidence }: LastLife): BootReason {
  if (panicLogged) return "panic";
  return byEvidence(evidence, cardReset ? "watchdog" : "power");
}

function byEvidence(evidence: EvidenceCause | null, without: BootReason): BootReason {
  switch (evidence) {
    case null:
      return without;
    case "supervision":
    case "hang":
      return "watchdog";
    case "crash":
      return "crash";
    case "refused":
      return "refused";
    default:
      return unreachable(evidence);
  }
}

const texts: Readonly<Record<BootReason, string>> = {
  first: "the first start",
  request: "it was stopped in good order",
  power: "the machine was restarted, and nothing says why: power was lost",
  watchdog: "a watchdog bit",
  panic: "the kernel panicked",
  crash: "it crashed",
  refused: "its start was refused",
  killed: "the process was killed, or ran out of memory; the machine ran on",
  unknown: "the facts do not say",
};

/** For people, with the word by which programs know it. */
export const reasonText = (reason: BootReason): string => `boot reason ${reason}: ${texts[reason]}`;

export const reasonWords = (reason: BootReason): string => texts[reason];

export const parseReason = (text: unknown): BootReason | null =>
  bootReasons.find((known) => known === text) ?? null;
