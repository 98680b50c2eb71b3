/** A world of toy machines, each node's lives kept for the test to look at. */
import type { NodeId } from "../../../src/kernel/ids.js";
import { Prng } from "../../../src/kernel/prng.js";
import { type Duration, micros, millis, seconds } from "../../../src/kernel/time.js";
import type { NodeOutput } from "../../../src/node/ports.js";
import type { LinkModel } from "../../../src/sim/network.js";
import type { Observation } from "../../../src/sim/observation.js";
import { World, type WorldOptions } from "../../../src/sim/world.js";
import { a, b, c, perfectNetwork } from "./scenarios.js";
import { ToyBoard } from "./site.js";
import { ToyMachine } from "./toy-machine.js";

const steady: LinkModel = {
  ...perfectNetwork,
  delay: { kind: "uniform", min: micros(100), max: micros(100) },
};

export interface ToyOptions extends Partial<WorldOptions> {
  readonly period?: Duration | null;
  /** What a node does at each beat. */
  readonly onBeat?: (node: NodeId, beat: number, now: number) => readonly NodeOutput[];
  readonly seed?: number;
}

export function toyWorld(options: ToyOptions = {}) {
  const { period = millis(10), onBeat = () => [], seed = 1, ...more } = options;
  const lives = new Map<NodeId, ToyMachine[]>();
  const observations: Observation[] = [];
  const world = new World({
    nodes: [a, b, c],
    dice: new Prng(seed),
    paths: [{ name: "udp", model: steady }],
    host: {
      wakeLatency: { kind: "uniform", min: micros(0), max: micros(0) },
      watchdog: seconds(3_600),
      resetTime: millis(500),
    },
    clockDriftPpm: 0,
    powerOn: { kind: "uniform", min: micros(0), max: micros(0) },
    makeMachine: (birth) => {
      const machine = new ToyMachine(birth, period, (now, beat) => onBeat(birth.node, beat, now));
      lives.set(birth.node, [...(lives.get(birth.node) ?? []), machine]);
      return machine;
    },
    makeBoard: () => new ToyBoard(() => 20),
    ...more,
  });
  world.observe((observation) => observations.push(observation));
  const machine = (node: NodeId, life = 0): ToyMachine => {
    const found = lives.get(node)?.at(life);
    if (found === undefined) throw new Error(`${node} had no life number ${life}`);
    return found;
  };
  return { world, machine, observations };
}
