/** The status of one replica as tables for people. */

import { latenessQuantile } from "../../host/lateness.js";
import type { HostStatus, LiveStatus } from "../../host/live-status.js";
import type { Instant } from "../../kernel/time.js";
import type { Member } from "../../membership/ports.js";
import type { NodeStatus, SensorStatus } from "../../node/status.js";
import { type Paint, type Tone, table } from "../terminal.js";
import { bootRows } from "./boot-rows.js";
import { dogStateText, entitiesText } from "./dog-text.js";
import { lineRow } from "./line-row.js";
import { pathTable } from "./path-table.js";
import { becauseText, doubtText, votersText } from "./sensor-text.js";
import { stateRows } from "./state-rows.js";
import { watchdogRows } from "./watchdog-rows.js";

export function statusText({ node, host }: LiveStatus, paint: Paint): string {
  return [
    `${paint("strong", node.node)} ${roleText(node, paint)}\n`,
    table([{ title: "" }, { title: "" }], factRows(node, host, paint)),
    "\n",
    memberTable(node, paint),
    pathTable(node, paint),
    "\n",
    sensorTable(node.sensors, paint),
  ].join("");
}

function roleText({ drives, driver, driven }: NodeStatus, paint: Paint): string {
  if (drives) return paint("good", `drives ${driven.join(", ") || "no output yet"}`);
  return driver === null ? paint("warning", "knows of no driver") : `follows ${driver}`;
}

function factRows(node: NodeStatus, host: HostStatus, paint: Paint): string[][] {
  const { bootId, cycle, protection, group } = node;
  const aligned = cycle.synchronised ? `aligned within ${ms(cycle.skew)}` : "not aligned";
  const faults = `${cycle.stateFaults} state faults, ${cycle.cyclesSkipped} skipped`;
  return [
    ["  process", `${host.pid}, boot ${bootId}, up ${(host.uptime / 1e6).toFixed(1)} s`],
    ...bootRows(host, paint),
    ["  cycle", `${cycle.cycle}, ${aligned}, state ${cycle.standing}, ${faults}`],
    ["  voters", paint(cycle.suspectedVoters.length > 0 ? "bad" : "good", votersText(cycle))],
    ...protectionRows(protection, paint),
    ["  group", groupText(group)],
    ...stateRows({ node, host }, paint),
    ["  watchdog", dogStateText(node, paint)],
    ...watchdogRows(host, paint),
    ["  supervised", entitiesText(node.supervision, paint)],
    ...realtimeRows(host, paint),
    ["  recorder", recorderText(host)],
    ["  loop", loopText(host)],
    ...linkRows(host, paint),
  ];
}

function groupText({ detector, leader, members, healthScore }: NodeStatus["group"]): string {
  const alive = members.filter(({ state }) => state === "alive").length;
  const health = healthScore === 0 ? "" : `, own health score ${healthScore}`;
  return `${alive} of ${members.length} alive by ${detector}, leader ${leader ?? "none"}${health}`;
}

/** No row where samples are not protected. */
function protectionRows(channels: NodeStatus["protection"], paint: Paint): string[][] {
  if (channels.length === 0) return [];
  const bad = channels.filter(({ state }) => state !== "VALID");
  const words = bad.map(({ channel, state }) => `${channel} ${state}`).join(", ");
  const tone = bad.length > 0 ? "warning" : "good";
  return [["  protection", paint(tone, words || "all streams of samples VALID")]];
}

const ms = (us: number): string => `${(us / 1_000).toFixed(1)} ms`;

/** No row where the config asks for nothing. */
function realtimeRows({ realtime }: HostStatus, paint: Paint): string[][] {
  if (realtime === null) return [];
  const { asked, priority, cpu, wokenBy, dogPriority, alarmsMissed, reasons } = realtime;
  if (priority === 0) {
    const why = `no, it asked for FIFO ${asked.priority}: ${reasons.join("; ")}`;
    return [["  real-time", paint("bad", why)]];
  }
  const pinned = cpu === null ? "" : ` on processor ${cpu}`;
  const dog = dogPriority === null ? "" : `, the watchdog at ${dogPriority}`;
  const missed = wokenBy === "alarm" ? `, ${alarmsMissed} alarms missed` : "";
  const has = `FIFO ${priority}${pinned}, woken by ${wokenBy}${missed}${dog}`;
  const lacks = reasons.length === 0 ? "" : `; ${reasons.join("; ")}`;
  return [["  real-time", paint(reasons.length === 0 ? "good" : "warning", `${has}${lacks}`)]];
}

function recorderText({ recorder }: HostStatus): string {
  if (recorder === null) return "none";
  const { state, bytes, file } = recorder;
  const size = `${(bytes / 1_048_576).toFixed(1)} MiB`;
  return state === "recording" ? `${size} in ${file}` : `ended (${state}) at ${size} in ${file}`;
}

function loopText({ loop, residentBytes }: HostStatus): string {
  const { lateness, steps } = loop;
  // The bound of a class of wake-ups, which none of them need have reached.
  const p99 = Math.min(latenessQuantile(lateness, 0.99) ?? lateness.max, lateness.max);
  const resident = `${Math.round(residentBytes / 1_048_576)} MiB resident`;
  const woken = `woken late by at most ${ms(p99)} (p99), ${ms(lateness.max)} (max)`;
  return `${steps} steps, ${woken}; ${resident}`;
}

/** With several paths a row for each: together they tell nothing that one would look for. */
function linkRows(host: HostStatus, paint: Paint): string[][] {
  const { link, paths } = host;
  if (paths.length < 2) {
    return [["  link", `${link.sent} sent, ${link.received} received, ${lossText(host)}`]];
  }
  return paths.flatMap(({ path, sent, received, dropped, failed, lines = [] }) => [
    [`  path ${path}`, `${sent} sent, ${received} received, ${dropped} dropped, ${failed} failed`],
    ...lines.map((line) => lineRow(line, paint)),
  ]);
}

const lossText = ({ link, loop }: HostStatus): string =>
  `${link.dropped + loop.datagramsDropped} dropped, ${link.failed} failed`;

function memberTable(status: NodeStatus, paint: Paint): string {
  const rows = status.group.members.map((member) => memberRow(status, member, paint));
  const columns = [
    { title: "  member" },
    { title: "role" },
    { title: "is" },
    { title: "heard by me" },
    { title: "silent for", align: "right" },
    { title: "suspicions", align: "right" },
    { title: "flaps", align: "right" },
    { title: "lost/doubled/reordered", align: "right" },
  ] as const;
  return table(columns, rows);
}

function memberRow(status: NodeStatus, standing: Member, paint: Paint): string[] {
  const { member, state, flaps } = standing;
  const { node, driver, group, peers, links, at } = status;
  const roles = [member === driver ? "drives" : "", member === group.leader ? "leads" : ""];
  const head = [`  ${member}`, roles.filter(Boolean).join(", ")];
  if (member === node) return [...head, "itself"];
  const peer = peers.find((one) => one.peer === member);
  const counts = links.find((link) => link.peer === member);
  return [
    ...head,
    paint(stateTone(state), standingText(standing, at)),
    // A topology may leave it to others to listen to this member.
    peer === undefined ? "not listened to" : paint(heardTones[peer.status], peer.status),
    peer === undefined ? "" : ms(at - peer.silentSince),
    peer === undefined ? "" : String(peer.suspicions),
    String(flaps),
    counts === undefined ? "" : `${counts.lost}/${counts.duplicated}/${counts.reordered}`,
  ];
}

/** Since when it is not alive, for that is what is asked next. */
const standingText = ({ state, since }: Member, now: Instant): string =>
  state === "alive" ? state : `${state} for ${((now - since) / 1e6).toFixed(1)} s`;

const heardTones = { trusted: "good", suspected: "bad" } as const;

function stateTone(state: Member["state"]): Tone {
  if (state === "alive") return "good";
  return state === "expected" || state === "suspected" ? "warning" : "bad";
}

const verdictTones: Readonly<Record<string, Tone>> = { ok: "good", degraded: "warning" };

function sensorTable(sensors: readonly SensorStatus[], paint: Paint): string {
  const rows = sensors.flatMap(({ sensor, verdict, channels }) => {
    const status = verdict?.status ?? "not voted";
    const value = verdict?.value ?? null;
    const tone = verdictTones[status] ?? "bad";
    const doubt = verdict === null ? "" : doubtText(verdict);
    const words = doubt === "" ? status : `${status} (${doubt})`;
    const head = [`  ${sensor}`, quantity(value), paint(tone, words)];
    return [head, ...channels.map((standing) => channelRow(standing, paint))];
  });
  const columns = [
    { title: "  sensor" },
    { title: "value", align: "right" },
    { title: "status" },
  ] as const;
  return table(columns, rows);
}

/** Without the dust of binary fractions: 1.496875, not 1.4968750000000002. */
const quantity = (value: number | null): string =>
  value === null ? "-" : String(Number(value.toPrecision(9)));

const stateTones: Readonly<Record<string, Tone>> = { trusted: "good", vouched: "warning" };

function channelRow(standing: SensorStatus["channels"][number], paint: Paint): string[] {
  const { channel, state, lastValue } = standing;
  const because = becauseText(standing);
  const text = because === "" ? state : `${state} (${because})`;
  return [`    ${channel}`, quantity(lastValue), paint(stateTones[state] ?? "bad", text)];
}
