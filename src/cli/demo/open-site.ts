/** Builds the site of a demo: the boiler, or a recording that the boards play. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Board } from "../../../boards/board.js";
import { Site } from "../../../boards/mock/site.js";
import { parseRecording, type Recording } from "../../../boards/recording/csv.js";
import { RecordedBoard } from "../../../boards/recording/recorded-board.js";
import { loadApp } from "../../config/app-module.js";
import type { App } from "../../control/app.js";
import { checkedBoard } from "../../control/protection/checked-board.js";
import { type Protection, unprotected } from "../../control/protection/protection.js";
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import { type Instant, millis } from "../../kernel/time.js";
import { CliFailure } from "../exit.js";
import { DemoSite } from "./site.js";

export interface Played {
  /** As the person called it, for messages. */
  readonly file: string;
  readonly path: string;
  /** Recorded seconds in a second. */
  readonly speed: number;
}

/** The example app; the demo is the example, running. */
export const boilerFile = fileURLToPath(
  new URL("../../../examples/boiler/app.js", import.meta.url),
);

export async function boilerApp(): Promise<App> {
  const loaded = await loadApp(boilerFile);
  assert(loaded.ok, "the example app does not load");
  return loaded.app;
}

/** A recorded row is sampled again and again while it is on, as a thermometer would. */
const recordedRefresh = millis(5);

/**
 * @param played null for the boiler
 * @param protection that of the replicas' config: the pins are here, so commands are checked here
 */
export async function openSite(
  nodes: readonly NodeId[],
  played: Played | null,
  begins: Instant,
  protection: Protection = unprotected,
): Promise<DemoSite> {
  const app = await boilerApp();
  const loop = played === null ? "closed" : "open";
  const site = new Site({ declarations: app, seed: 1, begins, loop, fence: "actuator" });
  const bare =
    played === null
      ? new Map(nodes.map((node) => [node, mockBoard(site, node, begins)]))
      : recordedBoards(site, app, nodes, await read(played, nodes.length), played, begins);
  const cluster = { nodes, app, protection };
  const boards = new Map(
    [...bare].map(([node, board]) => [node, checkedBoard(cluster, node, board)]),
  );
  const [sensor = ""] = Object.keys(app.sensors);
  const [output = ""] = Object.keys(app.outputs);
  const { unit = "", tolerance = 1 } = app.sensors[sensor] ?? {};
  const closed = played === null;
  return new DemoSite({ site, boards, sensor, unit, tolerance, output, closed, begins });
}

const mockBoard = (site: Site, node: NodeId, begins: Instant): Board =>
  site.makeBoard(node, { begins, toTrue: (at) => at });

function recordedBoards(
  site: Site,
  app: App,
  nodes: readonly NodeId[],
  recording: Recording,
  { speed }: Played,
  begins: Instant,
): Map<NodeId, Board> {
  const [sensor = ""] = Object.keys(app.sensors);
  const { unit = "", min = 0, max = 0 } = app.sensors[sensor] ?? {};
  return new Map(
    nodes.map((node, index) => {
      const column = recording.channels[index] ?? "";
      const board = new RecordedBoard({
        recording,
        channels: [{ name: sensor, unit, min, max, column }],
        outputs: site.outputs,
        lines: site.lines(node, (at) => at),
        fence: site.fence(),
        speed,
        begins,
        atEnd: "loop",
        refresh: recordedRefresh,
      });
      return [node, board];
    }),
  );
}

/** The first columns after the time, one a replica. */
async function read({ file, path }: Played, columns: number): Promise<Recording> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CliFailure("invalidFile", `${file}: expected a file that can be read (${reason})`);
  }
  const parsed = parseRecording(text, {});
  if (!parsed.ok) throw new CliFailure("invalidFile", `${file}:${parsed.line}: ${parsed.reason}`);
  const { channels } = parsed.recording;
  if (channels.length >= columns) return parsed.recording;
  const expected = `expected ${columns} columns beside the time, one a replica`;
  throw new CliFailure("invalidFile", `${file}:1: ${expected}, got ${channels.length}`);
}
