/**
 * The model of a group: n alike, of which k must work, with repair, coverage and common cause. Most
 * questions about redundancy are a case of it: simplex is 1 of 1, a duplex 1 of 2, TMR 2 of 3.
 *
 *     n up --own, covered--> n-1 up -- ... --> k up --own--> k-1 up (fails) -- ... --> 0 up
 *       |  <----repair-----   |                  |
 *       +--own, not covered---+-----> uncovered (fails): the rest works, and is of no use
 *       +--common cause---------------------------------------------------> 0 up
 *
 * Coverage is Arnold's (1973): the probability that a failure which the group could bear is borne.
 * When too few are left there is nothing to cover. A group that has failed goes on failing, and is
 * repaired in the same way; what was not covered is repaired once, and all of the group with it.
 */
import { splitByBeta } from "../beta-factor.js";
import { checkCount, checkGroup, checkProbability, checkRate, groupMax } from "../ranges.js";
import { type MarkovModel, type MarkovTransition, markovModel } from "./model.js";

export interface Group {
  /** How many must work, 1 to n. */
  readonly k: number;
  /** 1 to `groupMax`. */
  readonly n: number;
  /** Of each. */
  readonly failureRatePerHour: number;
  /** Of each that is in repair; 0 where nothing is repaired. */
  readonly repairRatePerHour: number;
  /** How many are repaired at a time, at least 1. */
  readonly crews: number;
  /** The probability that a failure which can be borne is borne; 1 for a perfect group. */
  readonly coverage: number;
  /** The share of failures with a cause that hits all; 0 where there is none. */
  readonly beta: number;
}

const uncovered = "uncovered";
const upName = (up: number): string => `${up} up`;

/** @throws UsageError when a number cannot be */
export function groupModel(group: Group): MarkovModel {
  const { k, n } = group;
  checkGroup(k, n);
  checkRate("failure rate", group.failureRatePerHour);
  checkRate("repair rate", group.repairRatePerHour);
  checkCount("crews", group.crews, 1, groupMax);
  checkProbability("coverage", group.coverage);
  const counts = Array.from({ length: n + 1 }, (_, failed) => n - failed);
  const states = counts.map((up) => ({ name: upName(up), works: up >= k }));
  const transitions = counts.flatMap((up) => transitionsFrom(group, up));
  // Without a way into it the state would make the long run fall apart.
  if (group.coverage === 1 || k === n) return markovModel({ states, transitions });
  const restored = { source: uncovered, target: upName(n), ratePerHour: group.repairRatePerHour };
  return markovModel({
    states: [...states, { name: uncovered, works: false }],
    transitions: [...transitions, restored],
  });
}

function transitionsFrom(group: Group, up: number): readonly MarkovTransition[] {
  const { k, n, coverage, repairRatePerHour } = group;
  const rates = splitByBeta(group.failureRatePerHour, group.beta);
  const own = up * rates.ownPerHour;
  const source = upName(up);
  const transitions: MarkovTransition[] = [];
  if (up > 0) {
    const covered = up > k ? coverage : 1;
    transitions.push({ source, target: upName(up - 1), ratePerHour: own * covered });
    transitions.push({ source, target: upName(0), ratePerHour: rates.commonPerHour });
    if (covered < 1) {
      transitions.push({ source, target: uncovered, ratePerHour: own * (1 - covered) });
    }
  }
  if (up < n) {
    const inRepair = Math.min(n - up, group.crews);
    const ratePerHour = inRepair * repairRatePerHour;
    transitions.push({ source, target: upName(up + 1), ratePerHour });
  }
  return transitions;
}
