/**
 * The picture of the demo: what the plant does, what each replica is, what each channel says, and
 * what happened last. It is drawn from values alone, so that a test can read it.
 */
import type { NodeId } from "../../kernel/ids.js";
import type { NodeStatus, SensorStatus } from "../../node/status.js";
import type { SeenEvent, Votes } from "../../observe/tally.js";
import { becauseText, doubtText } from "../status/sensor-text.js";
import { type Column, type Paint, type Tone, table } from "../terminal.js";
import { type HappeningLine, happenings, type Note } from "./happenings.js";
import { clip, flow, type ScreenSize, tableWithin } from "./screen.js";

export interface ReplicaView {
  readonly node: NodeId;
  readonly state: "up" | "down" | "paused";
  readonly pid: number | null;
  readonly residentBytes: number | null;
  /** The newest that the replica told; null before it told any. */
  readonly status: NodeStatus | null;
}

export interface DashboardView {
  readonly app: string;
  readonly elapsedS: number;
  readonly replicas: readonly ReplicaView[];
  /** What is true of the plant, in words: quantities, outputs. */
  readonly plant: readonly string[];
  /** How often two boards drove one output at once. */
  readonly drivenTwice: number;
  /** A row for each replica's microcontroller and line; empty where there is no firmware. */
  readonly firmware: readonly (readonly string[])[];
  readonly votes: Votes;
  readonly recent: readonly SeenEvent[];
  readonly notes: readonly Note[];
  /** The faults that are on now, in words. */
  readonly faults: readonly string[];
  /** What each key does; empty where nobody listens to them. */
  readonly keys: readonly string[];
}

/** How many lines of what happened last are shown, where there is room. */
const happeningsMax = 12;

/**
 * Fits `size`: rows are cut, and what happened last gets the lines that are left.
 *
 * @returns lines, each ended
 */
export function dashboard(view: DashboardView, paint: Paint, size: ScreenSize): string {
  const { columns } = size;
  const suspected = suspectedVoters(view);
  const rows = view.replicas.map((replica) => replicaRow(replica, suspected, paint));
  const above = [
    ...heading(view, paint),
    "",
    ...linesOf(tableWithin(columns, replicaColumns, rows)),
    "",
    ...firmwareLines(view, columns),
    ...sensorLines(view, paint),
  ];
  const keys = flow(columns, view.keys).map((line) => paint("quiet", line));
  const below = keys.length === 0 ? [] : ["", ...keys];
  const left = size.rows - above.length - below.length - 1;
  const told = happenings(view.recent, view.notes, Math.max(0, Math.min(left, happeningsMax)));
  const lines = [...above, ...happeningLines(told, paint), ...below];
  return lines.map((line) => `${clip(line, columns)}\n`).join("");
}

const linesOf = (text: string): readonly string[] => text.trimEnd().split("\n");

function heading(view: DashboardView, paint: Paint): readonly string[] {
  const { voted, cycles, missed, longestGapS } = view.votes;
  const votes = `${voted} of ${cycles} cycles voted, longest gap ${longestGapS.toFixed(2)} s`;
  const twice = `driven twice: ${view.drivenTwice}`;
  const faults = view.faults.length === 0 ? "none" : view.faults.join(", ");
  return [
    `${paint("strong", `holdfast demo: ${view.app}`)}  ${view.elapsedS.toFixed(1)} s`,
    view.plant.join("   "),
    `${paint(badUnlessZero(missed), votes)}   ${paint(badUnlessZero(view.drivenTwice), twice)}`,
    `faults on now: ${paint(view.faults.length === 0 ? "quiet" : "warning", faults)}`,
  ];
}

const badUnlessZero = (count: number): Tone => (count === 0 ? "good" : "bad");

/** The most important first: a narrow terminal shows fewer. */
const replicaColumns: readonly Column[] = [
  { title: "REPLICA" },
  { title: "ROLE" },
  { title: "STATE" },
  { title: "HEARS" },
  { title: "SKEW", align: "right" },
  { title: "WATCHDOG" },
  { title: "LOST", align: "right" },
  { title: "RESIDENT", align: "right" },
  { title: "PID", align: "right" },
];

/** Whose voters anybody suspects who is up, be it the replica itself. */
function suspectedVoters({ replicas }: DashboardView): ReadonlySet<NodeId> {
  const up = replicas.filter(({ state }) => state === "up");
  const suspicions = up.flatMap(({ status }) => status?.cycle.suspectedVoters ?? []);
  return new Set(suspicions.map(({ node }) => node));
}

function replicaRow(replica: ReplicaView, suspected: ReadonlySet<NodeId>, paint: Paint): string[] {
  const { node, state, status, residentBytes, pid } = replica;
  if (state !== "up" || status === null) {
    return [node, paint("bad", state === "up" ? "starting" : state)];
  }
  const hears = status.peers.filter((peer) => peer.status === "trusted");
  return [
    node,
    status.drives ? paint("strong", "drives") : "stands by",
    suspected.has(node) ? paint("bad", "votes wrongly") : standing(status, paint),
    hears.map(({ peer }) => peer).join(" ") || paint("bad", "nobody"),
    `${(status.cycle.skew / 1_000).toFixed(1)} ms`,
    status.dog.pets ? paint("good", "petted") : paint("bad", "not petted"),
    `${lostPercent(status).toFixed(1)} %`,
    residentBytes === null ? "" : `${Math.round(residentBytes / 1_048_576)} MiB`,
    pid === null ? "" : String(pid),
  ];
}

function standing(status: NodeStatus, paint: Paint): string {
  const { synchronised, standing: state } = status.cycle;
  if (!synchronised) return paint("warning", "alone");
  return paint(state === "consistent" ? "good" : "warning", state);
}

function lostPercent(status: NodeStatus): number {
  let received = 0;
  let lost = 0;
  for (const link of status.links) {
    received += link.received;
    lost += link.lost;
  }
  return received + lost === 0 ? 0 : (100 * lost) / (received + lost);
}

const firmwareColumns: readonly Column[] = [
  { title: "FIRMWARE OF" },
  { title: "BRIDGE" },
  { title: "MEASURES", align: "right" },
  { title: "VOTER LINE" },
  { title: "IN THE VOTER'S EYES" },
];

function firmwareLines({ firmware }: DashboardView, columns: number): readonly string[] {
  if (firmware.length === 0) return [];
  const rows = firmware.map((row) => [...row]);
  return [...linesOf(tableWithin(columns, firmwareColumns, rows)), ""];
}

const channelColumns: readonly Column[] = [
  { title: "CHANNEL" },
  { title: "SAYS", align: "right" },
  { title: "HEALTH" },
  { title: "BECAUSE" },
];

/** The sensors as the driver sees them, or the first replica that sees any. */
function sensorLines(view: DashboardView, paint: Paint): string[] {
  const up = view.replicas.flatMap(({ state, status }) =>
    state === "up" && status !== null ? [status] : [],
  );
  const observer = up.find((status) => status.drives) ?? up[0];
  return (observer?.sensors ?? []).flatMap((sensor) => [...sensorSection(sensor, paint), ""]);
}

function sensorSection(sensor: SensorStatus, paint: Paint): readonly string[] {
  const { verdict } = sensor;
  const value = verdict?.value ?? null;
  const status = verdict?.status ?? "not voted yet";
  const tone = status === "ok" ? "good" : value === null ? "bad" : "warning";
  const said = value === null ? "no value" : value.toFixed(2);
  const rows = sensor.channels.map((channel) => [
    channel.channel,
    channel.lastValue === null ? "nothing" : channel.lastValue.toFixed(2),
    paint(healthTone(channel.state), channel.state),
    becauseText(channel),
  ]);
  const doubt = verdict === null ? "" : doubtText(verdict);
  const words = doubt === "" ? status : `${status}, ${doubt}`;
  return [
    `${sensor.sensor}: ${paint("strong", said)} ${paint(tone, words)}`,
    ...linesOf(table(channelColumns, rows)),
  ];
}

function healthTone(state: SensorStatus["channels"][number]["state"]): Tone {
  if (state === "trusted") return "good";
  const doubtful = state === "suspected" || state === "probation" || state === "vouched";
  return doubtful ? "warning" : "bad";
}

function happeningLines(told: readonly HappeningLine[], paint: Paint): readonly string[] {
  if (told.length === 0) return [];
  const rows = told.map(({ atS, nodes, text }) => [
    paint("quiet", `${atS.toFixed(2)} s`),
    nodes.join(" "),
    nodes.length === 0 ? paint("warning", text) : text,
  ]);
  return linesOf(table([{ title: "", align: "right" }, { title: "" }, { title: "" }], rows));
}
