/** How full the serial lines are, for `holdfast config check`. */
import { frameClasses, type LinePlan, plansOf, shareMax } from "../host/serial/line-plan.js";
import type { SerialLine } from "../host/serial/serial-lines.js";
import type { RunSettings } from "./settings.js";

export interface SerialReport {
  readonly lines: readonly SerialLineReport[];
}

export interface SerialLineReport extends LinePlan {
  readonly baudRate: number;
  readonly nodes: readonly string[];
  /** Of the traffic that goes; above it little room is left for what comes together. */
  readonly isFull: boolean;
}

/** A line that carries more than this of what is sent regularly is warned of. */
export const fullShare = 0.6;

/** Null where the config has no serial lines. */
export function serialReport({ serial, cluster }: RunSettings): SerialReport | null {
  if (serial.length === 0) return null;
  const plans = plansOf(serial, cluster);
  return { lines: serial.flatMap((line) => reportOf(line, plans.get(line.name))) };
}

function reportOf({ baudRate, ports }: SerialLine, plan?: LinePlan): readonly SerialLineReport[] {
  if (plan === undefined) return [];
  return [{ ...plan, baudRate, nodes: [...ports.keys()], isFull: plan.share > fullShare }];
}

/** Lines for people, the first a heading. Serial lines that are alike are told together. */
export function serialInWords({ lines }: SerialReport): readonly string[] {
  const alike = new Map<string, SerialLineReport[]>();
  for (const line of lines) {
    const { line: _, nodes, ...rest } = line;
    const key = JSON.stringify([rest, nodes.length]);
    alike.set(key, [...(alike.get(key) ?? []), line]);
  }
  const heading = "Serial lines: how much of the rate the busiest replica needs on each:";
  return [heading, ...[...alike.values()].flatMap(groupInWords)];
}

function groupInWords(group: readonly SerialLineReport[]): readonly string[] {
  const [line] = group;
  if (line === undefined) return [];
  const { baudRate, bytesPerSecond, classes, share, frameBytesMax, nodes, isFull } = line;
  const names = group.map((one) => one.line).join(", ");
  const each = nodes.length === 2 ? "each way" : `for each of ${nodes.length} on the bus`;
  const rate = `${baudRate} baud, ${Math.floor(bytesPerSecond)} bytes a second ${each}`;
  const regular = classes.filter((one) => one.goes && one.share > 0);
  const parts = regular.map((one) => `${one.name} ${percent(one.share)}`).join(", ");
  return [
    `${names} (${rate}): ${parts === "" ? "nothing" : parts}; together ${percent(share)}.`,
    ...classes.filter(({ goes }) => !goes).map(heldBackText),
    ...(isFull ? [`It is rather full: ${advice}.`] : []),
    `Frames of more than ${frameBytesMax} bytes never go by it: heartbeats would wait too long.`,
  ];
}

const advice = "a higher baudRate, or a longer timing.heartbeat or timing.cycle, makes room";

function heldBackText({ name, share }: LinePlan["classes"][number]): string {
  const without = frameClasses.find((one) => one.name === name)?.without ?? "";
  const needs = `${percent(share)} more, and regular traffic gets at most ${percent(shareMax)}`;
  return (
    `HELD BACK: ${name}. They need ${needs}. Where the line is the only path left, ` +
    `${without}. What helps: ${advice}.`
  );
}

const percent = (share: number): string =>
  share > 0 && share < 0.01 ? "below 1 %" : `${Math.round(share * 100)} %`;
