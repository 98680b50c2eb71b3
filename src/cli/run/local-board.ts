/** The board that the config names, in the replica's own process. */
import { readFile } from "node:fs/promises";
import type { Board } from "../../../boards/board.js";
import { Site } from "../../../boards/mock/site.js";
import { parseRecording, type Recording } from "../../../boards/recording/csv.js";
import { RecordedBoard } from "../../../boards/recording/recorded-board.js";
import type { BoardSettings } from "../../config/board-schema.js";
import type { RunSettings } from "../../config/settings.js";
import type { BoardSpecs } from "../../host/board-specs.js";
import type { ArmBridge } from "../../host/watchdog/watchdog-arming.js";
import { UsageError, unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import { type Instant, millis } from "../../kernel/time.js";
import { CliFailure } from "../exit.js";
import { ownSpecsOf } from "./own-specs.js";

export type MakeBoard = (now: Instant) => Board;

export interface LocalBoard {
  readonly makeBoard: MakeBoard;
  /** Gives the hardware back; harmless where the board is closed already. */
  readonly close: () => void;
  /** Of a board that can watch this host; null or absent for one that cannot. */
  readonly armBridge?: ArmBridge | null;
}

const nothingToClose = (): void => {};

/** A recorded row is sampled again and again while it is on, as a slow quantity would be. */
const recordedRefresh = millis(5);

/**
 * With the output voter beside it, where the config has one.
 *
 * @throws CliFailure (invalid file) for a recording that cannot be played, (not available) for
 *   hardware that is not there, or not as the config says
 */
export async function localBoard(settings: RunSettings, self: NodeId): Promise<LocalBoard> {
  const local = await boardAlone(settings, self);
  const { voter } = settings;
  if (voter === null) return local;
  try {
    const { withVoter } = await import("./voter.js");
    return await withVoter(settings, voter, self, local);
  } catch (error) {
    local.close();
    throw error;
  }
}

async function boardAlone(settings: RunSettings, self: NodeId): Promise<LocalBoard> {
  const specs = ownSpecsOf(settings, self);
  const { board } = settings;
  switch (board.kind) {
    case "mock":
      return simulated(mockBoard(settings, specs, self, board.seed ?? 1));
    case "recorded":
      return simulated(await playedBoard(board, specs, self));
    case "raspberry-pi":
    case "bridge":
    case "firmata": {
      const { wiredBoard } = await import("./wired-board.js");
      return wiredBoard(settings, board, self);
    }
    default:
      return unreachable(board);
  }
}

const simulated = (makeBoard: MakeBoard): LocalBoard => ({ makeBoard, close: nothingToClose });

type RecordedSettings = Extract<BoardSettings, { readonly kind: "recorded" }>;

async function playedBoard(
  { file, time, columns, speed }: RecordedSettings,
  specs: BoardSpecs,
  self: NodeId,
): Promise<MakeBoard> {
  const recording = await readRecording(file, time);
  return recordedBoard(recording, specs, {
    file,
    speed: speed ?? 1,
    columnOf: (channel) => columnFor(recording, columns?.[`${self}/${channel}`], self, channel),
  });
}

/**
 * Replicas that run by themselves cannot share a plant, so each has its own, and no output moves
 * it: heated by one replica only, the plants would drift apart, and good sensors would seem to lie.
 */
function mockBoard(
  { cluster }: RunSettings,
  specs: BoardSpecs,
  self: NodeId,
  seed: number,
): MakeBoard {
  const { app, channels } = cluster;
  const needs = Object.entries(app.sensors).flatMap(([sensor, need]) =>
    (channels.get(sensor) ?? [])
      .filter(({ node }) => node === self)
      .map(({ boardChannel }) => [boardChannel, need] as const),
  );
  const outputs = Object.fromEntries(specs.outputs.map((output) => [output.name, output]));
  const declarations = { sensors: Object.fromEntries(needs), outputs };
  return (begins) =>
    new Site({ declarations, seed, begins, loop: "open" }).makeBoard(self, {
      begins,
      toTrue: (at) => at,
    });
}

async function readRecording(file: string, time: string | undefined): Promise<Recording> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new CliFailure(
      "invalidFile",
      `${file}: expected a file that can be read (${error.code})`,
    );
  });
  const parse = parseRecording(text, time === undefined ? {} : { time });
  if (parse.ok) return parse.recording;
  throw new CliFailure("invalidFile", `${file}:${parse.line}: ${parse.reason}`);
}

/** The column that the config names; else that of the channel's full name, or of its own. */
function columnFor(
  { channels }: Recording,
  named: string | undefined,
  self: NodeId,
  channel: string,
): string {
  const id = `${self}/${channel}`;
  return named ?? (channels.includes(id) ? id : channel);
}

interface Playing {
  readonly file: string;
  readonly speed: number;
  readonly columnOf: (channel: string) => string;
}

function recordedBoard(recording: Recording, specs: BoardSpecs, playing: Playing): MakeBoard {
  const { file, speed, columnOf } = playing;
  const channels = specs.channels.map((spec) => ({ ...spec, column: columnOf(spec.name) }));
  const missing = channels.find(({ column }) => !recording.channels.includes(column));
  if (missing !== undefined) {
    const has = recording.channels.join(", ");
    const message = `${file}: expected a column ${missing.column} for channel ${missing.name}`;
    throw new CliFailure("invalidFile", `${message}, it has ${has}`);
  }
  if (recording.rows.length === 0) throw new UsageError(`${file} has no rows`);
  return (begins) =>
    new RecordedBoard({
      ...{ recording, channels, outputs: specs.outputs, speed, begins },
      lines: null,
      atEnd: "loop",
      refresh: recordedRefresh,
    });
}
