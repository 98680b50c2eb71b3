/** From the fault entries of a scenario file to faults as values, with what is wrong with them. */
import { unreachable } from "../kernel/assert.js";
import { type Duration, micros, millis } from "../kernel/time.js";
import type {
  FaultAction,
  FaultSchedule,
  FaultSpec,
  LinkFaultModel,
  LinkSelection,
} from "../sim/scenario.js";
import type { KeyPath } from "./problem.js";
import type { FaultEntry } from "./scenario-schema.js";

/** A complaint about one place of the file. */
export type Complain = (path: KeyPath, message: string) => void;

export interface FaultFrame {
  readonly startup: Duration;
  /** When faults end: at the liveness phase, or with the run. */
  readonly end: Duration;
}

/** Faults that need no end, also where they are repeated: they are over by themselves. */
const endless: ReadonlySet<FaultEntry["fault"]> = new Set(["hang", "bit-rot"]);

const reorderDelayDefault = millis(5);

export function faultsOf(
  entries: readonly FaultEntry[],
  frame: FaultFrame,
  complain: Complain,
): readonly FaultSpec[] {
  const names = new Set<string>();
  return entries.map((entry, index) => {
    const path = ["faults", index];
    const name = entry.name ?? `${entry.fault} ${index + 1}`;
    if (names.has(name))
      complain([...path, "name"], `expected a name of its own, got "${name}" twice`);
    names.add(name);
    const length = entry.for ?? null;
    return {
      name,
      schedule: scheduleOf(entry, frame, path, complain),
      length,
      action: actionOf(entry),
    };
  });
}

function scheduleOf(
  entry: FaultEntry,
  frame: FaultFrame,
  path: KeyPath,
  complain: Complain,
): FaultSchedule {
  const { at, every, probability, between } = entry;
  const given = [at, every, probability].filter((value) => value !== undefined);
  if (given.length !== 1) complain(path, "expected one of `at`, `every` and `probability`");
  if (at !== undefined) {
    if (between !== undefined) {
      complain([...path, "between"], "expected `between` only with `every` or `probability`");
    }
    if (at >= frame.end) complain([...path, "at"], "expected a time before the end of all faults");
    return { kind: "once", at };
  }
  const interval = every ?? micros(Math.round(1_000_000 / (probability ?? 1)));
  const from = between?.min ?? frame.startup;
  const until = micros(Math.min(between?.max ?? frame.end, frame.end));
  if (entry.for === undefined && !endless.has(entry.fault)) {
    complain(path, "expected `for`: a fault that is repeated must end");
  }
  return { kind: "repeated", from, until, interval };
}

function actionOf(entry: FaultEntry): FaultAction {
  switch (entry.fault) {
    case "crash":
    case "silence":
    case "hang":
    case "mute-board":
    case "disk-full":
    case "disk-read-only":
    case "disk-stall":
    case "disk-lies":
    case "bit-rot":
      return { kind: entry.fault, node: entry.node };
    case "pause":
      return { kind: "pause", node: entry.node, inStep: entry.inStep ?? false };
    case "slow":
      return { kind: "slow", node: entry.node, perStep: entry.perStep };
    case "clock-rate":
      return { kind: "clock-rate", node: entry.node, ratePpm: entry.ppm };
    case "partition":
      return { kind: "partition", ...linksOf(entry) };
    case "network":
      return { kind: "network", model: linkModelOf(entry), ...linksOf(entry) };
    case "sensor":
      return { kind: "sensor", node: entry.node, sensor: entry.sensor, fault: entry.is };
    case "two-faced":
      return { kind: "two-faced", node: entry.node, sensor: entry.sensor, spread: entry.spread };
    case "voter":
      return { kind: "voter", node: entry.node, sensor: entry.sensor, offset: entry.offset };
    case "corrupt-samples":
      return { kind: "corrupt-samples", node: entry.node, sensor: entry.sensor };
    case "swap-samples":
      return {
        kind: "swap-samples",
        node: entry.node,
        sensor: entry.sensor,
        other: entry.with,
      };
    case "corrupt-commands":
      return { kind: "corrupt-commands", node: entry.node, output: entry.output };
    default:
      return unreachable(entry);
  }
}

type LinkEntry = Extract<FaultEntry, { fault: "partition" | "network" }>;

const linksOf = (entry: LinkEntry): LinkSelection => ({
  from: entry.from ?? { kind: "all" },
  to: entry.to ?? { kind: "all" },
  oneWay: entry.oneWay ?? false,
  path: entry.path ?? null,
});

/** What a file says of links: of the network as it is, or of a fault laid over it. */
export interface LinkEntryModel {
  readonly loss?: number | undefined;
  readonly duplication?: number | undefined;
  readonly reordering?: number | undefined;
  readonly reorderDelay?: Duration | undefined;
  readonly corruption?: number | undefined;
  readonly delay?: LinkFaultModel["delay"] | undefined;
}

export const linkModelOf = (entry: LinkEntryModel): LinkFaultModel => ({
  loss: entry.loss ?? 0,
  duplication: entry.duplication ?? 0,
  reordering: entry.reordering ?? 0,
  reorderDelay: entry.reorderDelay ?? reorderDelayDefault,
  corruption: entry.corruption ?? 0,
  delay: entry.delay ?? null,
});
