/**
 * Frames by the hundred thousand that nobody would send. Half of them carry a right tag, because
 * what lies behind the tag must stand alone: a peer may be broken, and a key may be lost.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { Prng } from "../../src/kernel/prng.js";
import { frameBytesMax } from "../../src/wire/envelope.js";
import type { Opener, Refusal } from "../../src/wire/opener.js";
import { Sealer } from "../../src/wire/sealer.js";
import { forge, given, n1, n2, openerOf, optionsOf, tagAgain, windowsOf } from "./cluster.js";

const untaggedCount = 120_000;
const taggedCount = 120_000;

/** What may stay after all that, in bytes; the frames themselves were over 30 MB. */
const growthMax = 8 * 1024 * 1024;

const sealer = new Sealer(optionsOf(n1));
const bodies: readonly unknown[] = [
  [
    12_345,
    1_763_843_990_123,
    null,
    3,
    [1, -2, null],
    [
      [21.5, 1_200],
      [null, 0],
    ],
  ],
  { state: { sum: 1.5, log: ["on", "off", "…"], deep: [[[[{}]]]] }, bytes: new Uint8Array(9) },
  null,
  [7],
];

const seeds = (prng: Prng): Uint8Array => sealer.seal("sample", bodies[prng.below(bodies.length)]);

type Mutation = (frame: Uint8Array, prng: Prng) => Uint8Array;

const flipBits: Mutation = (frame, prng) => {
  for (let count = 1 + prng.below(4); count > 0; count -= 1) {
    const at = prng.below(frame.length);
    frame[at] = (frame[at] ?? 0) ^ (1 << prng.below(8));
  }
  return frame;
};

/** The bytes on which decoders trip: heads of tags, lengths, breaks, limits of integers. */
const odd = [
  0x1b, 0x3b, 0x5f, 0x7f, 0x9a, 0x9f, 0xba, 0xbf, 0xc2, 0xd8, 0xd9, 0xdf, 0xf7, 0xfb, 0xff,
];

const placeOdd: Mutation = (frame, prng) => {
  for (let count = 1 + prng.below(4); count > 0; count -= 1) {
    frame[prng.below(frame.length)] = odd[prng.below(odd.length)] ?? 0;
  }
  return frame;
};

const truncate: Mutation = (frame, prng) => frame.slice(0, prng.below(frame.length));

const splice: Mutation = (frame, prng) => {
  const other = seeds(prng);
  const start = frame.subarray(0, prng.below(frame.length));
  return new Uint8Array([...start, ...other.subarray(prng.below(other.length))]);
};

const randomBytes: Mutation = (_frame, prng) =>
  Uint8Array.from({ length: prng.below(200) }, () => prng.below(256));

const lengthen: Mutation = (frame, prng) => {
  const long = new Uint8Array(frameBytesMax - 50 + prng.below(100));
  long.set(frame);
  return long;
};

const mutations = [flipBits, placeOdd, truncate, splice, randomBytes];

function mutate(prng: Prng): Uint8Array {
  const mutation = prng.chance(0.01) ? lengthen : mutations[prng.below(mutations.length)];
  return mutation?.(seeds(prng), prng) ?? new Uint8Array();
}

/** A frame of n1 whose body was mutated, or whose whole header was, under a right tag. */
function mutateBehindTag(prng: Prng, sequence: number): Uint8Array {
  if (prng.chance(0.03)) {
    const frame = mutate(prng);
    return frame.length < 16 ? frame : tagAgain(frame);
  }
  const body = seeds(prng).slice(21, -16);
  const mutation = mutations[prng.below(mutations.length)];
  return forge({ sequence, body: mutation?.(body, prng) ?? body });
}

/** Opens a frame, and says whether a refusal left every window as it was. */
function openAndCompare(opener: Opener, bytes: Uint8Array): boolean {
  const before = windowsOf(opener);
  const opened = opener.open(bytes);
  if (opened.ok) return true;
  return JSON.stringify(windowsOf(opener)) === JSON.stringify(before);
}

function settledHeap(): number {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  collect();
  return process.memoryUsage().heapUsed;
}

describe(`WIRE-18: ${untaggedCount + taggedCount} mutated frames`, () => {
  it("without the key: none is opened that was not sealed, and no window changes", () => {
    const prng = new Prng(180);
    const opener = openerOf(n2);
    const before = settledHeap();
    let opened = 0;
    for (let count = 0; count < untaggedCount; count += 1) {
      const bytes = mutate(prng);
      opened += opener.open(bytes).ok ? 1 : 0;
    }
    expect(settledHeap() - before).toBeLessThan(growthMax);
    // A splice at the seam of two frames of one length is now and then a whole frame.
    expect(opened).toBeLessThan(untaggedCount / 100);
    const refused = Object.values(given(opener)).reduce((sum, count) => sum + count, 0);
    expect(opened + refused).toBe(untaggedCount);
    const [counts, other] = windowsOf(opener);
    expect([counts?.received, other?.received]).toEqual([opened, 0]);
    for (const reason of [
      "bad-tag",
      "too-short",
      "too-long",
      "version",
      "other-cluster",
    ] as const) {
      expect([reason, opener.refusals().get(reason)]).not.toEqual([reason, 0]);
    }
  });

  it("with the key: each is opened or refused, and the refused change no window", () => {
    const prng = new Prng(181);
    const before = settledHeap();
    const refusals = new Map<Refusal, number>();
    let opened = 0;
    for (let round = 0; round < taggedCount / framesPerOpener; round += 1) {
      const opener = openerOf(n2);
      openMany(opener, prng, round);
      opened += opener.peers()[0]?.received ?? 0;
      for (const [reason, count] of opener.refusals()) {
        refusals.set(reason, (refusals.get(reason) ?? 0) + count);
      }
    }
    expect(settledHeap() - before).toBeLessThan(growthMax);
    // Both paths were walked: bodies that survived their mutation, and bodies that did not.
    expect(opened).toBeGreaterThan(taggedCount / 20);
    const reasons = ["malformed", "stranger", "unknown-kind", "replayed", "old-boot"] as const;
    for (const reason of reasons) {
      expect([reason, (refusals.get(reason) ?? 0) > 0]).toEqual([reason, true]);
    }
  });
});

/** A mutated header with a right tag may bring a boot id after which all others are old. */
const framesPerOpener = 100;

function openMany(opener: Opener, prng: Prng, round: number): void {
  for (let sequence = 1; sequence <= framesPerOpener; sequence += 1) {
    if (openAndCompare(opener, mutateBehindTag(prng, sequence))) continue;
    expect.fail(`seed 181, round ${round}, frame ${sequence}: a refused frame changed a window`);
  }
}
