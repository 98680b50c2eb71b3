/**
 * The keys of `holdfast.yaml`: types, meanings and defaults, in one place. From this schema come
 * the checks, `holdfast config schema`, the variables of the environment, and the table in
 * docs/config.md (a test compares them).
 *
 * Every error text here completes the sentence "expected ...".
 */
import { z } from "zod";
import { profileWords } from "../control/protection/protection.js";
import { detectors } from "../detection/detectors.js";
import { addressExpected, parseAddress } from "../host/address.js";
import { latchableReasons } from "../voting/health/evidence.js";
import { voters } from "../voting/voters.js";
import { boardSchema } from "./board-schema.js";
import { dependability } from "./dependability-schema.js";
import { hooks } from "./hooks-schema.js";
import { restarts } from "./restart-schema.js";
import {
  duration,
  filePath,
  mapping,
  named,
  number,
  parsedText,
  size,
  text,
  whole,
} from "./schema-parts.js";
import { serial } from "./serial-schema.js";
import { state, stateRole } from "./state-schema.js";
import { voterSchema } from "./voter-schema.js";

/** The most replicas of a cluster: each beats to every other, so traffic grows with the square. */
export const nodesMax = 15;

const idExpected = "lower-case letters, digits and -, at most 32, beginning with a letter or digit";
const id = (description: string) => text(idExpected, /^[a-z0-9][a-z0-9-]{0,31}$/, { description });

const channelName = text("the name of a channel of the board", /\S/, {
  description: "What the board of that node calls the channel.",
});

const addressPattern = "^.+:[0-9]{1,5}$";

const node = mapping({
  id: id("The replica's name, the same for as long as the cluster lives."),
  address: parsedText(addressExpected, addressPattern, parseAddress, {
    description: "Where the replica listens for UDP: `host:port` or `[v6]:port`.",
  }),
  secondAddress: parsedText(addressExpected, addressPattern, parseAddress, {
    description: "The same on a second network, by which every datagram goes as well.",
    fallback: "one path",
  }).optional(),
  state: stateRole.optional(),
});

const timing = mapping({
  cycle: duration("The control cycle: sample, exchange, vote, control, command.", "100ms"),
  cutoff: duration("When in the cycle the vector is closed, whoever is missing.", "half a cycle"),
  heartbeat: duration("Every replica beats to every other once in this time.", "50ms"),
  suspectAfter: duration("A peer silent for longer is suspected.", "3 heartbeats"),
  lease: duration(
    "When the replica that drives was not heard for so long, another gets the right to.",
    "3 heartbeats, at least 20ms",
  ),
  clockDriftMaxPpm: whole("a whole number of ppm from 0 to 100000", 0, 100_000, {
    description: "How far any clock may run from true time, in parts per million.",
    fallback: "500",
  }),
  skewMax: duration(
    "Replicas whose cycles begin farther apart do not count as aligned.",
    "an eighth of a cycle, at most a quarter of the cutoff",
  ),
  sampleAgeMax: duration("A sample older than this at the cutoff is an omission.", "2 cycles"),
  latenessMax: duration(
    "A node woken later than this was asleep, and blames itself first.",
    "half the lease (1.5 heartbeats)",
  ),
  watchdog: duration(
    "The thread's watchdog bites when not petted for this long; pets come four times as often.",
    "10 cycles, at least 1s",
  ),
}).partial();

const count = (least: number, description: string, fallback: string) =>
  whole(`a whole number from ${least} to 1000000`, least, 1_000_000, { description, fallback });

const measure = (description: string, fallback: string) =>
  number("a number of at least 0", 0, Number.MAX_VALUE, { description, fallback });

const share = (description: string, fallback: string) =>
  number("a number from 0 to 1", 0, 1, { description, fallback });

const latchableExpected = `one of ${latchableReasons.join(", ")}`;

/** Mirrors `HealthOptions` of src/voting/health; a test compares them. */
const health = mapping({
  strikesMax: count(1, "A channel is excluded at so many strikes.", "30"),
  strikesPerFault: count(1, "Strikes for a wrong value.", "10"),
  strikesPerOmission: count(1, "Strikes for a missing or stale sample.", "3"),
  strikesPerAgreement: count(1, "Strikes taken back for an agreement.", "5"),
  quarantineSamples: count(1, "Samples without complaint before an excluded one is tried.", "10"),
  probationAgreements: count(1, "Consecutive agreements that end a probation.", "10"),
  returnAgreements: count(1, "The same for a channel that was only silent.", "3"),
  readmissionsPerHourMax: count(0, "Re-admissions in any hour; then it stays excluded.", "4"),
  dwell: duration("An exclusion for wrong values lasts at least so long.", "0s"),
  latchOn: z
    .array(z.enum(latchableReasons, { error: latchableExpected }), { error: "a list of reasons" })
    .meta({
      description: "An exclusion for one of these lasts until a person releases the channel.",
      "x-default": "none",
    }),
  crashAfter: duration("Excluded for silence, and silent for so long after, is crashed.", "10s"),
  permanentAfter: duration("A fault without a good sample for so long is permanent.", "10m"),
  stuckMove: measure(
    "How far the others move, in the sensor's unit, while a stuck value stays.",
    "a tenth of the tolerance",
  ),
  requireNewSource: z.boolean({ error: "true or false" }).meta({
    description: "Is every sample a new measurement, so that an old source time is stale?",
    "x-default": "false",
  }),
  rateMax: measure("How fast the quantity can change, in the sensor's unit a second.", "no limit"),
  biasMax: measure("How far from the voted value a channel may be in the mean.", "the tolerance"),
  noiseMax: measure(
    "How far a channel may go to and fro around it, in the mean.",
    "twice the tolerance",
  ),
  deadRatio: share("A channel is dead below this part of its past activity; 0: never.", "0.1"),
  densityWindow: count(1, "Over how many samples the share of bad ones is taken.", "100"),
  densityMax: share("The most that share may be; an omission counts 0.3. 1: no limit.", "0.1"),
  commonStepMax: measure("The most that the channels may step together at once.", "the tolerance"),
}).partial();

const voterNames = [...voters.keys()];

const voting = mapping({
  voter: z
    .enum(voterNames, { error: `one of ${voterNames.join(", ")}` })
    .meta({ description: "Which voter decides about the sensor.", "x-default": "mid-value" })
    .optional(),
  tolerance: z
    .number({ error: "a number above 0" })
    .positive({ error: "a number above 0" })
    .meta({
      description: "How far apart two healthy channels may be, in the sensor's unit.",
      "x-default": "the app's",
    })
    .optional(),
  health: health.optional(),
});

/** By sensor, how it is voted; scenario files of the simulator have it too. */
export const votingSchema = named(voting);

/** Scenario files of the simulator have it too. */
export const rereadsSchema = whole("a whole number from 0 to 5", 0, 5, {
  description:
    "How often a board is read again in a cycle while a channel gives nothing, or what cannot be.",
  fallback: "0",
});

const outputs = named(
  mapping({
    right: z.enum(["lease", "voter"], { error: "`lease` or `voter`" }).meta({
      description:
        "Who drives the output: the replica that holds the `lease`, or a `voter` in firmware to " +
        "which all three replicas are wired.",
      "x-default": "lease",
    }),
  }),
);

const protectionProfile = (description: string) =>
  z
    .enum(profileWords, { error: `one of ${profileWords.join(", ")}` })
    .meta({ description, "x-default": "none" });

/** Scenario files of the simulator have it too. */
export const protectionSchema = mapping({
  samples: protectionProfile("The E2E profile of what a replica tells the others it has read."),
  commands: protectionProfile("The E2E profile of commands, from the replica to the pin."),
}).partial();

const watchdogWord = "(thread|mock|bridge|none|/dev/[^\\s,]+)";
const devicesExpected =
  "thread, mock, bridge, none, or a device such as /dev/watchdog0, or several of them";
const watchdogPattern = new RegExp(`^${watchdogWord}(\\s*,\\s*${watchdogWord})*$`);

const watchdogDevices = z.string().regex(watchdogPattern, { error: devicesExpected });

const watchdog = mapping({
  device: z.union([watchdogDevices, z.array(watchdogDevices)], { error: devicesExpected }).meta({
    description: "Who acts when the replica hangs. Several: as a list, or with commas.",
    "x-default": "thread",
  }),
  timeout: duration(
    "How long a device of the board waits for a pet, in whole seconds.",
    "15s, at least 3 times timing.watchdog",
  ),
  pretimeout: duration(
    "So long before it acts a device that can warns the kernel, in whole seconds; 0s: not at all.",
    "0s",
  ),
  onStop: z.enum(["disarm", "keep"], { error: "`disarm` or `keep`" }).meta({
    description: "What a stop in good order does to a device of the board.",
    "x-default": "disarm",
  }),
  required: z.boolean({ error: "true or false" }).meta({
    description: "Does a replica refuse to run without a device that it was to have?",
    "x-default": "true",
  }),
  systemd: z.enum(["auto", "off"], { error: "`auto` or `off`" }).meta({
    description: "`auto`: tell systemd how the replica is, where systemd has started it.",
    "x-default": "auto",
  }),
}).partial();

const detectorNames = [...detectors.keys()];

/** Scenario files of the simulator have it too. */
export const detectionSchema = mapping({
  detector: z.enum(detectorNames, { error: `one of ${detectorNames.join(", ")}` }).meta({
    description: "How a replica finds out that another is silent.",
    "x-default": "by the number of nodes; `holdfast config check` says why",
  }),
  ackTimeout: duration(
    "How long ping-ack and swim wait for an answer, at most a heartbeat.",
    "half a heartbeat",
  ),
  relays: whole("a whole number from 0 to 14", 0, 14, {
    description: "How many others swim asks to probe a peer that did not answer.",
    fallback: "3",
  }),
  phi: number("a number from 0.5 to 50", 0.5, 50, {
    description: "The level at which phi-accrual suspects: 8 is wrong once in 10^8 beats.",
    fallback: "8",
  }),
  lifeguard: z.boolean({ error: "true or false" }).meta({
    description: "Does a replica that is slow itself wait longer before it suspects others?",
    "x-default": "true",
  }),
  suspicionAlpha: number("a number from 0.5 to 100", 0.5, 100, {
    description: "A suspected member may refute for at least so many heartbeats, more if many.",
    fallback: "4",
  }),
  suspicionBeta: number("a number from 1 to 100", 1, 100, {
    description: "And so many times as long while nobody else confirms the suspicion.",
    fallback: "6",
  }),
  confirmations: whole("a whole number from 0 to 14", 0, 14, {
    description: "Independent confirmations that shrink a suspicion to its least.",
    fallback: "3",
  }),
  unreachableFor: duration(
    "How long a member that did not refute is unreachable before it is dead.",
    "0s",
  ),
  syncEvery: duration("How often two members compare all that they know.", "20 heartbeats"),
  lambda: whole("a whole number from 1 to 10", 1, 10, {
    description: "News of a member is sent lambda * log10(n + 1) times, rounded up.",
    fallback: "3",
  }),
}).partial();

const recorder = mapping({
  path: filePath({
    description: "The folder of the flight recordings, one file per node.",
    fallback: "`recordings` in the stateDir",
  }).optional(),
  bytesMax: size("How much of a boot is kept, from its beginning.", "16MiB").optional(),
  bytesPerSecondMax: size("The most that a node writes in a second.", "256KiB").optional(),
});

const realtime = mapping({
  priority: whole("a whole number from 1 to 98", 1, 98, {
    description: "SCHED_FIFO of the replica's loop; what wakes it and the watchdog are above it.",
  }),
  cpu: whole("the number of a processor, from 0", 0, 1_023, {
    description: "The only processor that the loop runs on.",
    fallback: "any",
  }).optional(),
});

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** The whole file. */
export const fileSchema = mapping({
  cluster: id("The cluster's name. Replicas of other clusters are strangers."),
  key: text("at least 32 hexadecimal digits (16 bytes), in quotes", /^([0-9a-fA-F]{2}){16,64}$/, {
    description: "The key that authenticates every datagram, in hex. Rather use keyFile.",
  }).optional(),
  keyFile: filePath({
    description: "A file with the key: in hex, or 16 to 64 raw bytes. Instead of key.",
  }).optional(),
  app: filePath({ description: "The ES module of the app: its export `app`, or its default." }),
  nodes: z
    .array(node, { error: "a list of nodes, each with id and address" })
    .min(1, { error: "at least one node" })
    .max(nodesMax, { error: `at most ${nodesMax} nodes` }),
  board: boardSchema,
  serial: serial.optional(),
  channels: named(
    z
      .array(mapping({ node: id("The node whose board has the channel."), channel: channelName }), {
        error: "a list of channels, each with node and channel",
      })
      .min(1, { error: "at least one channel" }),
  ).optional(),
  timing: timing.optional(),
  watchdog: watchdog.optional(),
  detection: detectionSchema.optional(),
  voting: votingSchema.optional(),
  rereads: rereadsSchema.optional(),
  outputs: outputs.optional(),
  voter: voterSchema.optional(),
  protection: protectionSchema.optional(),
  recorder: recorder.optional(),
  realtime: realtime.optional(),
  stateDir: filePath({
    description: "The folder in which a replica keeps what survives a restart.",
    fallback: "`state` beside the config",
  }).optional(),
  log: mapping({
    level: z
      .enum(logLevels, { error: `one of ${logLevels.join(", ")}` })
      .meta({ description: "The least urgent message that is logged.", "x-default": "info" })
      .optional(),
  }).optional(),
  restarts: restarts.optional(),
  state: state.optional(),
  hooks: hooks.optional(),
  dependability: dependability.optional(),
  faultsAllowed: z
    .boolean({ error: "true or false" })
    .meta({
      description:
        "May the network be made to lose, double, delay or block frames, as the demo does?",
      "x-default": "false",
    })
    .optional(),
});

/** A file that passed, its quantities parsed. */
export type FileContent = z.output<typeof fileSchema>;
export type LogLevel = (typeof logLevels)[number];
