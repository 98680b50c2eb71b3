/**
 * Frames by the hundred thousand that nobody would send. Half of them carry a right tag, because
 * what lies behind the tag must stand alone: a peer may be broken, and a key may be lost.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { Prng } from "../../src/kernel/prng.js";
import type { Opener, Refusal } from "../../src/wire/opener.js";
import { Sealer } from "../../src/wire/sealer.js";
import { lengthen, mutations } from "../support/mutations.js";
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

function mutate(prng: Prng): Uint8Array {
  const mutation = prng.chance(0.01) ? lengthen : mutations[prng.below(mutations.length)];
  return mutation?.(seeds(prng), prng, () => seeds(prng)) ?? new Uint8Array();
}

/** A frame of n1 whose body was mutated, or whose whole header was, under a right tag. */
function mutateBehindTag(prng: Prng, sequence: number): Uint8Array {
  if (prng.chance(0.03)) {
    const frame = mutate(prng);
    return frame.length < 16 ? frame : tagAgain(frame);
  }
  const body = seeds(prng).slice(21, -16);
  const mutation = mutations[prng.below(mutations.length)];
  return forge({ sequence, body: mutation?.(body, prng, () => seeds(prng)) ?? body });
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
