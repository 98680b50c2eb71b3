/**
 * The keys of a scenario file, version 1. docs of each word: examples/scenarios and
 * src/sim/README.md. Every error text here completes the sentence "expected ...".
 */
import { z } from "zod";
import type { Direction } from "../detection/paths/directions.js";
import { pathsMax } from "../detection/paths/messages.js";
import type { NodeEvent } from "../node/events.js";
import {
  delay,
  duration,
  flag,
  linkDelay,
  nodeGroup,
  nodeName,
  nodeTarget,
  number,
  positiveDuration,
  range,
  sensorFault,
  share,
  text,
  whole,
} from "./scenario-words.js";
import { detectionSchema, protectionSchema, rereadsSchema, votingSchema } from "./schema.js";

/** The most replicas of a simulated cluster. */
export const scenarioNodesMax = 15;

const mapping = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, { error: "a mapping of keys to values" });

const sensorName = text("the name of a sensor of the app");
const outputName = text("the name of an output of the app");

/** When a fault happens: `at` once, or `every` / `probability` again and again. */
const when = {
  name: text("a name for the fault, of its own").optional(),
  at: duration.optional(),
  every: positiveDuration.optional(),
  /** Per second. */
  probability: number("a probability per second, above 0 and at most 1", 1e-6, 1).optional(),
  between: range.optional(),
  for: range.optional(),
};

const links = {
  from: nodeGroup.optional(),
  to: nodeGroup.optional(),
  oneWay: flag.optional(),
  path: text("the name of a path").optional(),
};

const kind = <Kind extends string>(name: Kind) => z.literal(name);

const sensorAndNode = { node: nodeTarget, sensor: sensorName };

const network = {
  loss: share.optional(),
  duplication: share.optional(),
  reordering: share.optional(),
  reorderDelay: positiveDuration.optional(),
  corruption: share.optional(),
};

const linkModel = mapping({ ...network, delay: linkDelay.optional() });

const positive = number("a number above 0", Number.MIN_VALUE, Number.MAX_VALUE);

const nonzero = number("a number that is not 0", -Number.MAX_VALUE, Number.MAX_VALUE).refine(
  (value) => value !== 0,
  { error: "a number that is not 0" },
);

const fault = z.discriminatedUnion(
  "fault",
  [
    mapping({ fault: kind("crash"), node: nodeTarget, ...when }),
    mapping({ fault: kind("silence"), node: nodeTarget, ...when }),
    mapping({ fault: kind("pause"), node: nodeTarget, inStep: flag.optional(), ...when }),
    mapping({ fault: kind("slow"), node: nodeTarget, perStep: positiveDuration, ...when }),
    mapping({ fault: kind("hang"), node: nodeTarget, ...when }),
    mapping({ fault: kind("mute-board"), node: nodeTarget, ...when }),
    mapping({
      fault: kind("clock-rate"),
      node: nodeTarget,
      ppm: whole("a whole number of ppm from -500000 to 500000", -500_000, 500_000),
      ...when,
    }),
    mapping({ fault: kind("partition"), ...links, ...when }),
    mapping({ fault: kind("network"), ...network, delay: linkDelay.optional(), ...links, ...when }),
    mapping({ fault: kind("sensor"), ...sensorAndNode, is: sensorFault, ...when }),
    mapping({ fault: kind("two-faced"), ...sensorAndNode, spread: positive, ...when }),
    mapping({ fault: kind("voter"), ...sensorAndNode, offset: nonzero, ...when }),
    mapping({ fault: kind("corrupt-samples"), ...sensorAndNode, ...when }),
    mapping({ fault: kind("swap-samples"), ...sensorAndNode, with: sensorName, ...when }),
    mapping({ fault: kind("corrupt-commands"), node: nodeTarget, output: outputName, ...when }),
    mapping({ fault: kind("disk-full"), node: nodeTarget, ...when }),
    mapping({ fault: kind("disk-read-only"), node: nodeTarget, ...when }),
    mapping({ fault: kind("disk-stall"), node: nodeTarget, ...when }),
    mapping({ fault: kind("disk-lies"), node: nodeTarget, ...when }),
    mapping({ fault: kind("bit-rot"), node: nodeTarget, ...when }),
  ],
  {
    error:
      "a mapping with `fault:` crash, silence, pause, slow, hang, mute-board, clock-rate, " +
      "partition, network, sensor, two-faced, voter, corrupt-samples, swap-samples, " +
      "corrupt-commands, disk-full, disk-read-only, disk-stall, disk-lies or bit-rot",
  },
);

/** Every kind of event; the compiler knows when one is missing. */
const eventKinds: { readonly [Kind in NodeEvent["kind"]]: true } = {
  started: true,
  "boot-explained": true,
  "peer-suspected": true,
  "peer-trusted": true,
  "path-lost": true,
  "direction-changed": true,
  "path-restored": true,
  "peer-whole": true,
  "peer-degraded": true,
  "peer-cut": true,
  "lease-acquired": true,
  "lease-lost": true,
  "was-late": true,
  "supervision-failed": true,
  "supervision-restored": true,
  "supervision-began": true,
  "supervision-tolerated": true,
  "supervision-stopped": true,
  snoozed: true,
  "snooze-ended": true,
  "reboot-began": true,
  refused: true,
  "write-refused": true,
  synchronised: true,
  desynchronised: true,
  voted: true,
  "channel-excluded": true,
  "channel-latched": true,
  "channel-readmitted": true,
  "channel-overridden": true,
  "sensor-suspected": true,
  "sensor-cleared": true,
  "channel-released": true,
  reread: true,
  "voter-suspected": true,
  "voter-trusted": true,
  "voters-differ": true,
  "voters-agree": true,
  "cycles-skipped": true,
  "state-joined": true,
  "state-diverged": true,
  "state-repaired": true,
  "app-faulted": true,
  "app-recovered": true,
  "member-joined": true,
  "member-replaced": true,
  "member-moved": true,
  "member-returned": true,
  "member-left": true,
  "member-forgotten": true,
  "member-suspected": true,
  "member-unreachable": true,
  "member-died": true,
  "leader-changed": true,
  "accusation-refuted": true,
  "verdicts-suspended": true,
  "view-full": true,
  "identity-lost": true,
  "replica-role": true,
  "replica-group": true,
  "replica-snapshot-sent": true,
  "replica-log-recovered": true,
  "replica-app-state": true,
  "replica-stepped-down": true,
  "replica-blank-member": true,
  "replica-disk-health": true,
  "replica-write-budget": true,
  "replica-log-refused": true,
};

/** Every direction, checked likewise. */
const directionKinds: { readonly [Name in Direction]: true } = {
  both: true,
  "in-only": true,
  "out-only": true,
  none: true,
  unknown: true,
};
const directions = Object.keys(directionKinds) as Direction[];

const eventNames = Object.keys(eventKinds) as NodeEvent["kind"][];
const event = z.enum(eventNames, { error: `an event: ${eventNames.join(", ")}` });

/** Either `event`, `after` and `within`, or `never`. */
const expectation = mapping({
  event: event.optional(),
  never: event.optional(),
  sensor: sensorName.optional(),
  channel: text("a channel `<node>/<sensor>`, or target").optional(),
  peer: text("a node, or target").optional(),
  reason: text("a reason").optional(),
  path: text("the name of a path").optional(),
  direction: z.enum(directions, { error: `one of ${directions.join(", ")}` }).optional(),
  after: text("the name of a fault").optional(),
  within: positiveDuration.optional(),
  by: z.enum(["any", "all", "target"], { error: "any, all or target" }).optional(),
  between: range.optional(),
});

const perSensor = (value: z.ZodType<number>) =>
  z.record(z.string(), value, { error: "a mapping of sensors to numbers" }).optional();

const on = z.literal(true, { error: "true, or no such line" }).optional();

const invariants = mapping({
  "one-driver": on,
  "no-false-exclusion": on,
  "no-false-suspicion": on,
  "no-false-reset": on,
  "voted-within": perSensor(positive),
  "votes-agree": perSensor(positive),
  availability: perSensor(share),
  driven: z.record(z.string(), share, { error: "a mapping of outputs to shares" }).optional(),
});

const nodesExpected = `a count from 1 to ${scenarioNodesMax}, or a list of as many names`;

/** A count of the right type, but out of range, is told in the words of the member. */
const nodes = z.union(
  [
    whole(nodesExpected, 1, scenarioNodesMax),
    z
      .array(nodeName)
      .min(1, { error: nodesExpected })
      .max(scenarioNodesMax, { error: nodesExpected }),
  ],
  { error: nodesExpected },
);

/** The whole file. `timing`, `detection`, `voting` and `protection` are as in holdfast.yaml. */
export const scenarioSchema = mapping({
  version: z.literal(1, { error: "1, the only version there is" }),
  name: text("a name"),
  app: text("the name of a built-in app, or the path of a module"),
  nodes: nodes.optional(),
  timing: z.record(z.string(), z.unknown(), { error: "a mapping of keys to values" }).optional(),
  detection: detectionSchema.optional(),
  voting: votingSchema.optional(),
  rereads: rereadsSchema.optional(),
  protection: protectionSchema.optional(),
  clocks: mapping({
    driftPpm: whole("a whole number of ppm from 0 to 100000", 0, 100_000).optional(),
  }).optional(),
  hosts: mapping({
    wakeLatency: delay.optional(),
    resetTime: positiveDuration.optional(),
  }).optional(),
  network: linkModel.optional(),
  state: mapping({
    disk: z.enum(["card", "ssd"], { error: "card or ssd" }).optional(),
    writes: positiveDuration.optional(),
    heartbeat: positiveDuration.optional(),
    election: positiveDuration.optional(),
  }).optional(),
  paths: z
    .record(z.string(), linkModel, {
      error: "a mapping of the names of paths to what they are like",
    })
    .refine((paths) => Object.keys(paths).length < pathsMax, {
      error: `at most ${pathsMax - 1} beside the first`,
    })
    .optional(),
  seed: whole("a whole number from 0 to 2^53 - 1", 0, Number.MAX_SAFE_INTEGER).optional(),
  duration: positiveDuration,
  startup: duration.optional(),
  hypothesis: mapping({
    faultyNodesMax: whole("a whole number from 0 to 15", 0, 15).optional(),
    settle: duration.optional(),
  }).optional(),
  faults: z
    .array(fault, { error: "a list of faults" })
    .max(100, { error: "at most 100 faults" })
    .optional(),
  expect: z
    .array(expectation, { error: "a list of expectations" })
    .max(100, { error: "at most 100 expectations" })
    .optional(),
  invariants: invariants.optional(),
  liveness: mapping({
    at: positiveDuration,
    core: z
      .union([z.literal("majority"), z.array(nodeName).min(1)], {
        error: "majority, or a list of nodes",
      })
      .optional(),
    within: positiveDuration,
  }).optional(),
});

export type ScenarioFile = z.output<typeof scenarioSchema>;
export type FaultEntry = NonNullable<ScenarioFile["faults"]>[number];
export type ExpectationEntry = NonNullable<ScenarioFile["expect"]>[number];
