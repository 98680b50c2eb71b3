/** What inputs tell: levels, edges, and what an analog pin has. */
import assert from "node:assert/strict";
import {
  type Edge,
  edgesMax,
  type InputLine,
  type InputRequest,
  type PinValue,
} from "../../../boards/pin-board.js";
import { type Duration, type Instant, millis } from "../../../src/kernel/time.js";
import {
  check,
  checkIf,
  lineOf,
  type PinAbilities,
  type PinBoardRig,
  plainInput,
  sum,
} from "./rig.js";

function open(rig: PinBoardRig, pin: string, request: Partial<InputRequest> = {}): InputLine {
  return lineOf(rig.board.openInput(rig.now(), pin, { ...plainInput, ...request }));
}

/** Puts a level at the pin, and waits until the board knows it. */
async function put(
  rig: PinBoardRig,
  pin: string,
  level: 0 | 1,
  { latency }: PinAbilities,
): Promise<void> {
  await rig.drive(pin, level);
  await rig.settle(latency);
}

/** A source time that is not later than the read, and not before that of the last one. */
function isTimely({ sourceTime }: PinValue, now: Instant, before: number): number {
  assert.ok(Number.isSafeInteger(sourceTime), `a time of ${sourceTime}`);
  assert.ok(sourceTime <= now, `a source time of ${sourceTime}, later than the read at ${now}`);
  assert.ok(sourceTime >= before, `the source time went back from ${before} to ${sourceTime}`);
  return sourceTime;
}

const levels = [
  check("PIN-13: an input reads the level at its pin, and no other's", async (rig, able) => {
    const [one, other] = able.inputs;
    await put(rig, one, 0, able);
    await put(rig, other, 1, able);
    const [first, second] = [open(rig, one), open(rig, other)];
    await rig.settle(able.latency);
    let before = 0;
    for (const level of [1, 0, 1, 1, 0] as const) {
      await put(rig, one, level, able);
      const value = first.read(rig.now());
      assert.equal(value.value, level);
      before = isTimely(value, rig.now(), before);
      assert.equal(second.read(rig.now()).value, 1);
    }
  }),

  check("PIN-9: an input that is active low is 1 at 0 volts", async (rig, able) => {
    const [pin] = able.inputs;
    await put(rig, pin, 0, able);
    const line = open(rig, pin, { activeLow: true });
    await rig.settle(able.latency);
    assert.equal(line.read(rig.now()).value, 1);
    await put(rig, pin, 1, able);
    assert.equal(line.read(rig.now()).value, 0);
  }),

  checkIf(
    "PIN-14: a pull decides about a line that nobody drives",
    ({ pull }) => (pull ? null : "no pulls"),
    async (rig, able) => {
      const [one, other] = able.inputs;
      for (const pin of able.inputs) await rig.drive(pin, null);
      const pulled = open(rig, one, { pull: "up" });
      await rig.settle(able.latency);
      assert.equal(pulled.read(rig.now()).value, 1);
      await put(rig, one, 0, able);
      assert.equal(pulled.read(rig.now()).value, 0, "what drives is stronger than a pull");
      const down = rig.board.openInput(rig.now(), other, { ...plainInput, pull: "down" });
      if (!down.ok) assert.equal(down.reason, "not-supported", down.message);
      else {
        await rig.settle(able.latency);
        assert.equal(down.line.read(rig.now()).value, 0);
      }
    },
  ),
];

const noEdges = ({ edges }: PinAbilities): string | null => (edges ? null : "no edges");

/** Each is numbered after the one before it, and not earlier. */
function isOrdered(edges: readonly Edge[]): void {
  for (const [index, edge] of edges.entries()) {
    const before = edges[index - 1];
    if (before === undefined) continue;
    assert.ok(edge.sequence > before.sequence, `edge ${edge.sequence} after ${before.sequence}`);
    assert.ok(edge.at >= before.at, `edge ${edge.sequence} is earlier than the one before it`);
  }
}

async function toggle(rig: PinBoardRig, pin: string, count: number): Promise<void> {
  for (let edge = 1; edge <= count; edge += 1) await rig.drive(pin, edge % 2 === 1 ? 1 : 0);
}

const edges = [
  checkIf("PIN-15: tells edges once, in order, without a gap", noEdges, async (rig, able) => {
    const [pin] = able.inputs;
    await put(rig, pin, 0, able);
    const line = open(rig, pin, { edges: true });
    await rig.settle(able.latency);
    assert.deepEqual(line.takeEdges(rig.now()), { edges: [], missed: 0 });
    const times: [Instant, Instant][] = [];
    for (const level of [1, 0, 1, 0, 1] as const) {
      const from = rig.now();
      await put(rig, pin, level, able);
      times.push([from, rig.now()]);
    }
    const taken = line.takeEdges(rig.now());
    assert.equal(taken.missed, 0);
    assert.deepEqual(
      taken.edges.map(({ level }) => level),
      [1, 0, 1, 0, 1],
    );
    assert.deepEqual(
      taken.edges.map(({ sequence }) => sequence),
      [1, 2, 3, 4, 5],
    );
    isOrdered(taken.edges);
    for (const [index, { at }] of taken.edges.entries()) within(at, times[index], able);
    assert.deepEqual(line.takeEdges(rig.now()), { edges: [], missed: 0 });
    await put(rig, pin, 0, able);
    const next = line.takeEdges(rig.now()).edges;
    assert.deepEqual(
      next.map(({ sequence, level }) => [sequence, level]),
      [[6, 0]],
    );
  }),

  checkIf("PIN-15: an active low line's edges are its own", noEdges, async (rig, able) => {
    const [pin] = able.inputs;
    await put(rig, pin, 1, able);
    const line = open(rig, pin, { edges: true, activeLow: true });
    await rig.settle(able.latency);
    await put(rig, pin, 0, able);
    await put(rig, pin, 1, able);
    assert.deepEqual(
      line.takeEdges(rig.now()).edges.map(({ level }) => level),
      [1, 0],
    );
  }),

  checkIf("PIN-15: none without being asked, and none of others", noEdges, async (rig, able) => {
    const [one, other] = able.inputs;
    for (const pin of able.inputs) await put(rig, pin, 0, able);
    const [silent, told] = [open(rig, one), open(rig, other, { edges: true })];
    await rig.settle(able.latency);
    await put(rig, one, 1, able);
    assert.deepEqual(silent.takeEdges(rig.now()), { edges: [], missed: 0 });
    assert.deepEqual(told.takeEdges(rig.now()), { edges: [], missed: 0 });
    assert.equal(silent.read(rig.now()).value, 1);
  }),

  checkIf("PIN-16: what is lost for want of room is told", noEdges, async (rig, able) => {
    const [pin] = able.inputs;
    const count = Math.min(able.togglesMax, edgesMax + 10);
    await put(rig, pin, 0, able);
    const line = open(rig, pin, { edges: true });
    await rig.settle(able.latency);
    await toggle(rig, pin, count);
    await rig.settle(able.latency);
    const taken = line.takeEdges(rig.now());
    assert.ok(taken.edges.length <= edgesMax);
    isOrdered(taken.edges);
    assert.equal(taken.edges.length + taken.missed, count, "told and missed are all there were");
    assert.equal(taken.edges.at(-1)?.sequence, count, "the newest is there");
    if (count <= edgesMax && able.latency === 0) assert.equal(taken.missed, 0);
    if (count > edgesMax) assert.ok(taken.missed >= count - edgesMax);
    assert.deepEqual(line.takeEdges(rig.now()), { edges: [], missed: 0 });
  }),

  checkIf(
    "PIN-17: with debounce a level counts when it has stood long enough",
    (able) => noEdges(able) ?? (able.debounce ? null : "no debounce"),
    async (rig, able) => {
      const [pin] = able.inputs;
      await put(rig, pin, 0, able);
      const debounce = millis(20);
      const line = open(rig, pin, { edges: true, debounce });
      await rig.settle(sum(debounce, able.latency));
      for (const level of [1, 0] as const) await rig.drive(pin, level);
      await rig.settle(twice(debounce, able));
      assert.deepEqual(line.takeEdges(rig.now()).edges, [], "a bounce is no edge");
      for (const level of [1, 0, 1] as const) await rig.drive(pin, level);
      await rig.settle(twice(debounce, able));
      const taken = line.takeEdges(rig.now());
      assert.deepEqual(
        taken.edges.map(({ level }) => level),
        [1],
        "what stays is one",
      );
      assert.equal(taken.missed, 0);
      assert.equal(line.read(rig.now()).value, 1);
    },
  ),
];

const twice = (wait: Duration, { latency }: PinAbilities): Duration =>
  (2 * wait + latency) as Duration;

function within(
  at: Instant,
  span: readonly [Instant, Instant] | undefined,
  { edgeTimeWithin }: PinAbilities,
): void {
  if (edgeTimeWithin === null || span === undefined) return;
  const text = `an edge at ${at}, made from ${span[0]} to ${span[1]}`;
  assert.ok(at >= span[0] - edgeTimeWithin && at <= span[1] + edgeTimeWithin, text);
}

const analog = [
  checkIf(
    "PIN-18: an analog pin gives what it has, in its unit and range",
    (able) => (able.analog === null ? "no analog pin" : null),
    async (rig, able) => {
      const { pin = "", values = [], within: error = 0 } = able.analog ?? {};
      const line = lineOf(rig.board.openAnalog(rig.now(), pin));
      const facts = rig.board.pins.find(({ name }) => name === line.pin)?.analog;
      assert.equal(line.unit, facts?.unit);
      await rig.settle(able.latency);
      let before = 0;
      for (const value of values.length > 0 ? values : [null]) {
        if (value !== null) await rig.set(pin, value);
        await rig.settle(able.latency);
        const read = line.read(rig.now());
        before = isTimely(read, rig.now(), before);
        assert.ok(read.value !== null && Number.isFinite(read.value), `${pin}: a value`);
        assert.ok(read.value >= (facts?.min ?? 0) && read.value <= (facts?.max ?? 0));
        if (value === null) continue;
        assert.ok(Math.abs(read.value - value) <= error, `${read.value}, expected ${value}`);
      }
    },
  ),

  check("PIN-13: source times never go back, however often one looks", async (rig, able) => {
    const line = open(rig, able.inputs[0], { edges: able.edges });
    const pin = able.analog?.pin;
    const second = pin === undefined ? null : lineOf(rig.board.openAnalog(rig.now(), pin));
    let [one, other] = [0, 0];
    for (let look = 0; look < 20; look += 1) {
      await rig.settle(millis(look % 4));
      one = isTimely(line.read(rig.now()), rig.now(), one);
      if (second !== null) other = isTimely(second.read(rig.now()), rig.now(), other);
    }
  }),
];

export const inputChecks = [...levels, ...edges, ...analog];
