/** Reads the recording that a command line names, or refuses it in a line. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { splitCells } from "../../../boards/recording/cells.js";
import {
  parseRecording,
  type Recording,
  recordingColumnsMax,
} from "../../../boards/recording/csv.js";
import { suggestion } from "../../config/suggest.js";
import { channelsMax } from "../../voting/ballots.js";
import { CliFailure } from "../exit.js";
import type { CliIo } from "../io.js";
import { recordingSecondsMax } from "./vote-recording.js";

/** Which columns of the file are meant; without them all but the time. */
export interface ColumnFlags {
  readonly channels?: readonly string[];
  readonly time?: string;
}

export function readRecording(io: CliIo, file: string, flags: ColumnFlags): Recording {
  const text = readText(io, file);
  const { channels, time } = flags;
  checkColumns(headerOf(text), flags);
  const parsed = parseRecording(text, {
    ...(channels === undefined ? {} : { channels }),
    ...(time === undefined ? {} : { time }),
  });
  if (!parsed.ok) throw new CliFailure("invalidFile", `${file}:${parsed.line}: ${parsed.reason}`);
  const { recording } = parsed;
  const count = recording.channels.length;
  if (count > channelsMax) refuse(`--channels: expected at most ${channelsMax}, got ${count}`);
  const lasts = (recording.rows.at(-1)?.timeS ?? 0) - (recording.rows[0]?.timeS ?? 0);
  if (lasts <= recordingSecondsMax) return recording;
  const expected = `expected seconds, at most ${recordingSecondsMax} from first to last`;
  throw new CliFailure("invalidFile", `${file}:${recording.rows.length + 1}: ${expected}`);
}

export function checkName(where: string, name: string, known: readonly string[]): void {
  if (!known.includes(name)) refuse(`${where}: no column "${name}"${suggestion(name, known)}`);
}

function refuse(message: string): never {
  throw new CliFailure("usage", message);
}

function readText(io: CliIo, file: string): string {
  try {
    return readFileSync(resolve(io.cwd, file), "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliFailure("invalidFile", `${file}: expected a readable CSV file: ${reason}`);
  }
}

/** A column that the file does not have is a slip of the command line, not of the file. */
function checkColumns(header: readonly string[], { channels = [], time }: ColumnFlags): void {
  if (header.length === 0) return;
  for (const name of channels) checkName("--channels", name, header);
  if (time === undefined) return;
  if (channels.includes(time)) refuse(`--channels: "${time}" is the time`);
  checkName("--time", time, header);
}

function headerOf(text: string): readonly string[] {
  const [line = ""] = text.replace(/^\uFEFF/, "").split(/\r\n?|\n/, 1);
  return line.trim() === "" ? [] : (splitCells(line, recordingColumnsMax) ?? []);
}
