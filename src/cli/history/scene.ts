/**
 * What of a judged history is drawn: all of a small one; of a greater one the window in which the
 * fault is, or the beginning.
 */
import type { Operation } from "../../consistency/operation.js";
import { statesAlong } from "../../consistency/trace.js";
import type { Ordered, Verdict } from "../../consistency/verdict.js";
import type { Judgement } from "./judge.js";

/** `core`: one of those that contradict one another. `stuck`: has a place in no order. */
export type Role = "plain" | "core" | "stuck";

/** A place in the order that was found. */
export interface Point {
  /** In the order, from 1. */
  readonly number: number;
  readonly point: number;
  /** The state after it. */
  readonly state: string;
  readonly keys: readonly string[];
}

export interface Drawn {
  readonly operation: Operation;
  readonly role: Role;
  /** Null: it took no effect, or none that matters. */
  readonly point: Point | null;
}

export interface Scene {
  /** By the place of the call. */
  readonly drawn: readonly Drawn[];
  readonly leftOut: number;
  /** The place after which no order goes on; null where one does. */
  readonly end: number | null;
  readonly processes: readonly string[];
  /** The order goes with time, from left to right. */
  readonly timed: boolean;
}

const operationsDrawnMax = 60;
const windowMax = 40;
const besideMax = 12;

export function sceneOf(judgement: Judgement): Scene {
  const { verdict, history } = judgement;
  const order = orderOf(verdict);
  const points = pointsOf(order, judgement);
  const not = verdict.verdict === "not" ? verdict : null;
  const core = new Set((not?.core?.operations ?? []).map(({ call }) => call));
  const stuck = new Set((not?.stuck ?? []).map(({ call }) => call));
  const wanted =
    not === null ? history.operations.slice(0, operationsDrawnMax) : windowOf(not, judgement);
  // An order has the operations as they were known at its end; the history has them whole.
  const drawn = history.operations
    .filter(({ call }) => wanted.some((each) => each.call === call))
    .map((operation): Drawn => {
      const { call } = operation;
      const role = stuck.has(call) ? "stuck" : core.has(call) ? "core" : "plain";
      return { operation, role, point: points.get(call) ?? null };
    });
  const leftOut = history.operations.length - drawn.length;
  const timed = judgement.consistency === "linearizable";
  const end = timed ? (not?.stuck[0]?.return ?? null) : null;
  return { drawn, leftOut, end, processes: processesOf(drawn), timed };
}

type Not = Extract<Verdict, { verdict: "not" }>;

function orderOf(verdict: Verdict): readonly Ordered[] {
  if (verdict.verdict === "unknown") return [];
  return verdict.verdict === "not" ? verdict.prefix : verdict.order;
}

function pointsOf(order: readonly Ordered[], { history, model }: Judgement) {
  const states = statesAlong(order, history, model);
  const points = new Map<number, Point>();
  order.forEach(({ operation, point, keys }, place) => {
    points.set(operation.call, { number: place + 1, point, keys, state: states[place] ?? "" });
  });
  return points;
}

/** Those at fault, those beside them, and as many of the order before as there is room for. */
function windowOf(not: Not, { history, model }: Judgement): readonly Operation[] {
  const [first] = not.stuck;
  const isOfPart = (operation: Operation): boolean => {
    const keys = model.partsOf(operation);
    return typeof keys === "string" || keys.some((key) => not.keys.includes(key));
  };
  const beside = history.operations.filter(
    (each) => first !== undefined && isBeside(each, first) && isOfPart(each),
  );
  const before = not.prefix.map(({ operation }) => operation).reverse();
  // The latest first: a history may have hundreds of which nobody knows whether they happened.
  const near = beside.reverse().slice(0, besideMax);
  const all = [...not.stuck, ...(not.core?.operations ?? []), ...near, ...before];
  const chosen = new Map(all.map((operation) => [operation.call, operation]));
  return [...chosen.values()].slice(0, windowMax);
}

const isBeside = (one: Operation, other: Operation): boolean =>
  (one.return ?? Infinity) > other.call && one.call < (other.return ?? Infinity);

function processesOf(drawn: readonly Drawn[]): readonly string[] {
  const names = [...new Set(drawn.map(({ operation }) => operation.process))];
  const numbers = names.every((name) => /^\d+$/.test(name));
  return numbers ? names.sort((one, other) => Number(one) - Number(other)) : names.sort();
}
