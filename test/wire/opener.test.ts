import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AssertionFailure } from "../../src/kernel/assert.js";
import { nodeId } from "../../src/kernel/ids.js";
import { frameBytesMax, frameKinds } from "../../src/wire/envelope.js";
import { checksumMac, hmacSha256 } from "../../src/wire/mac.js";
import { Opener } from "../../src/wire/opener.js";
import { Sealer } from "../../src/wire/sealer.js";
import { plainBody } from "./bodies.js";
import {
  bootOf,
  forge,
  given,
  mac,
  n1,
  n2,
  n3,
  openerOf,
  optionsOf,
  tagAgain,
  windowsOf,
} from "./cluster.js";

const sealerOf = (self = n1): Sealer => new Sealer(optionsOf(self));

describe("WIRE-1: a frame that was sealed is opened", () => {
  it("with its source, boot, sequence, kind and body", () => {
    const sealer = sealerOf();
    const opener = openerOf(n2);
    const from = { ok: true, source: n1, bootId: bootOf(n1) };
    expect(opener.open(sealer.seal("sample", [1, 2.5, null]))).toEqual({
      ...{ ...from, sequence: 1, kind: "sample", body: [1, 2.5, null] },
    });
    expect(opener.open(sealer.seal("membership", null))).toEqual({
      ...{ ...from, sequence: 2, kind: "membership", body: null },
    });
  });

  it("whatever its kind and its body are", () => {
    const kinds = fc.constantFrom(...(Object.keys(frameKinds) as (keyof typeof frameKinds)[]));
    const sealer = sealerOf();
    const opener = openerOf(n2);
    const property = fc.property(kinds, plainBody, (kind, body) => {
      expect(opener.open(sealer.seal(kind, body))).toMatchObject({ ok: true, kind });
      expect(opener.open(sealer.seal(kind, body))).toHaveProperty("body", body);
    });
    fc.assert(property, { numRuns: 500 });
    expect(given(opener)).toEqual({});
  });

  it("with the checksum of a simulator, too", () => {
    const checksum = checksumMac(new Uint8Array(16));
    const sealer = new Sealer(optionsOf(n1, { mac: checksum }));
    const opener = new Opener(optionsOf(n2, { mac: checksum }));
    expect(opener.open(sealer.seal("membership", [7]))).toMatchObject({ ok: true, body: [7] });
  });

  it("from an array that is a part of a longer one", () => {
    const frame = sealerOf().seal("membership", [7]);
    const longer = new Uint8Array(frame.length + 9);
    longer.set(frame, 5);
    const part = longer.subarray(5, 5 + frame.length);
    expect(openerOf(n2).open(part)).toMatchObject({ ok: true, body: [7] });
  });
});

describe("WIRE-2: only who has the key is believed", () => {
  const frame = sealerOf().seal("sample", [1, 2, 3]);

  it("refuses the wrong key", () => {
    const stranger = new Sealer(optionsOf(n1, { mac: hmacSha256(new Uint8Array(32)) }));
    const opener = openerOf(n2);
    const refused = { ok: false, reason: "bad-tag", source: null, bootId: null };
    expect(opener.open(stranger.seal("sample", [1]))).toEqual(refused);
    expect(given(opener)).toEqual({ "bad-tag": 1 });
    expect(windowsOf(opener)).toEqual(windowsOf(openerOf(n2)));
  });

  it("refuses every frame with one bit changed, and then takes the one that was sent", () => {
    const opener = openerOf(n2);
    for (let bit = 0; bit < frame.length * 8; bit += 1) {
      const changed = frame.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(opener.open(changed).ok).toBe(false);
    }
    expect(Object.keys(given(opener)).sort()).toEqual(["bad-tag", "other-cluster", "version"]);
    expect(opener.open(frame).ok).toBe(true);
  });

  it("refuses every frame that was cut short", () => {
    const opener = openerOf(n2);
    for (let length = 0; length < frame.length; length += 1) {
      expect(opener.open(frame.subarray(0, length)).ok).toBe(false);
    }
    expect(given(opener)["too-short"]).toBeGreaterThan(mac.bytes);
    expect(opener.open(frame).ok).toBe(true);
  });

  it("refuses a frame of another cluster before its tag, and one of another version", () => {
    const other = new Sealer(optionsOf(n1, { cluster: "pump-house" }));
    const opener = openerOf(n2);
    const later = frame.slice();
    later[0] = 2;
    expect(opener.open(other.seal("membership", 0))).toMatchObject({ reason: "other-cluster" });
    expect(opener.open(tagAgain(later))).toMatchObject({ reason: "version" });
  });
});

describe("WIRE-3: a frame is as long as it may be, and not longer", () => {
  const bodyOf = (length: number): Uint8Array => new Uint8Array(length);
  const [longest] = Array.from({ length: 40 }, (_, index) => frameBytesMax - 79 + index).filter(
    (length) => fits(length) && !fits(length + 1),
  );

  function fits(length: number): boolean {
    try {
      return sealerOf().seal("state-reply", bodyOf(length)).length <= frameBytesMax;
    } catch {
      return false;
    }
  }

  it("opens the longest", () => {
    const frame = sealerOf().seal("state-reply", bodyOf(longest ?? 0));
    expect(frame.length).toBe(frameBytesMax);
    expect(openerOf(n2).open(frame).ok).toBe(true);
  });

  it("does not seal a longer one: that is a bug of ours", () => {
    expect(() => sealerOf().seal("state-reply", bodyOf((longest ?? 0) + 1))).toThrow(
      AssertionFailure,
    );
  });

  it("refuses a longer one before anything else, right tag or not", () => {
    const opener = openerOf(n2);
    const long = forge({ body: new Uint8Array(frameBytesMax) });
    expect(opener.open(long)).toEqual({
      ...{ ok: false, reason: "too-long", source: null, bootId: null },
    });
    expect(opener.open(new Uint8Array(1_000_000))).toMatchObject({ reason: "too-long" });
  });
});

describe("WIRE-4: a refused frame changes nothing but counts", () => {
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ["malformed", forge({ bootId: 2 ** 48 - 1, sequence: 9, body: new Uint8Array([0xff]) })],
    ["unknown-kind", forge({ bootId: 2 ** 48 - 1, sequence: 9, kindCode: 99 })],
    ["stranger", forge({ source: "n9", sequence: 9 })],
    ["own-frame", forge({ source: "n2", sequence: 9 })],
    ["old-boot", forge({ bootId: bootOf(n1) - 1, sequence: 9 })],
    ["replayed", forge({ sequence: 1 })],
    ["malformed", forge({ sequence: 0 })],
    ["malformed", forge({ source: "Not A Name", sequence: 9 })],
    ["malformed", forge({ source: "n".repeat(33), sequence: 9 })],
    ["malformed", forge({ source: "", sequence: 9, body: new Uint8Array(4) })],
    ["too-short", forge({ sequence: 9, body: new Uint8Array(0) }).subarray(1)],
  ];

  it.each(cases)("%s", (reason, bytes) => {
    const opener = openerOf(n2);
    expect(opener.open(forge({ sequence: 1 })).ok).toBe(true);
    const before = windowsOf(opener);
    expect(opener.open(bytes)).toMatchObject({ ok: false, reason });
    expect(windowsOf(opener)).toEqual(before);
    expect(given(opener)).toEqual({ [reason]: 1 });
    expect(opener.open(forge({ sequence: 2 })).ok).toBe(true);
    expect(opener.peers()[0]).toMatchObject({ received: 2, lost: 0, reordered: 0 });
  });

  it("refuses a header whose name leaves no room for a body", () => {
    const frame = forge({ source: "n1", body: new Uint8Array([0xf6]) });
    frame[18] = 3;
    expect(openerOf(n2).open(tagAgain(frame))).toMatchObject({ reason: "malformed" });
  });

  it("has a count for every reason from the start", () => {
    expect([...openerOf(n2).refusals().values()]).toEqual(Array(12).fill(0));
  });
});

describe("WIRE-5: a frame is taken once", () => {
  it("refuses the same frame again, and takes the next", () => {
    const sealer = sealerOf();
    const opener = openerOf(n2);
    const frame = sealer.seal("override", [1, 2]);
    expect(opener.open(frame).ok).toBe(true);
    expect(opener.open(frame)).toEqual({
      ...{ ok: false, reason: "replayed", source: n1, bootId: bootOf(n1) },
    });
    expect(opener.open(sealer.seal("override", [1, 2])).ok).toBe(true);
  });

  it("takes each of 64 frames once, in any order", () => {
    const sealer = sealerOf();
    const opener = openerOf(n2);
    const frames = Array.from({ length: 64 }, (_, index) => sealer.seal("sample", index));
    for (const frame of frames.toReversed()) expect(opener.open(frame).ok).toBe(true);
    for (const frame of frames) expect(opener.open(frame)).toMatchObject({ reason: "replayed" });
    expect(opener.peers()[0]).toMatchObject({ received: 64, duplicated: 64, reordered: 63 });
  });

  it("refuses a frame that is more than a window behind, seen or not", () => {
    const opener = openerOf(n2);
    opener.open(forge({ sequence: 1_000 }));
    expect(opener.open(forge({ sequence: 937 })).ok).toBe(true);
    expect(opener.open(forge({ sequence: 936 }))).toMatchObject({ reason: "replayed" });
    expect(opener.peers()[0]).toMatchObject({ tooOld: 1, duplicated: 0 });
  });

  it("has one window per peer: one's frames are no replays of another's", () => {
    const opener = openerOf(n3);
    expect(opener.open(sealerOf(n1).seal("membership", 1)).ok).toBe(true);
    expect(opener.open(sealerOf(n2).seal("membership", 1)).ok).toBe(true);
  });
});

describe("WIRE-6: a boot ends all boots before it", () => {
  const older = new Sealer(optionsOf(n1));
  const newer = new Sealer(optionsOf(n1, { bootId: bootOf(n1) + 1 }));
  const recorded = [older.seal("membership", 1), older.seal("membership", 2)];
  const [first = new Uint8Array(), second = new Uint8Array()] = recorded;

  it("refuses frames of an older boot, unseen ones too", () => {
    const opener = openerOf(n2);
    expect(opener.open(first).ok).toBe(true);
    expect(opener.open(newer.seal("membership", 1))).toMatchObject({ ok: true, sequence: 1 });
    expect(opener.open(second)).toEqual({
      ...{ ok: false, reason: "old-boot", source: n1, bootId: bootOf(n1) },
    });
    expect(opener.peers()[0]).toMatchObject({ bootId: bootOf(n1) + 1, received: 2, lost: 0 });
  });

  it("does not refuse them while no newer boot was heard", () => {
    const opener = openerOf(n2);
    expect(opener.open(first).ok).toBe(true);
    expect(opener.open(second).ok).toBe(true);
  });

  it("asserts a boot id that does not fit", () => {
    for (const bootId of [-1, 1.5, 2 ** 48, Number.NaN]) {
      expect(() => new Sealer(optionsOf(n1, { bootId }))).toThrow(AssertionFailure);
    }
  });
});

describe("WIRE-7: who is not a peer is refused, key or not", () => {
  it("refuses a stranger, and names it", () => {
    const stranger = new Sealer(optionsOf(n1, { self: nodeId("n9") }));
    const opener = openerOf(n2);
    const refused = { ok: false, reason: "stranger", source: "n9", bootId: bootOf(n1) };
    expect(opener.open(stranger.seal("membership", 0))).toEqual(refused);
    expect(opener.peers().map(({ peer }) => peer)).toEqual([n1, n3]);
  });

  it("refuses its own frames, echoed or sent in its name", () => {
    expect(openerOf(n1).open(sealerOf(n1).seal("membership", 0))).toEqual({
      ...{ ok: false, reason: "own-frame", source: n1, bootId: bootOf(n1) },
    });
  });

  it("refuses a frame in which one peer's name was put in the place of another's", () => {
    const frame = sealerOf(n1).seal("membership", 0);
    frame[20] = "3".charCodeAt(0);
    const opener = openerOf(n2);
    expect(opener.open(frame)).toMatchObject({ reason: "bad-tag", source: null });
    expect(opener.peers().map(({ received }) => received)).toEqual([0, 0]);
  });

  it("asserts that a node is not its own peer", () => {
    expect(() => new Opener(optionsOf(n1, { peers: [n1] }))).toThrow(AssertionFailure);
  });
});

describe("WIRE-8: loss, duplication and reordering are counted per peer", () => {
  const arriving = (...sequences: readonly number[]) => {
    const opener = openerOf(n2);
    for (const sequence of sequences) opener.open(forge({ sequence }));
    const [counts] = opener.peers();
    return [counts?.received, counts?.lost, counts?.duplicated, counts?.reordered];
  };

  it.each([
    ["nothing wrong", [1, 2, 3], [3, 0, 0, 0]],
    ["two lost", [1, 4], [2, 2, 0, 0]],
    ["one twice", [1, 1, 2], [2, 0, 1, 0]],
    ["one overtaken, and so not lost", [1, 3, 2], [3, 0, 0, 1]],
    ["one overtaken, one lost", [1, 4, 2], [3, 1, 0, 1]],
    ["what went before the first is not missed", [500, 501], [2, 0, 0, 0]],
    ["nor is it counted off when it comes late", [500, 499, 502], [3, 1, 0, 1]],
  ])("%s", (_about, sequences, counts) => {
    expect(arriving(...sequences)).toEqual(counts);
  });

  it("keeps its counts over a boot, and does not count the gap between boots", () => {
    const opener = openerOf(n2);
    for (const sequence of [1, 3]) opener.open(forge({ sequence }));
    for (const sequence of [900, 902]) opener.open(forge({ sequence, bootId: bootOf(n1) + 1 }));
    expect(opener.peers()[0]).toMatchObject({ received: 4, lost: 2, reordered: 0 });
  });

  it("does not count as lost what was sent to others only", () => {
    const sealer = sealerOf();
    const opener = openerOf(n2);
    opener.open(sealer.seal("membership", 0));
    // The first directed frame begins a window; only the ones after it could leave a gap.
    opener.open(sealer.seal("override", [1, 2], "some"));
    for (let round = 0; round < 5; round += 1) sealer.seal("override", [1, 2], "some");
    opener.open(sealer.seal("override", [1, 2], "some"));
    opener.open(sealer.seal("membership", 0));
    expect(opener.peers()[0]).toMatchObject({ received: 4, lost: 0 });
  });

  it("and takes those once, too", () => {
    const sealer = sealerOf();
    const opener = openerOf(n2);
    const frame = sealer.seal("override", [1, 2], "some");
    opener.open(sealer.seal("membership", 0));
    expect(opener.open(frame)).toMatchObject({ ok: true, sequence: 1 });
    expect(opener.open(frame)).toMatchObject({ reason: "replayed" });
  });
});

describe("WIRE-12: a sealed frame", () => {
  it("is the sealer's no more: the next leaves it as it is", () => {
    const sealer = sealerOf();
    const frame = sealer.seal("sample", [1]);
    const copy = frame.slice();
    sealer.seal("sample", [2]);
    expect(frame).toEqual(copy);
    expect(frame.byteLength).toBe(frame.buffer.byteLength);
  });

  it("is laid out as the header of envelope.ts says", () => {
    const sealer = new Sealer(optionsOf(n1, { cluster: "123456789", bootId: 0x0102_0304_0506 }));
    const frame = sealer.seal("sample", [1]);
    const header = "01 02 e3069283 010203040506 000000000001 02 6e31 8101".replaceAll(" ", "");
    expect(Buffer.from(frame.subarray(0, -16)).toString("hex")).toBe(header);
    expect(sealer.seal("sample", [1], "some")[1]).toBe(0x82);
  });
});
