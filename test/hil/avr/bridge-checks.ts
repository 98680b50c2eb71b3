/** The bridge of an ATmega328P in simavr. */
import assert from "node:assert/strict";
import { clusterTag } from "../../../boards/bridge/cluster-tag.js";
import {
  type Beat,
  type ConfigureFields,
  deviceKinds,
  lineFlags,
  pinUses,
  resetCauses,
  results,
  safeKinds,
  valueMax,
} from "../../../boards/bridge/frames.js";
import type { AvrCheck } from "./avr-check.js";
import type { Device, Told } from "./device.js";
import { startBridge, bridgeUart as uart, withDevice } from "./hex-files.js";

const cluster = clusterTag("boiler");

/** Registers of the ATmega328P in the data space: its data sheet, section 31. */
const registers = { portB: 0x25, ddrB: 0x24, portD: 0x2b, ddrD: 0x2a } as const;

async function bind(device: Device): Promise<void> {
  device.say(uart, { kind: "bind", cluster, oldCluster: 0, sequence: 1 });
  await device.run(20_000);
  assert.equal(device.takeOf("done", uart)[0]?.frame.result, results.done, "it is bound");
}

const plain: ConfigureFields = {
  pin: 8,
  use: pinUses.output,
  flags: 0,
  initial: 0,
  safeKind: safeKinds.value,
  safeValue: 0,
  debounceMs: 0,
};

/** Waits for the answer; @returns its result */
async function configure(
  device: Device,
  sequence: number,
  fields: Partial<ConfigureFields>,
): Promise<number | undefined> {
  device.say(uart, { kind: "configure", cluster, sequence, ...plain, ...fields });
  await device.run(20_000);
  return device.takeOf("done", uart).at(-1)?.frame.result;
}

async function beats(device: Device): Promise<void> {
  const hello = device.takeOf("hello", uart)[0]?.frame;
  assert.equal(hello?.device, deviceKinds.bridge);
  assert.ok(((hello?.resetCause ?? 0) & resetCauses.power) !== 0, "power came on");
  assert.equal(hello?.boots, 1);
  await device.runSeconds(10);
  const told: readonly Told<Beat>[] = device.takeOf("beat", uart);
  assert.ok(told.length >= 198 && told.length <= 202, `${told.length} beats in 10 s`);
  for (const [index, beat] of told.entries()) {
    const before = told[index - 1];
    if (before === undefined) continue;
    assert.equal(beat.frame.sequence, before.frame.sequence + 1);
    const period = beat.frame.time - before.frame.time;
    assert.ok(period >= 49_500 && period <= 50_500, `${period} us between two beats`);
  }
  assert.equal(told.at(-1)?.frame.badFrames, 0);
  assert.equal(device.broken(uart), 0);
}

/**
 * From the first byte of a `set` to its level, and half as much again, in microseconds: its 16
 * bytes are 22 on the line, 1.9 ms, in slices of 0.25 ms; beside a beat it was 2.7 ms at most.
 */
const setMax = 4_000;

async function commands(device: Device): Promise<void> {
  await bind(device);
  assert.equal(await configure(device, 2, {}), results.done);
  const count = 10_000;
  let answered = 0;
  for (let sequence = 3; sequence < count + 3; sequence += 1) {
    const value = sequence % 2 === 1 ? valueMax : 0;
    device.say(uart, { kind: "set", cluster, sequence, pin: 8, value, holdMs: 60_000 });
    await device.run(setMax);
    const isHigh = ((await device.chip.peek(registers.portB)) & 1) === 1;
    assert.equal(isHigh, sequence % 2 === 1, `D8 after command ${sequence}`);
    answered += device.takeOf("done", uart).filter(({ frame }) => frame.result === 0).length;
  }
  await device.run(50_000);
  answered += device.takeOf("done", uart).filter(({ frame }) => frame.result === 0).length;
  assert.equal(answered, count, "each was answered as done");
}

/** A command that ends by itself, and a line that has its first level before its direction. */
async function holds(device: Device): Promise<void> {
  await bind(device);
  const ask = { initial: valueMax, safeValue: 0 };
  assert.equal(await configure(device, 2, ask), results.done);
  assert.equal((await device.chip.peek(registers.portB)) & 1, 1, "the initial level");
  assert.equal((await device.chip.peek(registers.ddrB)) & 1, 1, "an output");
  device.say(uart, { kind: "set", cluster, sequence: 3, pin: 8, value: valueMax, holdMs: 100 });
  await device.run(90_000);
  assert.equal((await device.chip.peek(registers.portB)) & 1, 1, "before its hold is over");
  await device.run(20_000);
  assert.equal((await device.chip.peek(registers.portB)) & 1, 0, "after");
}

async function samples(device: Device): Promise<void> {
  await bind(device);
  const analog = { use: pinUses.analog, flags: lineFlags.sample };
  assert.equal(await configure(device, 2, { ...analog, pin: 14 }), results.done);
  const digital = { use: pinUses.input, flags: lineFlags.sample | lineFlags.edges };
  assert.equal(await configure(device, 3, { ...digital, pin: 2 }), results.done);
  for (const [millivolts, expected] of [
    [0, 0],
    [2_500, 511],
    [3_000, 613],
    [5_000, 1_023],
  ] as const) {
    device.chip.millivolts(0, millivolts);
    await device.run(60_000);
    const values = device.takeOf("samples", uart).at(-1)?.frame.values;
    const value = values?.find(({ pin }) => pin === 14)?.value ?? -1;
    assert.ok(Math.abs(value - expected) <= 1, `${millivolts} mV read as ${value}`);
  }
  device.take();
  for (const level of [1, 0, 1] as const) {
    device.chip.pin("D", 2, level);
    await device.run(30_000);
  }
  const told = device.takeOf("edges", uart);
  const levels = told.flatMap(({ frame }) => frame.edges.map((edge) => edge.level));
  assert.deepEqual(levels, [1, 0, 1]);
  assert.equal(told.at(-1)?.frame.sequence, 3);
}

/** The longest from the hang to the first word after it: the watchdog's time, and the start. */
const resetMax = 400_000;

async function hangs(device: Device): Promise<void> {
  await bind(device);
  const safe = { initial: valueMax, safeValue: valueMax };
  assert.equal(await configure(device, 2, safe), results.done);
  // What outlives a reset is in EEPROM, which is written once a second at most.
  await device.runSeconds(2.5);
  const { now } = device.chip;
  device.take();
  device.say(uart, { kind: "hang" });
  await device.runSeconds(1);
  const told = device.take();
  const hello = told.find(({ frame }) => frame.kind === "hello");
  assert.ok(hello?.frame.kind === "hello", "it came back");
  assert.ok((hello.frame.resetCause & resetCauses.watchdog) !== 0, "by its watchdog");
  assert.equal(hello.frame.boots, 2);
  assert.equal(hello.frame.cluster, cluster, "it knows its cluster");
  assert.ok(hello.at - now <= resetMax, `${hello.at - now} us from the hang to its hello`);
  assert.equal((await device.chip.peek(registers.portB)) & 1, 1, "its safe level again");
  const after = told.filter(({ frame, at }) => frame.kind === "beat" && at > hello.at);
  assert.ok(after.length >= 10, "it beats again");
}

/** The build that is for real machines does not know the word. */
async function doesNotHang(device: Device): Promise<void> {
  device.say(uart, { kind: "hang" });
  device.take();
  await device.runSeconds(1);
  const told = device.take();
  assert.ok(!told.some(({ frame }) => frame.kind === "hello"), "it was not reset");
  assert.ok(told.filter(({ frame }) => frame.kind === "beat").length >= 19);
}

/** Of every value, each as likely as any, by a seed: mulberry32 is enough for noise. */
export function noise(seed: number, length: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return (word ^ (word >>> 14)) & 0xff;
  });
}

async function garbage(device: Device): Promise<void> {
  for (let round = 1; round <= 25; round += 1) {
    device.sayBytes(uart, noise(round, 2_000));
    await device.runSeconds(0.2);
  }
  const beat = device.takeOf("beat", uart).at(-1)?.frame;
  assert.ok((beat?.badFrames ?? 0) > 0, "bad frames are counted");
  device.say(uart, { kind: "ask" });
  await device.run(20_000);
  assert.equal(device.takeOf("hello", uart)[0]?.frame.boots, 1, "it answers, and was not reset");
}

const check = (name: string, faults: boolean, run: AvrCheckRun): AvrCheck => ({
  name: `bridge: ${name}`,
  run: (files) => withDevice(startBridge(files, faults), run),
});

type AvrCheckRun = (device: Device) => Promise<void>;

export const bridgeChecks: readonly AvrCheck[] = [
  check("beats every 50 ms within 1 %, without a gap", false, beats),
  check("10,000 commands are all done, each at its pin, and answered", false, commands),
  check("a command ends by itself; the first level is there with the direction", false, holds),
  check("samples what is at its pins, and tells each edge", false, samples),
  check("hangs, is reset by its watchdog, and is safe and bound as before", true, hangs),
  check("takes no order to hang in the build for real machines", false, doesNotHang),
  check("50,000 bytes of noise leave it answering", false, garbage),
];
