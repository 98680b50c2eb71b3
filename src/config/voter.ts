/** The output voter of a config: what contradicts the rest of it, and its settings. */
import { type Duration, micros, millis } from "../kernel/time.js";
import type { Layers } from "./layers.js";
import type { Problem } from "./problem.js";
import { formatDuration, parseDuration } from "./quantity.js";
import { unknownNames } from "./sensors.js";
import type { VoterContent } from "./voter-schema.js";

/** Of an Arduino Mega, in the order of their numbers on the line. */
export const voterPins = ["D5", "D6", "D7", "D8"] as const;

export interface VoterOutputSettings {
  /** On the line: 0 to 3. */
  readonly number: number;
  readonly use: "output" | "pwm";
  readonly tolerance: number;
  readonly grace: Duration;
  readonly patience: Duration;
}

export interface VoterSettings {
  readonly port: string;
  /** By node, where it differs. */
  readonly ports: Readonly<Record<string, string>>;
  readonly baudRate: number;
  readonly rebind: boolean;
  readonly outputs: ReadonlyMap<string, VoterOutputSettings>;
}

const graceMax = millis(1_000);
const patienceMax = millis(65_535);
const graceCycles = 2;
const patienceCycles = 5;

/**
 * @param spans by output of the app, how far its range reaches
 * @param voted those with `right: voter`, which must hang on the voter; others may
 */
export function checkVoter(
  layers: Layers,
  spans: ReadonlyMap<string, number>,
  voted: ReadonlyMap<string, number>,
): readonly Problem[] {
  const section = layers.get(["voter"]);
  if (typeof section !== "object" || section === null) return [];
  const wired = layers.get(["voter", "outputs"]);
  const entries = typeof wired === "object" && wired !== null ? Object.entries(wired) : [];
  const missing = [...voted.keys()].filter((name) => !entries.some(([key]) => key === name));
  return [
    ...unknownNames(layers, ["voter", "outputs"], [...spans.keys()], "an output of the app"),
    ...missing.map((name) =>
      layers.problem(["voter", "outputs"], `expected ${name}, which has \`right: voter\``),
    ),
    ...doublePins(layers, entries),
    ...entries.flatMap(([name]) => beyondFirmware(layers, name, spans.get(name))),
  ];
}

/** What the firmware would not take as a declaration. */
function beyondFirmware(layers: Layers, name: string, span: number | undefined): Problem[] {
  const path = ["voter", "outputs", name];
  const tooLong = (key: string, most: Duration): Problem[] => {
    const found = layers.get([...path, key]);
    const parsed = parseDuration(found);
    if (!parsed.ok || parsed.value <= most) return [];
    const expected = `expected at most ${formatDuration(most)}, which is all that the voter waits`;
    return [layers.problem([...path, key], `${expected}, got ${String(found)}`)];
  };
  const tolerance = layers.get([...path, "tolerance"]);
  const isWide = typeof tolerance === "number" && span !== undefined && tolerance > span;
  const expected = `expected at most ${span}, the whole range of ${name}, got ${tolerance}`;
  return [
    ...tooLong("grace", graceMax),
    ...tooLong("patience", patienceMax),
    ...(isWide ? [layers.problem([...path, "tolerance"], expected)] : []),
  ];
}

function doublePins(
  layers: Layers,
  entries: readonly (readonly [string, unknown])[],
): readonly Problem[] {
  const pinOf = (name: string): unknown => layers.get(["voter", "outputs", name, "pin"]);
  return entries.flatMap(([name], index) => {
    const other = entries.slice(0, index).find(([before]) => pinOf(before) === pinOf(name));
    if (other === undefined || pinOf(name) === undefined) return [];
    const message = `expected each pin once, and ${other[0]} has it already`;
    return [layers.problem(["voter", "outputs", name, "pin"], message)];
  });
}

export function voterSettingsOf(content: VoterContent, cycle: Duration): VoterSettings {
  const { port, ports = {}, baudRate = 115_200, rebind = false } = content;
  const outputs = Object.entries(content.outputs).map(([name, output]) => {
    const { pin, as = "digital", tolerance = 0 } = output;
    const settings: VoterOutputSettings = {
      ...{ number: voterPins.indexOf(pin), use: as === "pwm" ? "pwm" : "output", tolerance },
      grace: output.grace ?? micros(Math.min(graceCycles * cycle, graceMax)),
      patience: output.patience ?? micros(Math.min(patienceCycles * cycle, patienceMax)),
    };
    return [name, settings] as const;
  });
  return { port, ports, baudRate, rebind, outputs: new Map(outputs) };
}
