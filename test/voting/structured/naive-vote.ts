/** The vote as one would write it who does not care how long it takes, nor how it looks. */
import type { PlainValue } from "../../../src/voting/structured/plain-value.js";

type Maybe = PlainValue | undefined;

export function naiveVote(
  values: readonly Maybe[],
  tolerance: number,
  rule: "majority" | "plurality",
  names: readonly string[],
) {
  const heard = [...values.keys()].filter((index) => values[index] !== undefined);
  const enough = (count: number) =>
    count >= 2 && (rule === "plurality" || count * 2 > values.length);
  const none = { value: null, agreeing: [], dissenting: [] };
  if (!enough(heard.length)) return { ...none, status: "insufficient" };

  const groupIn = (among: readonly number[], pivot: number) =>
    among.filter((index) =>
      isNear(values[pivot] as PlainValue, values[index] as PlainValue, tolerance),
    );
  const sizeIn = (among: readonly number[], pivot: number) => groupIn(among, pivot).length;
  const largest = Math.max(...heard.map((pivot) => sizeIn(heard, pivot)));
  const pivots = heard.filter((pivot) => sizeIn(heard, pivot) === largest);
  const lowest = pivots.sort((one, other) => lower(values[one], values[other]))[0] as number;
  const group = groupIn(heard, lowest);
  const outside = heard.filter((index) => !group.includes(index));
  const rival = Math.max(0, ...outside.map((pivot) => sizeIn(outside, pivot)));
  if (!enough(largest) || (rule === "plurality" && rival >= largest)) {
    return { ...none, status: "no-majority" };
  }
  return {
    value: middle(group.map((index) => values[index] as PlainValue)),
    status: group.length === values.length ? "ok" : "degraded",
    agreeing: group.map((index) => names[index]),
    dissenting: outside.map((index) => names[index]),
  };
}

function isNear(one: PlainValue, other: PlainValue, tolerance: number): boolean {
  if (typeof one === "number" && typeof other === "number") {
    return Math.abs(one - other) <= tolerance;
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  if (typeof one !== "object" || typeof other !== "object") return one === other;
  if (one === null || other === null) return one === other;
  const [mine, yours] = [one, other] as Record<string, PlainValue>[];
  const keys = Object.keys(mine ?? {});
  if (keys.length !== Object.keys(yours ?? {}).length) return false;
  return keys.every((key) => {
    const [left, right] = [mine?.[key], yours?.[key]];
    return left !== undefined && right !== undefined && isNear(left, right, tolerance);
  });
}

/** All that are compared here have one shape and at most two numbers. */
function lower(one: Maybe, other: Maybe): number {
  const [left, right] = [one, other].map((value) => numbersOf(value as PlainValue));
  const place = left?.findIndex((number, index) => number !== right?.[index]) ?? -1;
  return place < 0 ? 0 : (left?.[place] ?? 0) - (right?.[place] ?? 0);
}

function numbersOf(value: PlainValue): number[] {
  if (typeof value === "number") return [value];
  if (typeof value !== "object" || value === null) return [];
  const keys = Object.keys(value).sort();
  return keys.flatMap((key) => numbersOf((value as Record<string, PlainValue>)[key] as PlainValue));
}

function middle(values: readonly PlainValue[]): PlainValue {
  const [first] = values;
  if (typeof first === "number") {
    const sorted = (values as number[]).slice().sort((one, other) => one - other);
    return sorted[sorted.length % 2 === 1 ? (sorted.length - 1) / 2 : sorted.length / 2 - 1] ?? 0;
  }
  if (typeof first !== "object" || first === null) return first ?? null;
  const parts = Object.keys(first).map((key) => {
    const column = values.map((value) => (value as Record<string, PlainValue>)[key] as PlainValue);
    return [key, middle(column)] as const;
  });
  return Array.isArray(first) ? parts.map(([, part]) => part) : Object.fromEntries(parts);
}
