/** How lines are opened, and refused. */
import assert from "node:assert/strict";
import { type Opened, type PinBoard, type PinUse, pinNamed } from "../../../boards/pin-board.js";
import type { Instant } from "../../../src/kernel/time.js";
import { check, checkIf, lineOf, plainInput, plainOutput } from "./rig.js";

interface Closable {
  close(now: Instant): void;
}

/** Opens a pin for a use, with the plainest of requests. */
export function openAs(board: PinBoard, now: Instant, pin: string, use: PinUse): Opened<Closable> {
  switch (use) {
    case "input":
      return board.openInput(now, pin, plainInput);
    case "output":
      return board.openOutput(now, pin, plainOutput);
    case "analog":
      return board.openAnalog(now, pin);
    case "pwm":
      return board.openPwm(now, pin, { ...plainOutput, frequency: 490 });
    default:
      return use satisfies never;
  }
}

const uses: readonly PinUse[] = ["input", "output", "analog", "pwm"];

/** Refused for this reason, with a sentence that names the pin and says what to do. */
export function isRefused(
  opened: Opened<Closable>,
  reason: string,
  pin: string,
): asserts opened is Extract<Opened<Closable>, { readonly ok: false }> {
  assert.equal(opened.ok, false, `${pin} was opened; expected a refusal (${reason})`);
  if (opened.ok) return;
  assert.equal(opened.reason, reason, opened.message);
  assert.ok(opened.message.includes(pin), `it names ${pin}: ${opened.message}`);
  assert.ok(opened.message.length > pin.length + 10, `a sentence: ${opened.message}`);
}

export const openingChecks = [
  check("PIN-1: says what it is, and names its pins without doubt", async ({ board }) => {
    assert.ok(board.description.length > 0);
    assert.ok(board.pins.length > 0);
    const names = board.pins.flatMap(({ name, aliases }) => [name, ...aliases]);
    const lower = names.map((name) => name.toLowerCase());
    assert.equal(new Set(lower).size, lower.length, `a name twice among ${names.join(", ")}`);
    for (const { name, uses: able, analog } of board.pins) {
      assert.ok(able.length > 0, `${name} can do nothing`);
      assert.equal(analog !== null, able.includes("analog"), `${name}: analog facts`);
      if (analog !== null) assert.ok(analog.min < analog.max, `${name}: its range`);
    }
  }),

  check("PIN-1: opens a pin by its name and aliases, in any case of letters", async (rig, able) => {
    const facts = pinNamed(rig.board.pins, able.inputs[0]);
    assert.ok(facts !== null, `${able.inputs[0]} is one of its pins`);
    for (const name of [facts.name, ...facts.aliases]) {
      for (const spelt of [name, name.toLowerCase(), name.toUpperCase()]) {
        const line = lineOf(rig.board.openInput(rig.now(), spelt, plainInput));
        assert.equal(line.pin, facts.name);
        line.close(rig.now());
        await rig.settle(able.latency);
      }
    }
  }),

  check("PIN-2: refuses a pin that it does not have, for every use", async ({ board, now }) => {
    for (const pin of ["GPIO999", "no such pin", "__proto__", "toString"]) {
      for (const use of uses) isRefused(openAs(board, now(), pin, use), "no-such-pin", pin);
    }
    assert.equal(openAs(board, now(), "", "input").ok, false);
  }),

  checkIf(
    "PIN-3: refuses a use of which the pin is not able, and says what it can do",
    ({ notAble }) => (notAble === null ? "every pin can do everything" : null),
    async (rig, { notAble, inputs }) => {
      const [pin, use] = notAble ?? ["", "input"];
      isRefused(openAs(rig.board, rig.now(), pin, use), "not-able", pin);
      // And the refusal left nothing behind.
      const facts = pinNamed(rig.board.pins, pin);
      const can = facts?.uses[0];
      assert.ok(can !== undefined);
      lineOf(openAs(rig.board, rig.now(), pin, can)).close(rig.now());
      if (pin === inputs[0]) return;
      lineOf(rig.board.openInput(rig.now(), inputs[0], plainInput));
    },
  ),

  check("PIN-4: refuses a pin that is open, by any name and for any use", async (rig, able) => {
    const { board, now } = rig;
    const [pin] = able.outputs;
    const facts = pinNamed(board.pins, pin);
    assert.ok(facts !== null);
    const line = lineOf(board.openOutput(now(), pin, { ...plainOutput, initial: 1 }));
    for (const name of [facts.name, ...facts.aliases]) {
      for (const use of facts.uses) isRefused(openAs(board, now(), name, use), "in-use", name);
    }
    await rig.settle(able.latency);
    assert.equal(await rig.measure(pin), 1, "a refusal changes nothing at the pin");
    line.close(now());
    await rig.settle(able.latency);
    lineOf(board.openOutput(now(), pin, plainOutput));
  }),
];
