/** Commands on a line that loses, repeats and delays. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { inFlightMax, triesMax } from "../../../boards/bridge/command-window.js";
import type { OutputLine } from "../../../boards/pin-board.js";
import { after, millis } from "../../../src/kernel/time.js";
import { lineOf, plainOutput } from "../../contracts/pins/rig.js";
import { BridgeRig, ourTag } from "./support/bridge-rig.js";

const types = { set: 0x20, configure: 0x21, sampling: 0x22, bind: 0x24, release: 0x25 };

function openOutput(rig: BridgeRig, pin = "D7", initial: number | "safe" = 0): OutputLine {
  return lineOf(rig.board.openOutput(rig.now(), pin, { ...plainOutput, initial }));
}

const isDone = (payload: Uint8Array): boolean => payload[0] === 0x13;

it("COMMAND-1: a command that was lost is sent again, with its sequence", () => {
  const rig = new BridgeRig();
  openOutput(rig);
  rig.pass(30);
  rig.device.commandsToLose = 2;
  rig.said.length = 0;
  openOutput(rig, "D8", 1);
  rig.pass(250);
  expect(rig.device.pin(8).measure()).toBe(1);
  const sequences = rig.said.filter(([type]) => type === types.configure).map((one) => one[4]);
  expect(sequences.length).toBe(3);
  expect(new Set(sequences).size).toBe(1);
  expect(rig.board.counts().get("commands-sent-again")).toBe(2);
  expect(rig.board.health(rig.now()).kind).toBe("live");
});

it("COMMAND-2: a lost answer is asked for again, and `repeated` means that it was done", () => {
  const rig = new BridgeRig();
  rig.device.answersToLose = 1;
  openOutput(rig, "D8", 1);
  rig.pass(200);
  expect(rig.device.taken).toContainEqual([types.configure, 4]);
  expect(rig.device.pin(8).measure()).toBe(1);
  expect(rig.board.counts().get("commands-repeated")).toBe(1);
  expect(
    rig.device.taken.filter(([type, result]) => type === types.configure && result === 0),
  ).toHaveLength(1);
});

it("COMMAND-3: a command that was overtaken is said anew", () => {
  const rig = new BridgeRig();
  const lines = ["D4", "D5", "D6", "D7"].map((pin) => openOutput(rig, pin));
  rig.pass(50);
  rig.device.commandsToLose = 1;
  for (const line of lines) line.write(rig.now(), 1, null);
  rig.pass(200);
  expect(rig.board.counts().get("commands-overtaken")).toBeGreaterThanOrEqual(1);
  for (const pin of [4, 5, 6, 7]) expect(rig.device.pin(pin).measure()).toBe(1);
});

it("COMMAND-4: never more on the way than there may be, and the newest word wins", () => {
  const rig = new BridgeRig({ transit: 8_000 });
  const pins = ["D4", "D5", "D6", "D7", "D8", "D9", "D10", "D11", "D12", "D13"];
  const lines = pins.map((pin) => openOutput(rig, pin));
  rig.pass(300);
  let [onTheWay, most] = [0, 0];
  rig.loses = (to, payload) => {
    if (to === "device" && payload[0] === types.set) onTheWay += 1;
    if (to === "host" && isDone(payload)) onTheWay -= 1;
    most = Math.max(most, onTheWay);
    return false;
  };
  for (let round = 0; round < 40; round += 1) {
    for (const line of lines) line.write(rig.now(), round % 2, null);
    rig.pass(3);
  }
  for (const line of lines) line.write(rig.now(), 1, null);
  rig.pass(300);
  expect(most).toBeLessThanOrEqual(inFlightMax);
  expect(most).toBeGreaterThan(1);
  for (let pin = 4; pin <= 13; pin += 1) expect(rig.device.pin(pin).measure()).toBe(1);
});

it("COMMAND-5: a device that answers nothing is deaf after its tries, until it hears", () => {
  const rig = new BridgeRig();
  const line = openOutput(rig, "D7", 1);
  rig.pass(50);
  rig.device.deaf = true;
  rig.said.length = 0;
  rig.pass(800);
  const sets = rig.said.filter(([type]) => type === types.set);
  expect(sets.length).toBeLessThanOrEqual(triesMax * inFlightMax);
  expect(rig.board.health(rig.now())).toMatchObject({ kind: "lost" });
  expect(rig.kinds()).toContain("deaf");
  expect(line.write(rig.now(), 1, null)).toEqual({ ok: false, reason: "lost" });
  rig.device.deaf = false;
  rig.pass(500);
  expect(rig.board.health(rig.now()).kind).toBe("live");
  expect(rig.device.pin(7).measure()).toBe(1);
  expect(rig.events.filter(({ kind }) => kind === "deaf")).toHaveLength(1);
});

it("COMMAND-6: what the device refuses for good is told once, and not asked for ever", () => {
  const rig = new BridgeRig();
  rig.device.resultFor = (type) => (type === types.configure ? 3 : null);
  const line = openOutput(rig, "D7", 1);
  rig.pass(1_000);
  expect(rig.device.taken.filter(([type]) => type === types.configure)).toHaveLength(1);
  expect(rig.events).toContainEqual({ kind: "pin-refused", pin: "D7", result: 3 });
  expect(rig.board.counts().get("refused-configure")).toBe(1);
  expect(line.write(rig.now(), 1, null)).toEqual({ ok: false, reason: "lost" });
  rig.device.resultFor = (type) => (type === types.set ? 2 : null);
  openOutput(rig, "D8", 1);
  rig.pass(1_000);
  expect(rig.device.taken.filter(([type]) => type === types.set).length).toBeLessThan(10);
});

it("COMMAND-7: a sequence goes on over its end", () => {
  const rig = new BridgeRig({ firstSequence: 65_500 });
  const line = openOutput(rig);
  for (let round = 0; round < 101; round += 1) {
    line.write(rig.now(), (round + 1) % 2, null);
    rig.pass(10);
  }
  expect(rig.said.filter(([type]) => type === types.set).some((one) => one[3] === 0)).toBe(true);
  expect(rig.device.refused).toBe(0);
  expect(rig.device.pin(7).measure()).toBe(1);
});

it("COMMAND-8: whatever the line loses, every pin comes to what was said last", () => {
  const run = fc.record({
    seed: fc.nat(1_000_000),
    loss: fc.integer({ min: 0, max: 40 }),
    words: fc.array(fc.tuple(fc.nat(4), fc.constantFrom<0 | 1 | "release">(0, 1, "release")), {
      maxLength: 40,
    }),
  });
  fc.assert(
    fc.property(run, ({ seed, loss, words }) => {
      const rig = new BridgeRig();
      let die = seed;
      const lines = ["D4", "D5", "D6", "D7", "D8"].map((pin) => openOutput(rig, pin));
      rig.loses = () => {
        die = (die * 1_103_515_245 + 12_345) % 2 ** 31;
        return (die >> 8) % 100 < loss;
      };
      const last = [0, 0, 0, 0, 0];
      for (const [index, word] of words) {
        const line = lines[index] as OutputLine;
        if (word === "release") line.release(rig.now());
        else if (line.write(rig.now(), word, null).ok === false) continue;
        last[index] = word === "release" ? 0 : word;
        rig.pass(7);
      }
      rig.loses = null;
      rig.pass(1_500);
      const found = [4, 5, 6, 7, 8].map((pin) => rig.device.pin(pin).measure());
      expect(found).toEqual(last);
      expect(rig.board.health(rig.now()).kind).toBe("live");
    }),
    { numRuns: 40 },
  );
});

it("COMMAND-9: a host that was started again begins with what is safe", () => {
  const rig = new BridgeRig({ deviceCluster: ourTag, meet: false });
  const pin = rig.device.pin(7);
  Object.assign(pin, { use: 2, ready: true, safeKind: 1, safeValue: 0 });
  pin.drive(65_535);
  pin.heldUntil = after(rig.now(), millis(60_000));
  rig.pass(300);
  expect(rig.board.health(rig.now()).kind).toBe("live");
  expect(pin.measure()).toBe(0);
});
