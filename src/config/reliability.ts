/**
 * What a config is worth in numbers, by the rates that it gives: mean time to failure, reliability
 * over the mission, availability. Beside it stands one board alone, without votes, for that is what
 * redundancy has to beat.
 *
 * A channel speaks only while its replica does, so it has both rates. Channels and replicas are
 * then reckoned as if they failed independently. They do not: a crash takes a replica and its
 * channels at once. Counting it twice errs on the safe side (J. D. Esary, F. Proschan and D. W.
 * Walkup, "Association of random variables, with applications", Annals of Mathematical Statistics
 * 38, 1967).
 *
 * Repair is one at a time in each group, and what failed meanwhile waits.
 */
import type { Channel } from "../control/channels.js";
import { availability } from "../dependability/availability.js";
import { type Group, groupModel } from "../dependability/markov/group.js";
import { meanTimeToFailure, steadyAvailability } from "../dependability/markov/long-run.js";
import type { MarkovModel } from "../dependability/markov/model.js";
import { seriesMeanTimeToFailure } from "../dependability/markov/series.js";
import { failureProbability } from "../dependability/markov/transient.js";
import { majorityOf } from "../kernel/ids.js";
import type { ClusterSettings } from "../node/settings.js";
import type { DependabilitySettings, PartRates } from "./dependability-settings.js";

export interface Reliability {
  /** For instance `replicas`, `sensor temperature`. */
  readonly part: string;
  /** How many of how many must work; null for the sum of all. */
  readonly needed: readonly [k: number, n: number] | null;
  /** Infinite where nothing fails, or beyond all numbers; in JSON that is null. */
  readonly mttfHours: number;
  /** The probability of a failure within the mission; 1 less it is the reliability. */
  readonly failsInMission: number;
  /** Null where something is never repaired. */
  readonly availability: number | null;
}

export interface ReliabilityReport {
  readonly missionHours: number;
  readonly coverage: number;
  readonly beta: number;
  readonly parts: readonly Reliability[];
  readonly whole: Reliability;
  /** One board with one channel of each sensor, and nobody to compare with. */
  readonly simplex: Reliability;
  /** Sensors of which no rate is known: their channels count as if only replicas failed. */
  readonly sensorsWithoutRates: readonly string[];
}

/** A group that is needed, with the model of its failure. */
interface Needed {
  readonly part: string;
  readonly group: Group;
  readonly model: MarkovModel;
}

export function reliabilityOf(
  settings: DependabilitySettings,
  cluster: ClusterSettings,
): ReliabilityReport {
  const { missionHours, coverage, beta } = settings;
  const replicas = cluster.nodes.length;
  const measured = [...cluster.channels].flatMap(([sensor, channels]) => {
    const rates = settings.sensors.get(sensor) ?? settings.channel;
    return rates === null ? [] : [{ sensor, channels, rates }];
  });
  const needed = [
    neededOf(settings, "replicas", majorityOf(replicas), replicas, settings.replica),
    ...measured.map(({ sensor, channels, rates }) => {
      const count = channels.length;
      const both = inSeries([rates, settings.replica]);
      return neededOf(settings, `sensor ${sensor}`, channelsNeeded(count), count, both);
    }),
    ...measured.flatMap(({ sensor, channels }) =>
      nodesThatLose(channels).map((node) =>
        neededOf(settings, `${node}, for ${sensor}`, 1, 1, settings.replica),
      ),
    ),
  ];
  const names = measured.map(({ sensor }) => sensor);
  return {
    missionHours,
    coverage,
    beta,
    parts: needed.map((one) => reliabilityOfGroup(one, missionHours)),
    whole: reliabilityOfAll(needed, missionHours),
    simplex: simplexOf(settings, [settings.replica, ...measured.map(({ rates }) => rates)]),
    sensorsWithoutRates: [...cluster.channels.keys()].filter((name) => !names.includes(name)),
  };
}

/** Wrong and silent channels are excluded one after the other, until two are left (src/voting). */
const channelsNeeded = (count: number): number => Math.min(2, count);

/** The nodes whose crash takes so many channels at once that too few are left. */
function nodesThatLose(channels: readonly Channel[]): readonly string[] {
  const spare = channels.length - channelsNeeded(channels.length);
  // Without a spare every channel is needed anyway, and its rate has the replica's in it.
  if (spare === 0) return [];
  const nodes = [...new Set(channels.map(({ node }) => node))];
  return nodes.filter((node) => channels.filter((one) => one.node === node).length > spare);
}

/** Two that are both needed, as one: their rates add up, and a repair is of the one that failed. */
function inSeries(parts: readonly PartRates[]): PartRates {
  const rate = parts.reduce((sum, { mttfHours }) => sum + 1 / mttfHours, 0);
  const down = parts.reduce((sum, { mttfHours, repairHours }) => {
    return sum + (repairHours ?? Number.POSITIVE_INFINITY) / mttfHours;
  }, 0);
  return { mttfHours: 1 / rate, repairHours: Number.isFinite(down) ? down / rate : null };
}

function neededOf(
  settings: DependabilitySettings,
  part: string,
  k: number,
  n: number,
  { mttfHours, repairHours }: PartRates,
): Needed {
  const group: Group = {
    k,
    n,
    failureRatePerHour: 1 / mttfHours,
    repairRatePerHour: repairHours === null ? 0 : 1 / repairHours,
    crews: 1,
    coverage: settings.coverage,
    beta: settings.beta,
  };
  return { part, group, model: groupModel(group) };
}

function reliabilityOfGroup({ part, group, model }: Needed, hours: number): Reliability {
  return {
    part,
    needed: [group.k, group.n],
    mttfHours: meanTimeToFailure(model),
    failsInMission: failureProbability(model, hours),
    availability: group.repairRatePerHour === 0 ? null : steadyAvailability(model),
  };
}

function reliabilityOfAll(needed: readonly Needed[], hours: number): Reliability {
  const parts = needed.map((one) => reliabilityOfGroup(one, hours));
  // The sum of logarithms keeps the digits of small probabilities; 1 less a product would not.
  const survives = parts.reduce((sum, { failsInMission }) => sum + Math.log1p(-failsInMission), 0);
  return {
    part: "all of it",
    needed: null,
    mttfHours: seriesMeanTimeToFailure(needed.map(({ model }) => model)),
    failsInMission: -Math.expm1(survives),
    availability: productOf(parts.map((part) => part.availability)),
  };
}

function simplexOf(settings: DependabilitySettings, parts: readonly PartRates[]): Reliability {
  const { mttfHours } = inSeries(parts);
  const available = parts.map(({ mttfHours: life, repairHours }) =>
    repairHours === null ? null : availability(life, repairHours),
  );
  return {
    part: "one board alone",
    needed: null,
    mttfHours,
    failsInMission: -Math.expm1(-settings.missionHours / mttfHours),
    availability: productOf(available),
  };
}

function productOf(shares: readonly (number | null)[]): number | null {
  let product = 1;
  for (const share of shares) {
    if (share === null) return null;
    product *= share;
  }
  return product;
}
