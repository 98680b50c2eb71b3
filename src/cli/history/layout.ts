/**
 * Where the marks of a history stand from left to right. Every call, every return and every point
 * of the order has a column of its own, in their true order: only what was before what matters, and
 * a scale of time would crowd some together and scatter others.
 */

import { operationText } from "../../consistency/words.js";
import type { Drawn, Scene } from "./scene.js";
import { cut } from "./words.js";

export interface Placed extends Drawn {
  readonly label: string;
  readonly from: number;
  /** The right edge of the picture for what has no return. */
  readonly to: number;
  readonly open: boolean;
  /** Of its point in the order. */
  readonly at: number | null;
  /** What the strip of the order says of the state; empty where it did not change. */
  readonly state: string;
}

export interface Layout {
  readonly placed: readonly Placed[];
  /** Where no order goes on. */
  readonly end: number | null;
  readonly right: number;
}

const eventWidth = 15;
const pointWidth = 24;
/** About the width of a letter of 11 points. */
const letterWidth = 6.4;
const labelLengthMax = 44;
const stateLengthMax = 32;

const widthOf = (text: string): number => [...text].length * letterWidth;

interface Slot {
  readonly place: number;
  /** 0 for a call or a return, the number in the order for a point. */
  readonly number: number;
  readonly kind: "call" | "return" | "point";
  readonly drawn: number;
}

export function layOut(scene: Scene, left: number): Layout {
  const { drawn } = scene;
  const labels = drawn.map(({ operation }) => cut(operationText(operation), labelLengthMax));
  const states = scene.timed ? stateTexts(drawn) : drawn.map(() => "");
  const columns = new Columns(left);
  for (const slot of slotsOf(scene)) columns.add(slot, labels[slot.drawn] ?? "", states);
  const end = scene.end === null ? null : columns.end;
  const right = Math.max(columns.at + 30, columns.stateEnd, ...columns.openEnds(drawn, labels));
  const placed = drawn.map((each, index): Placed => {
    const to = columns.returns.get(index);
    return {
      ...each,
      label: labels[index] ?? "",
      from: columns.calls.get(index) ?? left,
      to: to ?? right,
      open: to === undefined,
      at: columns.points.get(index) ?? null,
      state: states[index] ?? "",
    };
  });
  return { placed, end, right };
}

function slotsOf({ drawn, end }: Scene): readonly Slot[] {
  const slots = drawn.flatMap(({ operation, point }, index): Slot[] => {
    const call: Slot = { place: operation.call, number: 0, kind: "call", drawn: index };
    const place = operation.return;
    // Beyond the end of all orders nothing is drawn but that it goes on.
    const returns = place !== null && (end === null || place <= end);
    const last: Slot[] = returns ? [{ place, number: 0, kind: "return", drawn: index }] : [];
    if (point === null) return [call, ...last];
    return [call, { ...call, place: point.point, number: point.number, kind: "point" }, ...last];
  });
  return slots.sort((one, other) => one.place - other.place || one.number - other.number);
}

/** A state is told where it is another than after the operation before, of the same part. */
function stateTexts(drawn: readonly Drawn[]): readonly string[] {
  const last = new Map<string, string>();
  const parts = new Set(drawn.flatMap(({ point }) => (point === null ? [] : [point.keys.join()])));
  const texts = drawn.map(() => "");
  const order = drawn.map((_, index) => index).filter((index) => drawn[index]?.point !== null);
  const numberOf = (index: number): number => drawn[index]?.point?.number ?? 0;
  for (const index of order.sort((one, other) => numberOf(one) - numberOf(other))) {
    const { state = "", keys = [] } = drawn[index]?.point ?? {};
    const part = keys.join("+");
    if (last.get(part) !== state) {
      texts[index] = cut(parts.size > 1 ? `${part}: ${state}` : state, stateLengthMax);
    }
    last.set(part, state);
  }
  return texts;
}

/** Goes from left to right and leaves each mark and each text the room that it needs. */
class Columns {
  readonly calls = new Map<number, number>();
  readonly returns = new Map<number, number>();
  readonly points = new Map<number, number>();
  at: number;
  /** Up to where the strip of states is written. */
  stateEnd = 0;
  end: number | null = null;

  constructor(left: number) {
    this.at = left;
  }

  add({ kind, drawn }: Slot, label: string, states: readonly string[]): void {
    if (kind === "point") {
      this.#addPoint(drawn, states[drawn] ?? "");
      return;
    }
    this.at += eventWidth;
    if (kind === "call") {
      this.calls.set(drawn, this.at);
      return;
    }
    const from = this.calls.get(drawn) ?? this.at;
    this.at = Math.max(this.at, from + widthOf(label) + 6);
    this.returns.set(drawn, this.at);
    this.end = this.at;
  }

  #addPoint(drawn: number, state: string): void {
    this.at += pointWidth;
    if (state !== "") {
      this.at = Math.max(this.at, this.stateEnd);
      this.stateEnd = this.at + widthOf(state) + 12;
    }
    this.points.set(drawn, this.at);
  }

  /** What never returns needs room for its label. */
  openEnds(drawn: readonly Drawn[], labels: readonly string[]): readonly number[] {
    return drawn.flatMap((_, index) => {
      const from = this.calls.get(index) ?? 0;
      return this.returns.has(index) ? [] : [from + widthOf(labels[index] ?? "") + 24];
    });
  }
}
