/**
 * Runs one scenario with one seed, from power-on to the report. All that is random is split from
 * the seed by name, so that the dice of the network, of each node and of each fault are
 * independent.
 */

import type { App } from "../control/app.js";
import { channel } from "../control/channels.js";
import type { VotingMap } from "../control/cycle/sensor-bank.js";
import { checkedBoard } from "../control/protection/checked-board.js";
import type { Protection } from "../control/protection/protection.js";
import type { NodeId } from "../kernel/ids.js";
import { Prng } from "../kernel/prng.js";
import { type Duration, millis } from "../kernel/time.js";
import { Node } from "../node/node.js";
import { pathsOf } from "../node/path-settings.js";
import type { ClusterSettings } from "../node/settings.js";
import { checksumMac } from "../wire/mac.js";
import type { Checker } from "./checkers/checker.js";
import { makeCheckers } from "./checkers/make-checkers.js";
import { Cluster, type Plant } from "./cluster.js";
import { FaultLedger } from "./fault-ledger.js";
import { FaultPlan } from "./fault-plan.js";
import { Recorder } from "./recorder.js";
import type { SimReport } from "./report.js";
import { pathsOfScenario, type Scenario } from "./scenario.js";
import { type Shifts, shiftedVoting } from "./shifted-voting.js";
import { writeAgainAndAgain } from "./state-writes.js";
import type { Birth, HostModel, MakeBoard, NodeMachine } from "./surroundings.js";
import { type CommandTampers, TamperedBoard, type Tampers } from "./tampered-board.js";
import { later, type TrueTime, trueTime } from "./true-time.js";
import { World } from "./world.js";

/** The plant under a cluster and the boards wired to it. */
export interface Site {
  readonly plant: Plant;
  readonly makeBoard: MakeBoard;
}

export interface RunOptions {
  readonly scenario: Scenario;
  /** Instead of the scenario's own. */
  readonly seed: number;
  readonly app: App;
  /** @param now tells the true time */
  readonly makeSite: (settings: ClusterSettings, dice: Prng, now: () => TrueTime) => Site;
  /** How the command that was given names the scenario: the report repeats it. */
  readonly scenarioName: string;
  /** For tests: by sensor, how it is voted instead of as in the scenario. */
  readonly voting?: VotingMap;
  /** For tests: instead of that of the scenario. */
  readonly protection?: Protection;
  /** For tests: another machine instead of the node. */
  readonly makeMachine?: (settings: ClusterSettings, birth: Birth) => NodeMachine;
}

/** The simulator's clusters share no key with any real one. */
const simulatorKey = new Uint8Array(32).fill(0x5a);

/** How long after one another the boards are powered on, at most. */
const powerOnSpread = millis(200);

export function runScenario(options: RunOptions): SimReport {
  const { scenario, seed } = options;
  const dice = new Prng(seed);
  const settings = settingsOf(scenario, options);
  const cluster = makeCluster(options, settings, dice);
  const plan = new FaultPlan(scenario, cluster, dice.split("faults"));
  const core = scenario.liveness?.core ?? plan.drawCore();
  const checkers = makeCheckers(scenario, cluster, core);
  const recorder = new Recorder(scenario, cluster);
  const { world } = cluster;
  world.observe((observation) => {
    cluster.observe(observation);
    recorder.observe(observation);
    for (const checker of checkers) checker.observe(observation);
    plan.observe(observation);
  });
  plan.start();
  const { writeEvery } = scenario.state;
  if (writeEvery !== null) writeAgainAndAgain(world, writeEvery, dice.split("state writes"));
  sampleEachCycle(world, scenario.timing.cycle, [...checkers, ...recorder.samplers]);
  world.run(trueTime(scenario.duration));
  const { scenarioName } = options;
  return recorder.report({ scenarioName, seed, checkers, plan });
}

/** Every board measures every sensor of the app, by a channel of the sensor's name. */
function settingsOf(scenario: Scenario, options: RunOptions): ClusterSettings {
  const { app, voting, protection = scenario.protection } = options;
  const { nodes, timing, detection, rereadsMax } = scenario;
  const votes = voting ?? scenario.voting;
  const channels = new Map(
    Object.keys(app.sensors).map((sensor) => [sensor, nodes.map((node) => channel(node, sensor))]),
  );
  const names = pathsOfScenario(scenario).map(({ name }) => name);
  const paths = pathsOf(names, timing);
  const more = { rereadsMax, timing, detection, paths, protection };
  const state = scenario.state.settings;
  return { cluster: "sim", nodes, app, channels, voting: votes, ...more, state };
}

function makeCluster(options: RunOptions, settings: ClusterSettings, dice: Prng): Cluster {
  const { scenario } = options;
  const { nodes } = scenario;
  const mac = checksumMac(simulatorKey);
  const tampers = new Map<NodeId, Tampers>(nodes.map((node) => [node, new Map()]));
  const commandTampers = new Map<NodeId, CommandTampers>(nodes.map((node) => [node, new Map()]));
  const clockwork: { now: () => TrueTime } = { now: () => trueTime(0) };
  const site = options.makeSite(settings, dice.split("site"), () => clockwork.now());
  const shifts = new Map<NodeId, Shifts>(nodes.map((node) => [node, new Map()]));
  const settingsFor = ownSettings(scenario, settings, shifts);
  const makeMachine = (birth: Birth): NodeMachine => {
    const { node: self, now, bootId } = birth;
    const made = options.makeMachine?.(settings, birth);
    return made ?? new Node({ settings: settingsFor(self), self, now, bootId, mac });
  };
  const world = new World({
    nodes,
    dice: dice.split("world"),
    paths: pathsOfScenario(scenario),
    host: hostOf(scenario),
    clockDriftPpm: scenario.clockDriftPpm,
    powerOn: { kind: "uniform", min: millis(0), max: powerOnSpread },
    makeMachine,
    makeBoard: (node, clock, begins) =>
      new TamperedBoard(
        checkedBoard(settings, node, site.makeBoard(node, clock, begins)),
        tampers.get(node) ?? new Map(),
        commandTampers.get(node),
      ),
  });
  clockwork.now = () => world.now;
  const ledger = new FaultLedger(scenario.hypothesis.settle, settings);
  const { plant } = site;
  const suffering = { tampers, commandTampers, shifts };
  return new Cluster({ settings, world, ledger, plant, mac, ...suffering });
}

function hostOf({ host, timing, state }: Scenario): HostModel {
  return { ...host, disk: state.disk, watchdog: timing.watchdog };
}

/** Only where the scenario has faults of voters do nodes get voters that can be made faulty. */
function ownSettings(
  { faults }: Scenario,
  settings: ClusterSettings,
  shifts: ReadonlyMap<NodeId, Shifts>,
): (node: NodeId) => ClusterSettings {
  if (!faults.some(({ action }) => action.kind === "voter")) return () => settings;
  const sensors = [...settings.channels.keys()];
  return (node) => {
    const voting = shiftedVoting(settings.voting, sensors, shifts.get(node) ?? new Map());
    return { ...settings, voting };
  };
}

function sampleEachCycle(world: World, cycle: Duration, checkers: readonly Checker[]): void {
  const samplers = checkers.filter((checker) => checker.sample !== undefined);
  if (samplers.length === 0) return;
  const sample = (): void => {
    for (const sampler of samplers) sampler.sample?.(world.now);
    world.schedule(later(world.now, cycle), sample);
  };
  world.schedule(world.now, sample);
}
