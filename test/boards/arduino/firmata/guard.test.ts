/** What a board says, whole or not at all. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FirmataClient, loadFirmata } from "../../../../boards/arduino/firmata-client.js";
import { FirmataGuard, sysexBytesMax } from "../../../../boards/arduino/firmata-guard.js";
import { FakeFirmata } from "./fake-firmata.js";

const kinds = (guard: FirmataGuard, ...bytes: readonly number[]): readonly string[] =>
  guard.push(Uint8Array.from(bytes)).map(({ kind }) => kind);

const good: readonly (readonly [kind: string, bytes: readonly number[]])[] = [
  ["version", [0xf9, 2, 5]],
  ["digital", [0x91, 0x7f, 1]],
  ["analog", [0xe3, 0x7f, 7]],
  ["firmware", [0xf0, 0x79, 1, 0, 0x46, 0, 0xf7]],
  ["firmware", [0xf0, 0x79, 1, 0, 0xf7]],
  ["capabilities", [0xf0, 0x6c, 0x7f, 0, 1, 1, 1, 0x7f, 0xf7]],
  ["mapping", [0xf0, 0x6a, 0x7f, 0, 0xf7]],
  ["state", [0xf0, 0x6e, 2, 1, 1, 0xf7]],
];

describe("the guard before firmata-io", () => {
  it.each(good)("FIRMATA-2: passes a %s message", (kind, bytes) => {
    const guard = new FirmataGuard();
    const [message, ...more] = guard.push(Uint8Array.from(bytes));
    expect(message).toMatchObject({ kind, bytes });
    expect(more).toEqual([]);
    expect(guard.counts()).toEqual({ noise: 0, malformed: 0, unknown: 0 });
  });

  it("FIRMATA-2: reads numbers of seven bits a byte", () => {
    const told = new FirmataGuard().push(Uint8Array.of(0xe3, 0x7f, 7, 0x91, 0x7f, 1));
    expect(told).toMatchObject([
      { channel: 3, value: 1_023 },
      { port: 1, levels: 0xff },
    ]);
  });

  it("FIRMATA-2: does not mind where the bytes are cut", () => {
    const all = good.flatMap(([, bytes]) => bytes);
    const expected = good.map(([kind]) => kind);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: all.length - 1 })), (cuts) => {
        const guard = new FirmataGuard();
        const ends = [...new Set(cuts)].sort((one, other) => one - other);
        const told = [...ends, all.length].flatMap((end, place) =>
          kinds(guard, ...all.slice(ends[place - 1] ?? 0, end)),
        );
        expect(told).toEqual(expected);
      }),
    );
  });

  it.each([
    ["a pin's state without a state", [0xf0, 0x6e, 2, 1, 0xf7]],
    ["a pin's state of too much", [0xf0, 0x6e, 2, 1, 1, 1, 1, 1, 1, 0xf7]],
    ["a name of half a character", [0xf0, 0x79, 1, 0, 0x46, 0xf7]],
    ["a firmware without a version", [0xf0, 0x79, 0xf7]],
    ["capabilities that end within a pin", [0xf0, 0x6c, 0, 1, 0xf7]],
    ["capabilities that end within a pair", [0xf0, 0x6c, 0, 0xf7]],
    ["capabilities of too many pins", [0xf0, 0x6c, ...Array(129).fill(0x7f), 0xf7]],
    ["a mapping of too many pins", [0xf0, 0x6a, ...Array(129).fill(0), 0xf7]],
    ["a message that is cut off", [0xf0, 0x6e, 2, 1, 0xf9, 2, 5]],
  ])("FIRMATA-3: drops and counts %s", (_name, bytes) => {
    const guard = new FirmataGuard();
    expect(kinds(guard, ...bytes).filter((kind) => kind !== "version")).toEqual([]);
    expect(guard.counts().malformed).toBe(1);
    expect(kinds(guard, 0xf9, 2, 5)).toEqual(["version"]);
  });

  it("FIRMATA-3: drops what it does not ask for, and bytes of nothing", () => {
    const guard = new FirmataGuard();
    expect(kinds(guard, 0xf0, 0x71, 0x41, 0, 0xf7, 1, 2, 3, 0xf7, 0xc0, 1, 0xe0, 1)).toEqual([]);
    expect(guard.counts()).toEqual({ noise: 6, malformed: 0, unknown: 1 });
  });

  it("FIRMATA-3: a message without an end keeps no more than its bound", () => {
    const guard = new FirmataGuard();
    const chunk = new Uint8Array(sysexBytesMax).fill(0x55);
    guard.push(Uint8Array.of(0xf0, 0x6c));
    for (let count = 0; count < 100; count += 1) expect(guard.push(chunk)).toEqual([]);
    const { noise, malformed } = guard.counts();
    expect(malformed).toBe(1);
    expect(noise).toBe(100 * sysexBytesMax + 2 - sysexBytesMax);
    expect(kinds(guard, 0x90, 1, 0)).toEqual(["digital"]);
  });

  it("FIRMATA-3: whatever comes, only well-formed messages get past, and firmata-io lives", () => {
    const loaded = loadFirmata();
    if (!loaded.ok) throw new Error(loaded.message);
    const stream = new FakeFirmata({ mute: true });
    const client = new FirmataClient({
      ...{ Firmata: loaded.Firmata, stream },
      onReady: () => {},
      onMessage: ({ bytes }) => {
        expect(bytes.length).toBeLessThanOrEqual(sysexBytesMax);
        expect(bytes.slice(1, -1).every((byte) => byte < 0x80)).toBe(true);
      },
    });
    const pieces = fc.oneof(
      fc.constantFrom(...good.map(([, bytes]) => bytes)),
      fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 12 }),
      fc
        .tuple(fc.constantFrom(0x79, 0x6c, 0x6a, 0x6e, 0x77, 0x73, 0x62), fc.array(fc.nat(127)))
        .map(([kind, data]) => [0xf0, kind, ...data, 0xf7]),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 50 }), (told) => {
        stream.emit("data", Buffer.from(told.flat()));
      }),
      { numRuns: 300 },
    );
    client.end();
  });
});
