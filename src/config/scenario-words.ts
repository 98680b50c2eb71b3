/**
 * The words that scenario files are made of: times, ranges of times, targets. Every error text here
 * completes the sentence "expected ...".
 */
import { z } from "zod";
import { parseFault } from "../faults/fault-text.js";
import { type NodeId, parseNodeId } from "../kernel/ids.js";
import type { Duration } from "../kernel/time.js";
import type { DelayModel } from "../sim/delay.js";
import type { LengthRange, NodeGroup, NodeTarget } from "../sim/scenario.js";
import { durationExpected, parseDuration } from "./quantity.js";

/** Reads a value with a parser that gives null for what it cannot read. */
const read = <Value>(expected: string, parse: (input: unknown) => Value | null) =>
  z.unknown().transform((input, context): Value => {
    const value = parse(input);
    if (value !== null) return value;
    context.issues.push({ code: "custom", message: expected, input });
    return z.NEVER;
  });

function asDuration(input: unknown): Duration | null {
  const parsed = parseDuration(input);
  return parsed.ok ? parsed.value : null;
}

/** The longest time in a scenario: a draw between two times has 32 bits. */
const rangeMax = 3_600_000_000;

function asRange(input: unknown): LengthRange | null {
  if (typeof input !== "string") return null;
  const [first = "", last = first, ...rest] = input.split("..").map((part) => part.trim());
  const [min, max] = [asDuration(first), asDuration(last)];
  if (min === null || max === null || rest.length > 0 || min > max || max > rangeMax) return null;
  return { min, max };
}

const rangeExpected = "a time such as 2s, or from..to such as 100us..400us, at most 1h";

export const duration = read(durationExpected, asDuration);

export const positiveDuration = read(`${durationExpected}, more than 0`, (input) => {
  const value = asDuration(input);
  return value === 0 ? null : value;
});

export const range = read(rangeExpected, asRange);

export const delay = read(rangeExpected, (input): DelayModel | null => {
  const drawn = asRange(input);
  return drawn === null ? null : { kind: "uniform", ...drawn };
});

const normalDelay = z
  .strictObject({ mean: duration, deviation: duration, min: duration, max: duration })
  .refine(({ min, max }) => min <= max, { error: "a min that is not above the max" })
  .transform((model): DelayModel => ({ kind: "normal", ...model }));

export const linkDelay = z.union([normalDelay, delay], {
  error: `${rangeExpected}, or { mean, deviation, min, max }`,
});

export const text = (expected: string) => z.string({ error: expected }).min(1, { error: expected });

export const number = (expected: string, min: number, max: number) =>
  z.number({ error: expected }).min(min, { error: expected }).max(max, { error: expected });

export const whole = (expected: string, min: number, max: number) =>
  z.int({ error: expected }).min(min, { error: expected }).max(max, { error: expected });

export const share = number("a number from 0 to 1", 0, 1);

export const flag = z.boolean({ error: "true or false" });

const nodeExpected = "the name of a node: lower-case letters, digits and -";

export const nodeName = read(nodeExpected, (input): NodeId | null => {
  const id = parseNodeId(input);
  return id === "all" || id === "any" || id === "driver" || id === "target" ? null : id;
});

function asTarget(input: unknown): NodeTarget | null {
  if (input === "driver" || input === "any") return { kind: input };
  const node = parseNodeId(input);
  return node === null || node === "all" || node === "target" ? null : { kind: "node", node };
}

function asGroup(input: unknown): NodeGroup | null {
  if (input === "all") return { kind: "all" };
  if (Array.isArray(input)) {
    const nodes = input.map(parseNodeId);
    if (nodes.length === 0 || nodes.includes(null)) return null;
    return { kind: "list", nodes: nodes as NodeId[] };
  }
  const target = asTarget(input);
  return target === null ? null : { kind: "one", target };
}

export const nodeTarget = read("a node, driver or any", asTarget);
export const nodeGroup = read("a node, a list of nodes, driver, any or all", asGroup);

const faultExpected =
  "a sensor fault: stuck, stuck=21.5, offset=1.5, scale=1.1, drift=0.1/s, noise=0.5, " +
  "spike=30/10, dropout, dropout=0.5, delay=3, restamp=3 or garbage=100";

export const sensorFault = read(faultExpected, (input) => {
  const parsed = typeof input === "string" ? parseFault(input) : null;
  return parsed?.ok === true ? parsed.value : null;
});
