/** Opening a Firmata board: every way in which it can be no board, in virtual time. */
import { setImmediate as breathe } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { owedBytesMax } from "../../../../boards/arduino/firmata-client.js";
import { handshakeMax } from "../../../../boards/arduino/firmata-link.js";
import { openFirmata } from "../../../../boards/arduino/open.js";
import type { OpenedBoard, PinBoard } from "../../../../boards/pin-board.js";
import { type Instant, instant } from "../../../../src/kernel/time.js";
import { lineOf, plainInput, plainOutput } from "../../../contracts/pins/rig.js";
import { FakeFirmata } from "./fake-firmata.js";

const now = (): Instant => instant(Date.now() * 1_000);

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"],
    now: 1_000_000,
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const step = 10;

async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += step) {
    vi.advanceTimersByTime(step);
    await breathe();
  }
}

async function open(...streams: readonly (FakeFirmata | Error)[]): Promise<OpenedBoard> {
  let openings = 0;
  let opened: OpenedBoard | null = null;
  const opening = openFirmata({
    ...{ name: "/dev/ttyACM0", clock: { now } },
    open: () => {
      const stream = streams[Math.min(openings, streams.length - 1)];
      openings += 1;
      if (stream instanceof FakeFirmata) return Promise.resolve(stream);
      return Promise.reject(stream);
    },
  });
  void opening.then((board) => {
    opened = board;
  });
  for (let waited = 0; opened === null && waited <= handshakeMax; waited += step * 1_000) {
    await pass(step);
  }
  return await opening;
}

async function openBoard(...streams: readonly (FakeFirmata | Error)[]): Promise<PinBoard> {
  const opened = await open(...streams);
  if (!opened.ok) throw new Error(opened.message);
  return opened.board;
}

const failure = (code: string, message: string): Error =>
  Object.assign(new Error(message), { code });

describe("opening a Firmata board", () => {
  it("FIRMATA-10: tells its pins as it told them", async () => {
    const board = await openBoard(new FakeFirmata());
    expect(board.description).toBe("/dev/ttyACM0, F with Firmata 2.5");
    expect(board.pins).toEqual([
      { name: "D1", aliases: ["1"], uses: ["input", "output"], analog: null },
      { name: "D2", aliases: ["2"], uses: ["input", "output", "pwm"], analog: null },
      {
        ...{ name: "A0", aliases: ["D3", "3"], uses: ["input", "output", "analog"] },
        analog: { unit: "V", min: 0, max: 5 },
      },
    ]);
    board.close(now());
    await pass(1_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    [failure("EACCES", "Permission denied"), "no-permission", /group dialout/],
    [failure("", "Error Resource temporarily unavailable Cannot lock port"), "in-use", /another/],
    [failure("not-permitted", "join the group uucp"), "no-permission", /^join the group uucp$/],
    [failure("in-use", "process 7 has it"), "in-use", /^process 7 has it$/],
    [failure("no-such-port", "there is none"), "lost", /^there is none$/],
    [failure("ENOENT", "No such file or directory"), "lost", /plugged in/],
  ])("FIRMATA-10: a port that cannot be opened: %s", async (error, reason, text) => {
    const opened = await open(error);
    expect(opened).toMatchObject({ ok: false, reason, message: expect.stringMatching(text) });
    await pass(1_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("FIRMATA-10: one that says nothing", async () => {
    const opened = await open(new FakeFirmata({ mute: true }));
    expect(opened).toMatchObject({ ok: false, reason: "lost" });
    if (!opened.ok) expect(opened.message).toMatch(/no answer; expected .*57600/);
  });

  it("FIRMATA-10: one at another baud rate says noise", async () => {
    const stream = new FakeFirmata({ mute: true });
    const timer = setInterval(() => stream.say(0x17, 0xfe, 0x00, 0xf7), 20);
    const opened = await open(stream);
    clearInterval(timer);
    if (!opened.ok) expect(opened.message).toMatch(/only noise \(\d+ bytes\)/);
    expect(opened.ok).toBe(false);
  });

  it("FIRMATA-10: a firmware that is too old is named, with what to write to it", async () => {
    const opened = await open(new FakeFirmata({ version: [2, 3] }));
    expect(opened).toMatchObject({ ok: false, reason: "not-supported" });
    if (!opened.ok) expect(opened.message).toMatch(/Firmata 2\.3; expected 2\.5 .*firmata\.hex/);
  });

  it("FIRMATA-10: a board that is in its boot loader is asked until it answers", async () => {
    const stream = new FakeFirmata({ mute: true });
    setTimeout(() => stream.mute(false), 2_000);
    await openBoard(stream);
    expect(now()).toBeGreaterThan(instant(1_002_000_000));
  });
});

describe("a Firmata board's traps", () => {
  it("FIRMATA-8: another board at the same port is not taken for it", async () => {
    const first = new FakeFirmata();
    const other = new FakeFirmata({ pins: [[], [0, 1], [0, 1]] });
    const board = await openBoard(first, other, new FakeFirmata());
    const line = lineOf(board.openOutput(now(), "D1", plainOutput));
    first.destroy();
    await pass(1_500);
    expect(board.health(now())).toMatchObject({ message: expect.stringMatching(/another board/) });
    expect(line.write(now(), 1, null)).toEqual({ ok: false, reason: "lost" });
    other.destroy();
    await pass(1_500);
    expect(board.health(now()).kind).toBe("live");
    expect(line.write(now(), 1, null)).toEqual({ ok: true });
  });

  it("FIRMATA-4: a reset brings no value of an output back", async () => {
    const stream = new FakeFirmata();
    const board = await openBoard(stream);
    const line = lineOf(board.openOutput(now(), "D1", plainOutput));
    line.write(now(), 1, null);
    await pass(100);
    stream.told.length = 0;
    stream.say(0xf9, 2, 5);
    await pass(50);
    const told = stream.told.join(" ");
    expect(told).toContain("244 1 0 244 1 1 245 1 0");
    expect(told).not.toContain("245 1 1");
    expect(line.readBack(now())).toBe(0);
  });

  it("FIRMATA-5: a report from before the mode changed is not the pin's level", async () => {
    const stream = new FakeFirmata();
    const board = await openBoard(stream);
    await pass(100);
    stream.mute(true);
    const line = lineOf(board.openInput(now(), "D1", { ...plainInput, edges: true }));
    stream.say(0x90, 2, 0);
    await pass(20);
    expect(line.read(now()).value).toBeNull();
    stream.say(0xf0, 0x6e, 1, 0, 0, 0xf7, 0x90, 0, 0);
    await pass(20);
    expect(line.read(now()).value).toBe(0);
    expect(line.takeEdges(now()).edges).toEqual([]);
  });

  it("FIRMATA-5: a mode that was lost on its way is told again", async () => {
    const stream = new FakeFirmata();
    const board = await openBoard(stream);
    stream.mute(true);
    lineOf(board.openOutput(now(), "D1", plainOutput));
    stream.mute(false);
    await pass(1_500);
    expect(board.counts().get("told-again")).toBeGreaterThanOrEqual(1);
    stream.told.length = 0;
    await pass(1_500);
    expect(stream.told).not.toContain(244);
  });

  it("FIRMATA-7: a beat that comes late counts none of the silence before it", async () => {
    const stream = new FakeFirmata();
    const board = await openBoard(stream);
    await pass(100);
    stream.mute(true);
    await pass(200);
    vi.setSystemTime(Date.now() + 2_000);
    await pass(200);
    expect(board.health(now()).kind).toBe("live");
    await pass(400);
    expect(board.health(now()).kind).toBe("silent");
  });

  it("FIRMATA-9: a mapping of other pins, or a second one, changes nothing", async () => {
    const stream = new FakeFirmata();
    const board = await openBoard(stream);
    stream.say(0xf0, 0x6a, 0, 1, 2, 3, 4, 5, 6, 7, 0xf7);
    stream.say(0xf0, 0x6a, 0x7f, 0x7f, 0x7f, 0, 0xf7, 0xf0, 0x6e, 99, 1, 1, 0xf7);
    await pass(100);
    expect(board.health(now()).kind).toBe("live");
    expect(board.pins.map(({ name }) => name)).toEqual(["D1", "D2", "A0"]);
  });

  it("FIRMATA-9: a sample that no converter gives is none", async () => {
    const stream = new FakeFirmata();
    const board = await openBoard(stream);
    const line = lineOf(board.openAnalog(now(), "A0"));
    await pass(50);
    stream.say(0xe0, 0x7f, 7);
    await pass(20);
    expect(line.read(now()).value).toBe(5);
    stream.say(0xe0, 0x7f, 0x7f);
    await pass(20);
    expect(line.read(now()).value).toBeNull();
    expect(board.counts().get("analog-out-of-range")).toBe(1);
  });

  it("FIRMATA-9: what takes no bytes is given up, and nothing grows", async () => {
    const stream = new FakeFirmata();
    const board = await openBoard(stream);
    stream._write = () => {};
    const line = lineOf(board.openOutput(now(), "D1", plainOutput));
    for (let count = 0; count < owedBytesMax; count += 1) line.write(now(), count % 2, null);
    expect(stream.writableLength).toBeLessThanOrEqual(owedBytesMax);
    expect(stream.destroyed).toBe(true);
  });

  it("FIRMATA-9: a message without an end makes the board silent, not us", async () => {
    const stream = new FakeFirmata();
    const board = await openBoard(stream);
    stream.mute(true);
    stream.say(0xf0);
    const timer = setInterval(() => stream.say(...new Array<number>(500).fill(1)), 10);
    await pass(1_000);
    clearInterval(timer);
    expect(board.health(now()).kind).toBe("silent");
    expect(board.counts().get("malformed")).toBe(1);
    stream.mute(false);
    await pass(500);
    expect(board.health(now()).kind).toBe("live");
  });

  it("FIRMATA-11: a pin for servos takes pulses at 50 Hz, and no angles by mistake", async () => {
    const stream = new FakeFirmata({ pins: [[], [0, 1, 3, 4]] });
    const board = await openBoard(stream);
    const request = { ...plainOutput, frequency: 50 };
    const line = lineOf(board.openPwm(now(), "D1", request));
    stream.told.length = 0;
    expect(line.write(now(), 1_500 / 20_000, null)).toEqual({ ok: true });
    expect(stream.told.slice(0, 6)).toEqual([0xf4, 1, 4, 0xe1, 1_500 & 0x7f, 1_500 >> 7]);
    expect(line.write(now(), 180 / 20_000, null)).toEqual({ ok: false, reason: "out-of-range" });
    expect(line.write(now(), 0, null)).toEqual({ ok: true });
  });
});
