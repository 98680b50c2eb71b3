import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fastHmacSha256 } from "../../src/host/fast-mac.js";
import { hmacSha256 } from "../../src/wire/mac.js";

const key = new Uint8Array(32).fill(7);
const [fast, plain] = [fastHmacSha256(key), hmacSha256(key)];

describe("the authenticator of the live host", () => {
  it("FAST-MAC-1 makes the tags of the plain one, and checks them, of any length", () => {
    const data = fc.uint8Array({ maxLength: 2_000 });
    fc.assert(
      fc.property(data, (bytes) => {
        const tag = fast.tag(bytes);
        expect([...tag]).toEqual([...plain.tag(bytes)]);
        expect([fast.verify(bytes, tag), plain.verify(bytes, tag)]).toEqual([true, true]);
      }),
    );
  });

  it.each([100, 511, 512, 7_000])("FAST-MAC-1 refuses another tag, of %i bytes", (length) => {
    const bytes = new Uint8Array(length).fill(3);
    const tag = fast.tag(bytes);
    for (let place = 0; place < tag.length; place += 1) {
      const bent = tag.slice();
      bent[place] = (bent[place] ?? 0) ^ 1;
      expect(fast.verify(bytes, bent)).toBe(false);
    }
    expect(fast.verify(bytes, tag.slice(1))).toBe(false);
    expect(fast.verify(bytes, new Uint8Array(17))).toBe(false);
    expect(fastHmacSha256(new Uint8Array(32)).verify(bytes, tag)).toBe(false);
  });

  it("FAST-MAC-1 a tag is the caller's, whatever is tagged next", () => {
    const [one, other] = [new Uint8Array(600).fill(1), new Uint8Array(600).fill(2)];
    const tag = fast.tag(one);
    fast.tag(other);
    expect(fast.verify(one, tag)).toBe(true);
  });
});
