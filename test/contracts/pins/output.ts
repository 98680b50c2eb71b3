/** What output lines do: digital ones and PWM. */
import assert from "node:assert/strict";
import type { SafeState } from "../../../boards/board.js";
import type { OutputLine, OutputRequest } from "../../../boards/pin-board.js";
import { after, type Instant, instant, micros, millis } from "../../../src/kernel/time.js";
import {
  check,
  checkIf,
  holdOf,
  lineOf,
  measures,
  measuresNow,
  type PinAbilities,
  type PinBoardRig,
  plainOutput,
  sum,
} from "./rig.js";

const accepted = { ok: true };
const refused = (reason: string) => ({ ok: false, reason });

function open(rig: PinBoardRig, pin: string, request: Partial<OutputRequest> = {}): OutputLine {
  return lineOf(rig.board.openOutput(rig.now(), pin, { ...plainOutput, ...request }));
}

/** A safe state, and what a voltmeter shows of it after a 1. */
const safeStates: readonly (readonly [safe: SafeState, shown: number | null])[] = [
  [{ kind: "hold" }, 1],
  [{ kind: "value", value: 0 }, 0],
  [{ kind: "value", value: 1 }, 1],
  [{ kind: "input" }, null],
];

/** One pin after the other, each in a line of its own that is closed at the end. */
async function forSafeStates(
  rig: PinBoardRig,
  able: PinAbilities,
  act: (line: OutputLine) => Promise<unknown>,
): Promise<void> {
  const [pin] = able.outputs;
  for (const [safe, shown] of safeStates) {
    const line = open(rig, pin, { safe });
    assert.deepEqual(line.write(rig.now(), 1, null), accepted);
    await measures(rig, pin, 1, able);
    await act(line);
    await measures(rig, pin, shown, able);
    line.close(rig.now());
    await rig.settle(able.latency);
  }
}

const openingWith = [
  check("PIN-5: an output has its initial value from the first instant", async (rig, able) => {
    const [one, other] = able.outputs;
    open(rig, one, { initial: 1 });
    open(rig, other, { initial: 0 });
    await measures(rig, one, 1, able);
    await measures(rig, other, 0, able);
    const [high, low] = [rig.history(one), rig.history(other)];
    if (high !== null) assert.deepEqual(high.filter(isDriven), [1], "no glitch on the way to 1");
    if (low !== null) assert.deepEqual(low.filter(isDriven), [0], "no glitch on the way to 0");
  }),

  check("PIN-5: initial `safe` is the safe state; what holds is let go", async (rig, able) => {
    const [one, other] = able.outputs;
    open(rig, one, { initial: "safe", safe: { kind: "value", value: 1 } });
    open(rig, other, { initial: "safe", safe: { kind: "hold" } });
    await measures(rig, one, 1, able);
    await measures(rig, other, null, able);
    const high = rig.history(one);
    if (high !== null) assert.deepEqual(high.filter(isDriven), [1]);
  }),

  check("PIN-5: refuses an initial value that it cannot have", async (rig, able) => {
    const [pin] = able.outputs;
    for (const initial of [0.5, 2, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const opened = rig.board.openOutput(rig.now(), pin, { ...plainOutput, initial });
      assert.equal(opened.ok, false, `an initial value of ${initial}`);
      if (!opened.ok) assert.equal(opened.reason, "not-able");
    }
    const safe = { kind: "value", value: 0.5 } as const;
    const opened = rig.board.openOutput(rig.now(), pin, { ...plainOutput, safe });
    assert.equal(opened.ok, false, "a safe value of 0.5");
    open(rig, pin);
  }),
];

/** In virtual time to the last microsecond; else until it must surely be over. */
async function standsUntil(
  rig: PinBoardRig,
  pin: string,
  until: Instant,
  able: PinAbilities,
): Promise<void> {
  if (able.latency > 0) return await rig.settle(sum(holdOf(able), able.endsWithin));
  await rig.settle(micros(until - 1 - rig.now()));
  await measuresNow(rig, pin, 1, able);
  await rig.settle(micros(1));
}

const isDriven = (level: number | null): boolean => level !== null;

const driving = [
  check("PIN-6: a value stays until the next word where it has no end", async (rig, able) => {
    const [pin] = able.outputs;
    const line = open(rig, pin);
    for (const value of [1, 0, 1]) {
      assert.deepEqual(line.write(rig.now(), value, null), accepted);
      await measures(rig, pin, value, able);
    }
    await rig.settle(holdOf(able));
    await measuresNow(rig, pin, 1, able);
  }),

  check("PIN-6: a value with an end stands until then; then it is safe", async (rig, able) => {
    await forSafeStates(rig, able, async (line) => {
      const until = after(rig.now(), holdOf(able));
      assert.deepEqual(line.write(rig.now(), 1, until), accepted);
      await measures(rig, line.pin, 1, able);
      await standsUntil(rig, line.pin, until, able);
      // Where the board has no clock of its own, whoever holds the line ends it.
      if (!rig.board.expires) line.release(rig.now());
    });
  }),

  check("PIN-6: the newest word counts, whether it ends later or earlier", async (rig, able) => {
    const [pin] = able.outputs;
    const line = open(rig, pin);
    const hold = holdOf(able);
    line.write(rig.now(), 1, after(rig.now(), hold));
    await rig.settle(micros(Math.floor(hold / 2)));
    line.write(rig.now(), 1, null);
    await rig.settle(hold);
    await measures(rig, pin, 1, able);
    line.write(rig.now(), 1, after(rig.now(), hold));
    await rig.settle(sum(hold, able.endsWithin));
    if (rig.board.expires) await measures(rig, pin, 0, able);
  }),

  check(
    "PIN-7: a released line is safe at once, twice too, and can be driven again",
    async (rig, able) => {
      await forSafeStates(rig, able, async (line) => {
        for (let count = 0; count < 2; count += 1) {
          assert.deepEqual(line.write(rig.now(), 1, null), accepted);
          await measures(rig, line.pin, 1, able);
          assert.deepEqual(line.release(rig.now()), accepted);
          assert.deepEqual(line.release(rig.now()), accepted);
          await rig.settle(able.latency);
        }
      });
    },
  ),

  check("PIN-8: refuses a value that is none, without effect", async (rig, able) => {
    const [pin] = able.outputs;
    const line = open(rig, pin, { initial: 1 });
    const bad = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of bad) {
      assert.deepEqual(line.write(rig.now(), value, null), refused("not-finite"));
    }
    for (const value of [-1, 0.5, 1.000001, 2, 1e300]) {
      assert.deepEqual(line.write(rig.now(), value, null), refused("out-of-range"));
    }
    await measures(rig, pin, 1, able);
  }),

  check("PIN-8: refuses what has ended, without effect", async (rig, able) => {
    const [pin] = able.outputs;
    const line = open(rig, pin, { initial: 1 });
    await rig.settle(millis(1));
    const now = rig.now();
    assert.deepEqual(line.write(now, 0, instant(now - 1)), refused("expired"));
    assert.deepEqual(line.write(now, 0, now), refused("expired"));
    await measures(rig, pin, 1, able);
  }),

  check("PIN-9: an output that is active low is at 0 volts when it is 1", async (rig, able) => {
    const [one, other] = able.outputs;
    const line = open(rig, one, { initial: 1, activeLow: true });
    await measures(rig, one, 0, able);
    line.write(rig.now(), 0, null);
    await measures(rig, one, 1, able);
    const safe = { kind: "value", value: 1 } as const;
    const second = open(rig, other, { initial: "safe", safe, activeLow: true });
    await measures(rig, other, 0, able);
    second.write(rig.now(), 0, null);
    await measures(rig, other, 1, able);
    second.release(rig.now());
    await measures(rig, other, 0, able);
    assert.equal(second.readBack(rig.now()), 1);
  }),

  check("PIN-10: reads back what the pin has", async (rig, able) => {
    const [pin] = able.outputs;
    const line = open(rig, pin, { safe: { kind: "input" } });
    for (const value of [1, 0, 1]) {
      line.write(rig.now(), value, null);
      await rig.settle(able.latency);
      assert.equal(line.readBack(rig.now()), value);
    }
    line.release(rig.now());
    await rig.settle(able.latency);
    assert.equal(line.readBack(rig.now()), null);
  }),

  check("PIN-11: outputs do not touch one another", async (rig, able) => {
    const [one, other] = able.outputs;
    const [first, second] = [open(rig, one), open(rig, other, { initial: 1 })];
    first.write(rig.now(), 1, null);
    second.write(rig.now(), 0, null);
    await measures(rig, one, 1, able);
    await measures(rig, other, 0, able);
    second.write(rig.now(), 1, null);
    first.close(rig.now());
    await measures(rig, other, 1, able);
  }),
];

/** As finely as eight bits can say it, and as a voltmeter can see it. */
const dutyWithin = 0.02;

const pwm = [
  checkIf(
    "PIN-12: PWM takes a duty from 0 to 1, and is safe when it is released",
    (able) => (able.pwm === null ? "no pin has PWM" : null),
    async (rig, able) => {
      const pin = able.pwm ?? "";
      const safe = { kind: "value", value: 0.25 } as const;
      const request = { ...plainOutput, initial: 0.5, safe, frequency: 490 };
      const line = lineOf(rig.board.openPwm(rig.now(), pin, request));
      await hasDuty(rig, pin, 0.5, able);
      for (const duty of [0, 0.75, 1, 0.1]) {
        assert.deepEqual(line.write(rig.now(), duty, null), accepted);
        await hasDuty(rig, pin, duty, able);
      }
      assert.deepEqual(line.write(rig.now(), 1.01, null), refused("out-of-range"));
      assert.deepEqual(line.write(rig.now(), -0.01, null), refused("out-of-range"));
      assert.deepEqual(line.write(rig.now(), Number.NaN, null), refused("not-finite"));
      await hasDuty(rig, pin, 0.1, able);
      line.release(rig.now());
      await hasDuty(rig, pin, 0.25, able);
    },
  ),

  checkIf(
    "PIN-12: PWM of a frequency that is none is refused",
    (able) => (able.pwm === null ? "no pin has PWM" : null),
    async ({ board, now }, able) => {
      const pin = able.pwm ?? "";
      for (const frequency of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
        const opened = board.openPwm(now(), pin, { ...plainOutput, frequency });
        assert.equal(opened.ok, false, `a frequency of ${frequency}`);
        if (!opened.ok) assert.equal(opened.reason, "not-able");
      }
    },
  ),
];

async function hasDuty(
  rig: PinBoardRig,
  pin: string,
  duty: number,
  able: PinAbilities,
): Promise<void> {
  await rig.settle(able.latency);
  const measured = await rig.measure(pin);
  const text = `a duty of ${duty} at ${pin}, measured ${measured}`;
  assert.ok(measured !== null && Math.abs(measured - duty) <= dutyWithin, text);
}

export const outputChecks = [...openingWith, ...driving, ...pwm];
