/** Hex files: whole ones are read, and whatever is wrong with others is said with its line. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseIntelHex } from "../../../boards/simulated-avr/intel-hex.js";

const flashBytes = 1_024;
const end = ":00000001FF";

function record(address: number, type: number, bytes: readonly number[]): string {
  const all = [bytes.length, address >> 8, address & 0xff, type, ...bytes];
  const sum = all.reduce((total, byte) => total + byte, 0);
  return `:${Buffer.from([...all, -sum & 0xff])
    .toString("hex")
    .toUpperCase()}`;
}

const parse = (...lines: readonly string[]) => parseIntelHex(lines.join("\r\n"), flashBytes);

function refusal(...lines: readonly string[]) {
  const parsed = parse(...lines);
  return parsed.ok ? null : { reason: parsed.reason, line: parsed.line, message: parsed.message };
}

describe("AVR-15: a hex file", () => {
  test("is the flash, and what it does not name is erased", () => {
    const parsed = parse(record(4, 0, [1, 2, 3]), record(0x100, 0, [9]), end, "");
    expect(parsed).toMatchObject({ ok: true, bytes: 4 });
    const flash = parsed.ok ? parsed.flash : new Uint8Array();
    expect([...flash.subarray(3, 8)]).toEqual([0xff, 1, 2, 3, 0xff]);
    expect([flash[0x100], flash.length]).toEqual([9, flashBytes]);
  });

  test("may have extended addresses, and a start that means nothing to an AVR", () => {
    const parsed = parse(
      record(0, 2, [0, 0x10]),
      record(0, 0, [7]),
      record(0, 3, [0, 0, 0, 0]),
      end,
    );
    expect(parsed.ok && parsed.flash[0x100]).toBe(7);
    const linear = parseIntelHex(
      [record(0, 4, [0, 1]), record(2, 0, [8]), end].join("\n"),
      0x2_0000,
    );
    expect(linear.ok && linear.flash[0x1_0002]).toBe(8);
  });

  test.each([
    ["not-a-record", 1, ["hello", end]],
    ["not-a-record", 1, [":0", end]],
    ["wrong-length", 1, [":0500000001020304F1", end]],
    ["wrong-checksum", 2, [record(0, 0, [1]), record(1, 0, [2]).replace(/..$/, "00"), end]],
    ["unknown-type", 1, [record(0, 9, [1]), end]],
    ["wrong-length", 1, [record(0, 4, [1]), end]],
    ["out-of-range", 1, [record(flashBytes - 1, 0, [1, 2]), end]],
    ["overlap", 2, [record(0, 0, [1]), record(0, 0, [2]), end]],
    ["after-the-end", 2, [end, record(0, 0, [1])]],
    ["no-end", 1, [record(0, 0, [1])]],
    ["empty", 0, [end]],
  ] as const)("is refused: %s in line %i", (reason, line, lines) => {
    expect(refusal(...lines)).toMatchObject({ reason, line });
  });

  test("with EEPROM in it says how to leave that out", () => {
    const refused = refusal(record(0, 4, [0, 0x81]), record(0, 0, [1]), end);
    expect(refused?.message).toContain("avr-objcopy -R .eeprom");
  });

  test("of any other text is refused, and never thrown at", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        expect(parseIntelHex(`:${text}`, flashBytes).ok).toBe(false);
      }),
    );
  });

  test("with one changed character is refused, or is the same", () => {
    const whole = [record(0, 0, [1, 2, 3, 4]), record(4, 0, [5, 6]), end].join("\n");
    const original = parseIntelHex(whole, flashBytes);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.constantFrom(..."0123456789ABCDEF:"), (at, to) => {
        const changed = parseIntelHex(whole.slice(0, at) + to + whole.slice(at + 1), flashBytes);
        if (changed.ok) expect(changed).toEqual(original);
      }),
    );
  });
});
