/** The serial lines of a simulated microcontroller: rates, faults, overruns, plugs, streams. */
import { describe, expect, test } from "vitest";
import { atmega328p } from "../../../boards/simulated-avr/atmega328p.js";
import { sampledAt } from "../../../boards/simulated-avr/byte-faults.js";
import { lineBytesMax, type UartLine } from "../../../boards/simulated-avr/uart-line.js";
import { openUart } from "../../../boards/simulated-avr/uart-stream.js";
import { millis } from "../../../src/kernel/time.js";
import { beatsIn, earAt, probed, text } from "./rig.js";

/** The probe firmware answers each byte with the next one: `a` with `b`. */
function echoing() {
  const { mcu, ear } = probed(atmega328p);
  mcu.runFor(millis(116));
  ear.take();
  const line = mcu.lines[0] as UartLine;
  const answers = (bytes: Uint8Array, wait = 10) => {
    for (const byte of bytes) {
      line.send(Uint8Array.of(byte));
      mcu.runFor(millis(1));
    }
    mcu.runFor(millis(wait));
    return String.fromCharCode(...ear.take());
  };
  return { mcu, ear, line, answers };
}

describe("AVR-16: bytes at another rate", () => {
  test("within 4 % are read as they are", () => {
    for (const ratio of [0.96, 1, 1.04]) {
      for (let byte = 0; byte < 256; byte += 1) {
        expect(sampledAt(byte, ratio)).toEqual([{ byte, frameError: false }]);
      }
    }
  });

  test("at half the rate are seen as one other byte, at twice as two with errors", () => {
    // Three of its bits hit the zeros, the others the stop bit and the line at rest.
    expect(sampledAt(0x00, 2)).toEqual([{ byte: 0xf8, frameError: false }]);
    const twice = sampledAt(0x00, 0.5);
    expect(twice.length).toBeGreaterThan(0);
    expect(twice[0]).toEqual({ byte: 0, frameError: true });
  });

  test("are noise to the firmware, which counts it", () => {
    const { mcu, ear, line } = echoing();
    line.setBaud(230_400);
    line.send(text("abcd"));
    mcu.runFor(millis(5));
    line.setBaud(115_200);
    mcu.runFor(millis(100));
    expect(String.fromCharCode(...ear.bytes)).not.toContain("bcde");
  });
});

describe("AVR-17: faults of a line", () => {
  test("strike the bytes that were ordered, and no others", () => {
    const { line, answers, mcu, ear } = echoing();
    line.planFault("to-device", { fault: { kind: "drop" }, after: 1, count: 1 });
    expect(answers(text("ABC"), 1)).toBe("BD");
    line.planFault("to-device", { fault: { kind: "flip", mask: 0x20 }, after: 0, count: 2 });
    expect(answers(text("ABC"), 1)).toBe("bcD");
    line.planFault("to-host", { fault: { kind: "insert", byte: 0x21 }, after: 0, count: 1 });
    expect(answers(text("A"), 1)).toBe("!B");
    expect(line.struck).toBe(4);
    mcu.runFor(millis(100));
    expect(beatsIn(ear.bytes).length).toBeGreaterThan(0);
  });

  test("firmware that does not read in time loses bytes, and sees it", () => {
    const { mcu, ear, line } = echoing();
    line.send(text("s"));
    mcu.runFor(millis(1));
    line.send(text("ABCDEFGH"));
    mcu.runFor(millis(120));
    expect(beatsIn(ear.bytes).at(-1)?.errors).toBeGreaterThan(0);
  });

  test("a queue that is full loses what is too much, and counts it", () => {
    const { line } = echoing();
    line.send(new Uint8Array(lineBytesMax));
    line.send(text("abc"));
    expect(line.lost).toBe(3);
  });

  test("without power or clock nothing is heard, and what was sent is lost", () => {
    const { mcu, line, answers } = echoing();
    mcu.stopClock();
    expect(answers(text("A"))).toBe("");
    mcu.startClock();
    expect(answers(text("B"), 1)).toBe("C");
    mcu.powerOff();
    line.send(text("A"));
    expect(line.lost).toBe(2);
  });
});

describe("AVR-18: a line as a stream", () => {
  test("carries bytes both ways, at the rate of the line", async () => {
    const { mcu, line } = echoing();
    const stream = await openUart(line);
    const heard: number[] = [];
    stream.on("data", (bytes: Buffer) => heard.push(...bytes));
    let isSent = false;
    stream.write(text("A"), () => {
      isSent = true;
    });
    expect(isSent).toBe(false);
    mcu.runFor(millis(5));
    await new Promise((resolve) => setImmediate(resolve));
    expect([isSent, String.fromCharCode(...heard)]).toEqual([true, "B"]);
    stream.destroy();
  });

  test("unplugged, it closes; it cannot be opened until it is plugged in again", async () => {
    const { mcu, line } = echoing();
    const stream = await openUart(line);
    const closed = new Promise((resolve) => stream.once("close", resolve));
    const ear = earAt(line);
    line.unplug();
    await closed;
    expect(ear.unplugged).toBe(1);
    await expect(openUart(line)).rejects.toMatchObject({ code: "ENOENT" });
    line.plug();
    const again = await openUart(line);
    again.on("data", () => {});
    mcu.runFor(millis(100));
    expect(again.destroyed).toBe(false);
    again.destroy();
  });
});
