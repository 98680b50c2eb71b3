/**
 * The picture of the demo: what the plant does, what each replica is, what each channel says, and
 * what happened last. It is drawn from values alone, so that a test can read it.
 */
import type { NodeId } from "../../kernel/ids.js";
import { eventText } from "../../node/event-text.js";
import type { NodeStatus, SensorStatus } from "../../node/status.js";
import type { SeenEvent, Votes } from "../../observe/tally.js";
import { type Column, type Paint, type Tone, table } from "../terminal.js";

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
  readonly votes: Votes;
  /** Oldest first. */
  readonly recent: readonly SeenEvent[];
  /** The faults that are on now, in words. */
  readonly faults: readonly string[];
  readonly keys: string;
}

/** How many of the last events are shown. */
const eventsShownMax = 8;

export function dashboard(view: DashboardView, paint: Paint): string {
  const sections = [
    heading(view, paint),
    table(
      replicaColumns,
      view.replicas.map((replica) => replicaRow(replica, paint)),
    ),
    ...sensorSections(view, paint),
    lastEvents(view, paint),
    `${paint("quiet", view.keys)}\n`,
  ];
  return sections.join("\n");
}

function heading(view: DashboardView, paint: Paint): string {
  const { voted, cycles, missed, longestGapS } = view.votes;
  const votes = `${voted} of ${cycles} cycles voted, longest gap ${longestGapS.toFixed(2)} s`;
  const twice = `driven twice: ${view.drivenTwice}`;
  const faults = view.faults.length === 0 ? "none" : view.faults.join(", ");
  return [
    `${paint("strong", `holdfast demo: ${view.app}`)}  ${view.elapsedS.toFixed(1)} s`,
    view.plant.join("   "),
    `${paint(missed === 0 ? "good" : "bad", votes)}   ${paint(view.drivenTwice === 0 ? "good" : "bad", twice)}`,
    `faults on now: ${paint(view.faults.length === 0 ? "quiet" : "warning", faults)}`,
    "",
  ].join("\n");
}

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

function replicaRow(replica: ReplicaView, paint: Paint): string[] {
  const { node, state, status, residentBytes, pid } = replica;
  if (state !== "up" || status === null) {
    return [node, paint("bad", state === "up" ? "starting" : state)];
  }
  const hears = status.peers.filter((peer) => peer.status === "trusted");
  const failed = status.supervision.filter((entity) => entity.status === "failed");
  return [
    node,
    status.drives ? paint("strong", "drives") : "stands by",
    standing(status, paint),
    hears.map(({ peer }) => peer).join(" ") || paint("bad", "nobody"),
    `${(status.cycle.skew / 1_000).toFixed(1)} ms`,
    failed.length === 0 ? paint("good", "petted") : paint("bad", "not petted"),
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

const channelColumns: readonly Column[] = [
  { title: "CHANNEL" },
  { title: "SAYS", align: "right" },
  { title: "HEALTH" },
  { title: "BECAUSE" },
];

/** The sensors as the driver sees them, or the first replica that sees any. */
function sensorSections(view: DashboardView, paint: Paint): string[] {
  const up = view.replicas.flatMap(({ state, status }) =>
    state === "up" && status !== null ? [status] : [],
  );
  const observer = up.find((status) => status.drives) ?? up[0];
  return (observer?.sensors ?? []).map((sensor) => sensorSection(sensor, paint));
}

function sensorSection(sensor: SensorStatus, paint: Paint): string {
  const { verdict } = sensor;
  const value = verdict?.value ?? null;
  const status = verdict?.status ?? "not voted yet";
  const tone = status === "ok" ? "good" : value === null ? "bad" : "warning";
  const said = value === null ? "no value" : value.toFixed(2);
  const rows = sensor.channels.map(({ channel, state, reason, lastValue }) => [
    channel,
    lastValue === null ? "nothing" : lastValue.toFixed(2),
    paint(healthTone(state), state),
    reason ?? "",
  ]);
  return `${sensor.sensor}: ${paint("strong", said)} ${paint(tone, status)}\n${table(channelColumns, rows)}`;
}

function healthTone(state: SensorStatus["channels"][number]["state"]): Tone {
  if (state === "trusted") return "good";
  return state === "suspected" || state === "probation" ? "warning" : "bad";
}

function lastEvents(view: DashboardView, paint: Paint): string {
  const shown = view.recent.slice(-eventsShownMax);
  const rows = shown.map(({ atS, node, event }) => [
    paint("quiet", `${atS.toFixed(2)} s`),
    node,
    eventText(event),
  ]);
  return table([{ title: "LAST", align: "right" }, { title: "REPLICA" }, { title: "EVENT" }], rows);
}
