/**
 * What every profile of E2E protection must do, whatever its header looks like. The ids are those
 * of src/codes/e2e/README.md. The profiles' own tests call this with a way to name a stream.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dataIdModeDefault, type E2eProfile } from "../../src/codes/e2e/profile.js";
import { type E2eReceiverOptions, e2eReceiver } from "../../src/codes/e2e/receiver.js";
import { e2eSender } from "../../src/codes/e2e/sender.js";
import type { E2eStreamOptions } from "../../src/codes/e2e/stream.js";

export interface ProfileUnderTest {
  readonly title: string;
  readonly profile: E2eProfile;
  /** Of one stream with payloads of ten bytes. */
  readonly options: E2eStreamOptions & { readonly payloadBytes: number };
  /** The data id of another stream that this one must be told from. */
  readonly strangerId: number;
}

const payload = Uint8Array.from({ length: 10 }, (_, index) => 0x11 * index);

/** The frame of one payload, with this counter. */
export function frameOf(options: E2eStreamOptions, bytes: Uint8Array, counter = 0): Uint8Array {
  const protection = e2eSender({ ...options, counter }).protect(bytes);
  if (!protection.ok) return expect.fail(protection.reason);
  return protection.frame;
}

export function e2eProfileContract(under: ProfileUnderTest): void {
  describe(`${under.title} keeps the contract of E2E profiles`, () => {
    carryingRules(under);
    countingRules(under);
    corruptionRules(under);
    masqueradeRules(under);
    refusalRules(under);
  });
}

/** A receiver that has just taken the frame before that with counter 1. */
function receiverAtOne(options: E2eReceiverOptions) {
  const receiver = e2eReceiver(options);
  expect(receiver.check(frameOf(options, payload, 0)).status).toBe("OK");
  return receiver;
}

function carryingRules({ profile, options }: ProfileUnderTest): void {
  it("E2E-2: gives back every payload, of every length and with the header anywhere", () => {
    const longest = Math.min(profile.frameBytesMax - profile.headerBytes, 300);
    const anyPayload = fc.uint8Array({ maxLength: longest });
    const property = fc.property(anyPayload, fc.nat(1_000), (bytes, dice) => {
      const offset = dice % (bytes.length + 1);
      const stream = { ...options, payloadBytes: bytes.length, offset };
      const frame = frameOf(stream, bytes);
      expect(frame.length).toBe(bytes.length + profile.headerBytes);
      const check = e2eReceiver(stream).check(frame);
      expect(check).toMatchObject({ status: "OK", counter: 0, lost: 0 });
      expect("payload" in check && check.payload).toEqual(bytes);
    });
    fc.assert(property);
  });

  it("E2E-2: takes the longest frame, and nothing longer", () => {
    const longest = new Uint8Array(profile.frameBytesMax - profile.headerBytes).fill(0x5a);
    const stream = { ...options, payloadBytes: longest.length };
    const frame = frameOf(stream, longest);
    expect(e2eReceiver(stream).check(frame).status).toBe("OK");
    const longer = new Uint8Array(frame.length + 1);
    longer.set(frame);
    expect(e2eReceiver(stream).check(longer)).toMatchObject({ status: "ERROR", reason: "length" });
  });

  it("E2E-2: keeps neither the payload nor the frame that it was given", () => {
    const given = payload.slice();
    const frame = frameOf(options, given);
    given.fill(0);
    const check = e2eReceiver(options).check(frame);
    frame.fill(0);
    expect("payload" in check && check.payload).toEqual(payload);
  });
}

function countingRules({ profile, options }: ProfileUnderTest): void {
  it("E2E-2: counts from 0 to its last counter and round again", () => {
    const last = profile.counters - 1;
    const sender = e2eSender({ ...options, counter: last });
    const receiver = e2eReceiver(options);
    receiver.check(frameOf(options, payload, last - 1));
    const counters = [last, 0, 1].map((expected) => {
      expect(sender.counter).toBe(expected);
      const protection = sender.protect(payload);
      const check = protection.ok ? receiver.check(protection.frame) : null;
      expect(check?.status).toBe("OK");
      return check !== null && "counter" in check ? check.counter : null;
    });
    expect(counters).toEqual([last, 0, 1]);
    expect(() => e2eSender({ ...options, counter: profile.counters })).toThrow("counter");
  });

  it("E2E-4: judges every step of a short counter, and those of a long one at the limits", () => {
    const { counters } = profile;
    const all = Array.from({ length: Math.min(counters, 256) }, (_, delta) => delta);
    const deltas = [...all, counters - 2, counters - 1];
    const starts = [0, 5, counters - 1];
    const steps = starts.flatMap((start) => deltas.map((delta) => ({ start, delta })));
    for (const maxDeltaCounter of [1, 3, counters - 1]) {
      for (const { start, delta } of steps) {
        const receiver = e2eReceiver({ ...options, maxDeltaCounter });
        receiver.check(frameOf(options, payload, start));
        const check = receiver.check(frameOf(options, payload, (start + delta) % counters));
        expect(check.status).toBe(statusByTable(delta, maxDeltaCounter));
        if ("lost" in check) expect(check.lost).toBe(delta - 1);
        expect("payload" in check).toBe(delta >= 1 && delta <= maxDeltaCounter);
      }
    }
  });
}

function statusByTable(delta: number, maxDelta: number): string {
  if (delta === 0) return "REPEATED";
  if (delta > maxDelta) return "WRONG_SEQUENCE";
  return delta === 1 ? "OK" : "OK_SOME_LOST";
}

function corruptionRules({ options }: ProfileUnderTest): void {
  it("E2E-3: finds every error of one bit, wherever the header is", () => {
    for (const offset of [0, 4, payload.length]) {
      const stream = { ...options, offset };
      const good = frameOf(stream, payload, 1);
      for (let bit = 0; bit < good.length * 8; bit += 1) {
        const receiver = receiverAtOne(stream);
        const changed = good.slice();
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const check = receiver.check(changed);
        expect(check.status).toBe("ERROR");
        expect("reason" in check && check.reason).toMatch(/^(crc|length)$/);
        expect(receiver.check(good).status).toBe("OK");
      }
    }
  });

  it("E2E-3: finds a frame that was cut or has more at its end", () => {
    const good = frameOf(options, payload, 1);
    const { payloadBytes: _, ...anyLength } = options;
    const receivers = [receiverAtOne(options)];
    if (options.profile !== "P01" && options.profile !== "P02" && options.profile !== "P05") {
      receivers.push(receiverAtOne(anyLength));
    }
    for (const receiver of receivers) {
      for (let length = 0; length < good.length; length += 1) {
        const check = receiver.check(good.subarray(0, length));
        expect(check).toMatchObject({ status: "ERROR", reason: "length" });
      }
      const longer = Uint8Array.from([...good, 0]);
      expect(receiver.check(longer)).toMatchObject({ status: "ERROR", reason: "length" });
      expect(receiver.check(good).status).toBe("OK");
    }
  });

  it("E2E-6: answers any bytes at all, and is as ready as before for the next frame", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const receiver = receiverAtOne({ ...options, maxDeltaCounter: 1 });
      const check = receiver.check(bytes);
      if (check.status !== "ERROR") return;
      expect(receiver.check(frameOf(options, payload, 1)).status).toBe("OK");
    });
    fc.assert(property, { numRuns: 1_000 });
  });
}

function masqueradeRules({ profile, options, strangerId }: ProfileUnderTest): void {
  const stranger = { ...options, dataId: strangerId };

  it("E2E-5: names the frame of a stranger that it was told of", () => {
    const receiver = receiverAtOne({ ...options, strangers: [strangerId] });
    const check = receiver.check(frameOf(stranger, payload, 1));
    expect(check).toMatchObject({ status: "ERROR", reason: "data-id" });
    expect(receiver.check(frameOf(options, payload, 1)).status).toBe("OK");
  });

  it("E2E-5: refuses it just the same when it was not told", () => {
    const check = receiverAtOne(options).check(frameOf(stranger, payload, 1));
    const reason = profile.tellsDataId ? "data-id" : "crc";
    expect(check).toMatchObject({ status: "ERROR", reason });
  });

  it("E2E-5: a stranger's frame of another length is a stranger's all the same", () => {
    const shorter = { ...stranger, payloadBytes: 4 };
    const receiver = receiverAtOne({ ...options, strangers: [strangerId] });
    const check = receiver.check(frameOf(shorter, payload.subarray(0, 4), 1));
    expect(check).toMatchObject({ status: "ERROR", reason: "data-id" });
  });

  it("E2E-5: calls no frame of its own a stranger's, changed or not", () => {
    const receiver = receiverAtOne({ ...options, strangers: [strangerId] });
    const good = frameOf(options, payload, 1);
    const changed = good.slice();
    changed[good.length - 1] = (changed[good.length - 1] ?? 0) ^ 1;
    expect(receiver.check(changed)).toMatchObject({ status: "ERROR", reason: "crc" });
    expect(receiver.check(good).status).toBe("OK");
  });

  it("E2E-5: there is no telling a stream from itself", () => {
    const strangers = [strangerId, options.dataId];
    expect(() => e2eReceiver({ ...options, strangers })).toThrow(`looks like data id`);
  });
}

function refusalRules({ profile, options }: ProfileUnderTest): void {
  const longest = profile.frameBytesMax - profile.headerBytes;

  it("E2E-7: refuses a payload of another length, and does not count it", () => {
    const sender = e2eSender(options);
    for (const length of [0, 9, 11, longest + 1]) {
      const refused = { ok: false, reason: "payload-length" };
      expect(sender.protect(new Uint8Array(length))).toEqual(refused);
    }
    expect(sender.counter).toBe(0);
    expect(sender.protect(payload).ok).toBe(true);
    expect(sender.counter).toBe(1);
  });

  it("E2E-7: refuses options that it could not keep, and takes the last that it can", () => {
    const idMax = profile.dataIdMax(options.dataIdMode ?? dataIdModeDefault);
    const { counters } = profile;
    const wrong: readonly (readonly [string, Partial<E2eReceiverOptions>])[] = [
      ["dataId", { dataId: idMax + 1 }],
      ["dataId", { dataId: -1 }],
      ["dataId", { dataId: 1.5 }],
      ["payloadBytes", { payloadBytes: longest + 1 }],
      ["payloadBytes", { payloadBytes: Number.NaN }],
      ["payloadBytes", { payloadBytes: 3, offset: 4 }],
      ["offset", { offset: -1 }],
      ["offset", { offset: longest + 1 }],
      ["maxDeltaCounter", { maxDeltaCounter: 0 }],
      ["maxDeltaCounter", { maxDeltaCounter: counters }],
      ["strangers", { strangers: Array.from({ length: 65 }, (_, index) => index + 1_000) }],
    ];
    for (const [name, change] of wrong) {
      expect(() => e2eReceiver({ ...options, ...change })).toThrow(name);
    }
    const last = { ...options, dataId: idMax, payloadBytes: longest, offset: longest };
    expect(e2eReceiver({ ...last, maxDeltaCounter: counters - 1 }).state).toBe("NODATA");
  });
}
