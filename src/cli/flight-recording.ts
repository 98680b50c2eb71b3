/** Reads the flight recording that a command line names, or refuses it in a line. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseHeader, type RecordingHeader } from "../replay/header.js";
import { CliFailure } from "./exit.js";
import type { CliIo } from "./io.js";

/** A recording has the size that its config allows; a file beyond this was named by mistake. */
export const recordingBytesMax = 1_073_741_824;

export interface FlightRecording {
  readonly header: RecordingHeader;
  /** The whole file. */
  readonly text: string;
}

export async function readFlightRecording(io: CliIo, file: string): Promise<FlightRecording> {
  const text = await readText(resolve(io.cwd, file), file);
  return { header: readHeader(file, text), text };
}

async function readText(path: string, file: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    if (bytes.length <= recordingBytesMax) return bytes.toString("utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CliFailure("invalidFile", `${file}: expected a file that can be read (${reason})`);
  }
  throw new CliFailure("invalidFile", `${file}: expected a recording of at most 1GiB`);
}

function readHeader(file: string, text: string): RecordingHeader {
  const end = text.indexOf("\n");
  const reading = parseHeader(end === -1 ? text : text.slice(0, end));
  if (!reading.ok) {
    throw new CliFailure("invalidFile", `${file}:1: expected ${reading.expected}`);
  }
  return reading.header;
}
