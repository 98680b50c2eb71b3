import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asciiJson, crcOfAscii } from "../../src/replay/ascii-crc.js";
import { fromBase64, toBase64 } from "../../src/replay/base64.js";

describe("base 64", () => {
  it("is that of everybody else (RFC 4648 section 4), and comes back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const text = toBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString("base64"));
        expect(fromBase64(text)).toEqual(bytes);
      }),
    );
  });

  it("reads anything without a throw; a strange character counts as zero bits", () => {
    fc.assert(fc.property(fc.string(), (text) => fromBase64(text).length <= text.length));
    expect(fromBase64("A!AA")).toEqual(fromBase64("AAAA"));
  });
});

describe("JSON in ASCII", () => {
  it("means the same, and has a check", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const json = asciiJson({ text });
        expect(crcOfAscii(json)).not.toBeNull();
        expect(JSON.parse(json)).toEqual({ text });
      }),
    );
  });

  it("has no check where a character is not ASCII", () => {
    expect(crcOfAscii("grün")).toBeNull();
  });
});
