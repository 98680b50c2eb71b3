/**
 * `holdfast replay`: steps a node's machine through its flight recording, and shows the first
 * output that differs, if any does.
 */
import { Command } from "commander";
import { loadConfig } from "../config/load.js";
import { Node } from "../node/node.js";
import { keyCheck, type RecordingHeader } from "../replay/header.js";
import { type Difference, type ReplayResult, replay } from "../replay/replay.js";
import {
  outlineDifferences,
  outlineOf,
  type SettingDifference,
} from "../replay/settings-outline.js";
import { type ConfigFlags, requireConfig, withConfigFlags } from "./config-source.js";
import { BadVerdict, CliFailure } from "./exit.js";
import { readFlightRecording } from "./flight-recording.js";
import { type CliIo, writeJson } from "./io.js";
import { type MachineOptions, machineOptions, requireNode } from "./replica-options.js";
import { type Paint, paintFor } from "./terminal.js";

interface Flags extends ConfigFlags {
  readonly json?: boolean;
}

/** Altered lines that are named one by one. */
const alteredMax = 10;

const examples = `
Examples:
  $ holdfast replay state/recordings/a-1764000000000.ndjson
  $ holdfast replay a.ndjson --config boiler.yaml --json

The app and the key are taken from the config that the recording names, or from --config. The exit
code is 0 when all outputs are as they were recorded, and 1 when one differs.`;

export function replayCommand(io: CliIo): Command {
  return withConfigFlags(new Command("replay"))
    .description("Steps a node's machine through its flight recording.")
    .argument("<recording>", "a file of the flight recorder (.ndjson)")
    .option("--json", "one JSON object on stdout")
    .addHelpText("after", examples)
    .action((file: string, flags: Flags) => replayRecording(io, file, flags));
}

async function replayRecording(io: CliIo, file: string, flags: Flags): Promise<void> {
  const { header, text } = await readFlightRecording(io, file);
  const config = flags.config ?? header.config;
  if (config === null) {
    throw new CliFailure("usage", `${file} names no config: give one with --config`);
  }
  const { settings } = await requireConfig(io, { ...flags, config }, loadConfig);
  const options = machineOptions(settings, requireNode(settings, header.node));
  requireKey(file, config, header, options);
  const differing = outlineDifferences(header.settings, outlineOf(options.settings));
  const { startedAt: now, bootId } = header;
  const result = replay({ header, text, machine: new Node({ ...options, now, bootId }) });
  // With --json there is one object: the result, or the error with the result in it.
  if (!flags.json) tell(io, file, header, differing, result);
  refuseUnreadable(file, result);
  if (flags.json) tellJson(io, file, header, differing, result);
  if (result.difference !== null) throw new BadVerdict();
}

/** With another key every datagram would be refused, and the first difference would say nothing. */
function requireKey(
  file: string,
  config: string,
  header: RecordingHeader,
  { mac }: MachineOptions,
): void {
  if (header.keyCheck === keyCheck(mac)) return;
  const message = `${config} has another key than the one that ${file} was recorded with`;
  throw new CliFailure("invalidFile", message);
}

/** A difference before that place counts more. */
function refuseUnreadable(file: string, result: ReplayResult): void {
  const { unreadable, difference } = result;
  if (unreadable === null || difference !== null) return;
  const { line, expected } = unreadable;
  const message = `${file}:${line}: expected ${expected}; cannot go on`;
  throw new CliFailure("invalidFile", message, { ...result });
}

function tellJson(
  io: CliIo,
  file: string,
  header: RecordingHeader,
  settingsDiffer: readonly SettingDifference[],
  result: ReplayResult,
): void {
  const { node, bootId, wallClock, version } = header;
  const recording = { file, node, bootId, wallClock, version };
  writeJson(io, "replay", { recording, settingsDiffer, ...result });
}

function tell(
  io: CliIo,
  file: string,
  header: RecordingHeader,
  settingsDiffer: readonly SettingDifference[],
  result: ReplayResult,
): void {
  const paint = paintFor(io, io.stdout);
  const { node, bootId, wallClock, version } = header;
  const lines = [
    `${file}: node ${node}, boot ${bootId}, recorded ${wallClock} by Holdfast ${version}`,
    ...settingsDiffer.map(
      ({ path, recorded, now }) =>
        `${paint("warning", "other settings:")} ${path} was ${recorded}, is ${now}`,
    ),
    ...alteredLines(result.altered, paint),
    ...endLines(result),
    `stepped through ${result.steps} inputs, ${secondsText(result.time)}`,
    ...verdictLines(result, paint),
  ];
  io.stdout.write(`${lines.join("\n")}\n`);
}

function alteredLines(altered: readonly number[], paint: Paint): readonly string[] {
  const named = altered.slice(0, alteredMax).map((line) => {
    const what = `line ${line} was altered, or lines above it are gone`;
    return `${paint("warning", "altered:")} ${what}`;
  });
  const rest = altered.length - named.length;
  return rest > 0 ? [...named, `and ${rest} more`] : named;
}

const endings: Readonly<Record<NonNullable<ReplayResult["end"]>, string>> = {
  full: "the recorder stopped when the recording had its size; the replica went on",
  "too-fast": "the recorder stopped at its limit of bytes per second; the replica went on",
  disk: "the recorder stopped because the disk was too slow or refused; the replica went on",
  stopped: "the replica was stopped in good order",
  failed: "the replica's machine threw in the last step",
};

function endLines({ end, cutOff, difference, unreadable }: ReplayResult): readonly string[] {
  if (difference !== null || unreadable !== null) return [];
  if (end !== null) return [`its end: ${endings[end]}`];
  const cut = cutOff ? "; the last line is cut off and was left out" : "";
  return [`its end: none, as when power or process are cut off${cut}`];
}

function verdictLines({ difference, unreadable }: ReplayResult, paint: Paint): readonly string[] {
  if (difference !== null) return differenceLines(difference, paint);
  return unreadable === null ? [paint("good", "no difference: every output as recorded")] : [];
}

function differenceLines(difference: Difference, paint: Paint): readonly string[] {
  const { line, step, time, input, place, recorded, replayed } = difference;
  const { allRecorded, allReplayed } = difference;
  const counts = `${allRecorded.length} recorded, ${allReplayed.length} replayed`;
  return [
    paint(
      "bad",
      `first difference at line ${line}: step ${step}, ${secondsText(time)} after start`,
    ),
    `  input     ${input}`,
    `  output    ${place + 1} (of ${counts})`,
    `  recorded  ${recorded ?? "nothing more"}`,
    `  replayed  ${replayed ?? "nothing more"}`,
  ];
}

const secondsText = (time: number): string => `${(time / 1_000_000).toFixed(6)} s`;
