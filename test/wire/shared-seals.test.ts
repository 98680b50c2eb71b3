import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/kernel/ids.js";
import { hmacSha256 } from "../../src/wire/mac.js";
import { Opener } from "../../src/wire/opener.js";
import { Sealer } from "../../src/wire/sealer.js";
import { SharedSeals } from "../../src/wire/shared-seals.js";

const [a, b, c] = [nodeId("a"), nodeId("b"), nodeId("c")];
const mac = hmacSha256(new Uint8Array(32).fill(5));
const wire = { cluster: "test", bootId: 3, mac };
const seals = (): SharedSeals =>
  new SharedSeals(new Sealer({ ...wire, self: a, peers: [b, c] }), "replication");

describe("bodies that go to several peers", () => {
  it("are sealed once, and each peer opens the frame once", () => {
    const shared = seals();
    const body = [1, 2, 3];
    const [toB, toC] = [shared.seal(body), shared.seal(body)];
    expect(toC).toBe(toB);
    for (const self of [b, c]) {
      const peers = [a, b, c].filter((peer) => peer !== self);
      const opener = new Opener({ ...wire, self, peers });
      expect(opener.open(toB)).toMatchObject({ ok: true, source: a, body });
      expect(opener.open(toC)).toMatchObject({ ok: false, reason: "replayed" });
    }
  });

  it("are told apart by what they are, not by what they say", () => {
    const shared = seals();
    expect(shared.seal([1])).not.toEqual(shared.seal([1]));
  });

  it("are forgotten after a few others", () => {
    const shared = seals();
    const body = [0];
    const frame = shared.seal(body);
    for (let other = 1; other <= 7; other += 1) shared.seal([other]);
    expect(shared.seal(body)).toBe(frame);
    shared.seal([8]);
    expect(shared.seal(body)).not.toEqual(frame);
  });
});
