import { describe, expect, it } from "vitest";
import { type Claim, VoterPromise } from "../../../src/control/lease/promise.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { instant, millis } from "../../../src/kernel/time.js";

const nodes = ["pi-1", "pi-2", "pi-3"].map(nodeId);
const ms = (count: number) => instant(count * 1_000);

const claim = (name: string, round: number, bootId = 1): Claim => ({
  claimant: nodeId(name),
  bootId,
  round,
});

/** A voter that started long ago and has promised nothing. */
function freeVoter(): VoterPromise {
  const promise = new VoterPromise({
    now: ms(0),
    nodes,
    length: millis(30),
    patience: millis(10),
  });
  promise.settle(ms(30));
  return promise;
}

describe("a voter that has just started", () => {
  it("LEASE-4: promises nothing, not even to itself, before its length has passed", () => {
    const promise = new VoterPromise({
      now: ms(5),
      nodes,
      length: millis(30),
      patience: millis(10),
    });
    promise.settle(instant(34_999));
    expect(promise.request(instant(34_999), claim("pi-1", 1))).toBe(false);
    expect(promise.serve(instant(34_999))).toBeNull();
    promise.settle(ms(35));
    expect(promise.request(ms(35), claim("pi-2", 1))).toBe(true);
  });
});

describe("a promise", () => {
  it("LEASE-2: is one claimant's for the whole length from the receipt", () => {
    const promise = freeVoter();
    expect(promise.request(ms(40), claim("pi-1", 1))).toBe(true);
    promise.settle(instant(69_999));
    expect(promise.request(instant(69_999), claim("pi-2", 1))).toBe(false);
    promise.settle(ms(70));
    expect(promise.standing).toEqual({ kind: "free", since: ms(70), last: "pi-1" });
    expect(promise.request(ms(70), claim("pi-3", 1))).toBe(true);
  });

  it("LEASE-2: is prolonged by a newer claim, and not by one repeated or overtaken", () => {
    const promise = freeVoter();
    promise.request(ms(40), claim("pi-1", 2));
    expect(promise.request(ms(45), claim("pi-1", 2))).toBe(false);
    expect(promise.request(ms(45), claim("pi-1", 1))).toBe(false);
    expect(promise.standing).toMatchObject({ until: ms(70) });
    expect(promise.request(ms(50), claim("pi-1", 3))).toBe(true);
    expect(promise.standing).toMatchObject({ until: ms(80) });
  });

  it("LEASE-2: follows its claimant into a new boot, whose rounds begin again", () => {
    const promise = freeVoter();
    promise.request(ms(40), claim("pi-1", 9, 1));
    expect(promise.request(ms(50), claim("pi-1", 1, 2))).toBe(true);
    expect(promise.request(ms(51), claim("pi-1", 10, 1))).toBe(false);
  });

  it("is never a stranger's", () => {
    const promise = freeVoter();
    expect(promise.request(ms(40), claim("pi-9", 1))).toBe(false);
    expect(promise.serve(ms(40))).toBeNull();
    expect(promise.release(ms(40), claim("pi-9", 1))).toBe(false);
  });
});

describe("a release", () => {
  it.each([
    ["of the round promised", claim("pi-1", 5), true],
    ["of a later round", claim("pi-1", 6), true],
    ["overtaken by the request promised", claim("pi-1", 4), false],
    ["of an earlier boot", claim("pi-1", 9, 0), false],
    ["of a later boot, which never had it", claim("pi-1", 9, 2), false],
    ["of another replica", claim("pi-2", 5), false],
  ])("LEASE-5: %s", (_, released, ends) => {
    const promise = freeVoter();
    promise.request(ms(40), claim("pi-1", 5));
    expect(promise.release(ms(41), released)).toBe(ends);
    expect(promise.standing.kind).toBe(ends ? "free" : "promised");
  });

  it("LEASE-5: that overtakes its request makes the request void", () => {
    const promise = freeVoter();
    promise.release(ms(40), claim("pi-1", 5));
    expect(promise.request(ms(41), claim("pi-1", 5))).toBe(false);
    expect(promise.serve(ms(41))).toBeNull();
    expect(promise.request(ms(42), claim("pi-1", 6))).toBe(true);
  });
});

describe("a request that finds the promise taken", () => {
  function takenVoter(): VoterPromise {
    const promise = freeVoter();
    promise.request(ms(40), claim("pi-1", 1));
    return promise;
  }

  it("LEASE-12: waits, and is granted when the promise ends in time", () => {
    const promise = takenVoter();
    promise.request(ms(65), claim("pi-3", 4));
    promise.request(ms(66), claim("pi-2", 7));
    expect(promise.serve(ms(69))).toBeNull();
    promise.settle(ms(70));
    expect(promise.serve(ms(70))).toEqual(claim("pi-3", 4));
    expect(promise.standing).toMatchObject({ kind: "promised", until: ms(100) });
  });

  it("LEASE-12: is forgotten after its patience, or when it is released", () => {
    const promise = takenVoter();
    promise.request(ms(60), claim("pi-3", 4));
    promise.request(ms(66), claim("pi-2", 7));
    promise.release(ms(67), claim("pi-2", 7));
    promise.settle(ms(70));
    expect(promise.serve(ms(70))).toBeNull();
  });

  it("LEASE-12: of two that came together the lower name goes first", () => {
    const promise = takenVoter();
    promise.request(ms(65), claim("pi-3", 1));
    promise.request(ms(65), claim("pi-2", 1));
    promise.settle(ms(70));
    expect(promise.serve(ms(70))).toEqual(claim("pi-2", 1));
  });
});
