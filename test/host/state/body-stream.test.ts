import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BodyReader, BodyWriter } from "../../../src/host/state/body-stream.js";

const body = fc.record({
  id: fc.nat(),
  text: fc.string(),
  bytes: fc.uint8Array({ maxLength: 40 }),
});

function written(bodies: readonly unknown[]): Uint8Array {
  const writer = new BodyWriter();
  for (const one of bodies) writer.add(one);
  return writer.take();
}

describe("bodies on a stream", () => {
  it("STATE-SOCK-1 come out as they went in, however the stream is cut", () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(body), cuts, (bodies, sizes) => {
        const [bytes, reader] = [written(bodies), new BodyReader(10_000)];
        const read: unknown[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const end = at + (sizes[turn % sizes.length] ?? 1);
          read.push(...(reader.take(bytes.subarray(at, end)) ?? []));
          at = end;
        }
        expect(read).toEqual(bodies);
      }),
    );
  });

  it("STATE-SOCK-1 a body of the greatest length is taken, one byte more is not", () => {
    const bytes = written([new Uint8Array(97)]);
    expect(new BodyReader(99).take(bytes)).toHaveLength(1);
    expect(new BodyReader(98).take(bytes)).toBeNull();
  });

  it("STATE-SOCK-1 too long a body is refused before it has come", () => {
    const reader = new BodyReader(100);
    expect(reader.take(Uint8Array.of(101, 0, 0))).toEqual([]);
    expect(reader.take(Uint8Array.of(0))).toBeNull();
  });

  it.each([
    ["undefined", [1, 0, 0, 0, 0xf7]],
    ["nothing", [0, 0, 0, 0]],
    ["two items", [2, 0, 0, 0, 1, 1]],
    ["a tag", [2, 0, 0, 0, 0xc1, 1]],
  ])("STATE-SOCK-1 what is not plain data is refused: %s", (_, bytes) => {
    expect(new BodyReader(100).take(Uint8Array.from(bytes))).toBeNull();
  });

  it("a writer gathers anew after it was emptied", () => {
    const writer = new BodyWriter();
    writer.add({ a: new Uint8Array(10_000) });
    expect(writer.take().length).toBeGreaterThan(10_000);
    writer.add(1);
    expect([...writer.take()]).toEqual([1, 0, 0, 0, 1]);
    expect(writer.take()).toHaveLength(0);
  });
});
