/** WIRE-23 to WIRE-26: an opener that lets in whoever has the key, and a flood of them. */
import { describe, expect, it } from "vitest";
import { AssertionFailure } from "../../src/kernel/assert.js";
import { nodeId } from "../../src/kernel/ids.js";
import { Opener } from "../../src/wire/opener.js";
import { Sealer } from "../../src/wire/sealer.js";
import { bootOf, forge, given, n1, n2, n3, openerOf, optionsOf, tagAgain } from "./cluster.js";

const n9 = nodeId("n9");

const openTo = (peersMax: number, peers = [n1]): Opener =>
  new Opener(optionsOf(n2, { peers, peersMax }));

const sealerOf = (name: string): Sealer => new Sealer(optionsOf(n1, { self: nodeId(name) }));

const heard = (opener: Opener): string[] => opener.peers().map(({ peer }) => peer);

describe("WIRE-23: with open admission whoever has the key is heard", () => {
  it("opens a stranger's frame, and takes it once", () => {
    const opener = openTo(8);
    const frame = sealerOf("n9").seal("membership", [1]);
    expect(opener.open(frame)).toMatchObject({ ok: true, source: n9, body: [1] });
    expect(opener.open(frame)).toMatchObject({ ok: false, reason: "replayed", source: n9 });
    expect(heard(opener)).toEqual([n1, n9]);
  });

  it("ends a stranger's older boots by its newer one", () => {
    const opener = openTo(8);
    const [older, newer] = [0, 1].map((more) => {
      const options = optionsOf(n1, { self: n9, bootId: bootOf(n1) + more });
      return new Sealer(options).seal("membership", 0);
    });
    expect(opener.open(newer ?? new Uint8Array()).ok).toBe(true);
    expect(opener.open(older ?? new Uint8Array())).toEqual({
      ...{ ok: false, reason: "old-boot", source: n9, bootId: bootOf(n1) },
    });
  });

  it("gives no memory to a frame without the key, to our own, or to one that is refused", () => {
    const opener = openTo(8);
    const changed = sealerOf("n9").seal("membership", 0);
    changed[20] = (changed[20] ?? 0) ^ 1;
    expect(opener.open(changed)).toMatchObject({ reason: "bad-tag", source: null });
    expect(opener.open(sealerOf("n2").seal("membership", 0))).toMatchObject({
      ...{ reason: "own-frame", source: n2 },
    });
    const malformed = forge({ source: "n9", body: new Uint8Array([0xff]) });
    expect(opener.open(malformed)).toMatchObject({ reason: "malformed", source: n9 });
    expect(opener.open(forge({ source: "n9", kindCode: 99 }))).toMatchObject({
      reason: "unknown-kind",
    });
    expect(heard(opener)).toEqual([n1]);
  });

  it("is not given to an opener that was not told to be open", () => {
    const opener = openerOf(n2);
    expect(opener.open(sealerOf("n9").seal("membership", 0))).toMatchObject({ reason: "stranger" });
    expect(opener.admit(n9)).toBe(false);
    expect(opener.admit(n1)).toBe(true);
    expect(() => opener.forget(n1)).toThrow(AssertionFailure);
  });

  it("asserts room for more than the peers", () => {
    expect(() => openTo(1)).toThrow(AssertionFailure);
    expect(() => openTo(2).admit(n2)).toThrow(AssertionFailure);
  });
});

describe("WIRE-24: at the maximum the guest heard least recently makes room, and no member", () => {
  const speak = (opener: Opener, ...names: string[]): void => {
    for (const name of names) opener.open(sealerOf(name).seal("membership", 0));
  };

  it("forgets the guest that was heard least recently", () => {
    const opener = openTo(4);
    const [g1, g2] = [sealerOf("g1"), sealerOf("g2")];
    for (const sealer of [g1, g2]) opener.open(sealer.seal("membership", 0));
    speak(opener, "g3");
    opener.open(g1.seal("membership", 0));
    speak(opener, "g4");
    expect(heard(opener)).toEqual([n1, "g3", "g1", "g4"]);
  });

  it("keeps whom it was told to admit, heard or not yet heard", () => {
    const opener = openTo(4);
    const member = sealerOf("m1");
    const first = member.seal("membership", 0);
    opener.open(first);
    expect([opener.admit(nodeId("m1")), opener.admit(nodeId("m2"))]).toEqual([true, true]);
    speak(opener, "g1", "g2", "g3");
    expect(heard(opener)).toEqual([n1, "m1", "m2", "g3"]);
    // What was heard of it as a guest still counts.
    expect(opener.open(first)).toMatchObject({ reason: "replayed" });
    expect(opener.open(member.seal("membership", 0)).ok).toBe(true);
  });

  it("admits nobody and hears no guest when members have all the room", () => {
    const opener = openTo(2);
    expect(opener.admit(n3)).toBe(true);
    expect(opener.admit(n9)).toBe(false);
    expect(opener.open(sealerOf("n9").seal("membership", 0))).toMatchObject({
      ...{ ok: false, reason: "no-room", source: n9 },
    });
    opener.forget(n3);
    opener.forget(n3);
    expect(heard(opener)).toEqual([n1, n3]);
    expect(opener.open(sealerOf("n9").seal("membership", 0)).ok).toBe(true);
    expect(heard(opener)).toEqual([n1, n9]);
  });

  it("makes room for a member that takes a guest's", () => {
    const opener = openTo(3);
    speak(opener, "g1", "g2");
    expect(opener.admit(nodeId("m1"))).toBe(true);
    expect(heard(opener)).toEqual([n1, "m1", "g2"]);
  });

  it("remembers the boot of who was a member until others need the room", () => {
    const opener = openTo(3);
    opener.admit(n9);
    const newer = new Sealer(optionsOf(n1, { self: n9, bootId: bootOf(n1) + 1 }));
    opener.open(newer.seal("membership", 0));
    opener.forget(n9);
    expect(opener.open(sealerOf("n9").seal("membership", 0))).toMatchObject({ reason: "old-boot" });
  });
});

describe("WIRE-25: somebody with the key invents names by the thousand", () => {
  it("disturbs no member, and is remembered no more than there is room", () => {
    const opener = openTo(64);
    const member = sealerOf("m1");
    opener.admit(nodeId("m1"));
    for (let count = 0; count < 5_000; count += 1) {
      const frame = forge({ source: `x${count}`, bootId: 2 ** 48 - 1, kindCode: 10 });
      expect(opener.open(frame).ok).toBe(true);
      if (count % 50 === 0) expect(opener.open(member.seal("membership", count)).ok).toBe(true);
      if (count % 97 === 0) expect(opener.peers()).toHaveLength(Math.min(64, count + 3));
    }
    expect(opener.peers()).toHaveLength(64);
    expect(opener.peers()[1]).toMatchObject({ peer: "m1", received: 100, lost: 0 });
    expect(given(opener)).toEqual({});
  });

  it("cannot pass for who it is not without the key", () => {
    const opener = openTo(64);
    const frame = sealerOf("m1").seal("membership", 0);
    frame[20] = "2".charCodeAt(0);
    expect(opener.open(frame)).toMatchObject({ reason: "bad-tag", source: null, bootId: null });
    expect(opener.open(tagAgain(frame))).toMatchObject({ ok: true, source: "m2" });
  });
});

describe("WIRE-26: a frame that came before is known for whose it is", () => {
  it("names its source and boot, so that a second path is seen to carry", () => {
    const opener = openerOf(n2);
    const frame = sealerOf("n1").seal("heartbeat", [1]);
    expect(opener.open(frame).ok).toBe(true);
    expect(opener.open(frame)).toEqual({
      ...{ ok: false, reason: "replayed", source: n1, bootId: bootOf(n1) },
    });
    frame[frame.length - 1] = (frame[frame.length - 1] ?? 0) ^ 1;
    expect(opener.open(frame)).toEqual({
      ...{ ok: false, reason: "bad-tag", source: null, bootId: null },
    });
  });
});
