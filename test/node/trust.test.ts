/** Whom a node trusts, out of its detector's word and the group's view. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/kernel/ids.js";
import { Trust } from "../../src/node/trust.js";

const peer = nodeId("b");
const [watched, left] = [true, false];

describe("trust", () => {
  it("follows the detector where it watches the peer, whatever others say", () => {
    const trust = new Trust();
    expect(trust.view(peer, "suspected", watched)).toBe(null);
    expect(trust.hear("peer-suspected", peer, watched)).toEqual({ kind: "peer-suspected", peer });
    expect(trust.view(peer, "dead", watched)).toBe(null);
    expect(trust.hear("peer-trusted", peer, watched)).toEqual({ kind: "peer-trusted", peer });
  });

  it("follows the group where the topology leaves the peer to others", () => {
    const trust = new Trust();
    expect(trust.view(peer, "suspected", left)).toEqual({ kind: "peer-suspected", peer });
    expect(trust.view(peer, "dead", left)).toBe(null);
    expect(trust.view(peer, "alive", left)).toEqual({ kind: "peer-trusted", peer });
  });

  it("tells each change once, and begins with trust", () => {
    const trust = new Trust();
    expect(trust.view(peer, "alive", left)).toBe(null);
    expect(trust.view(peer, "expected", left)).toBe(null);
    expect(trust.hear("peer-suspected", peer, watched)?.kind).toBe("peer-suspected");
    expect(trust.hear("peer-suspected", peer, watched)).toBe(null);
  });

  it("keeps peers apart", () => {
    const trust = new Trust();
    trust.hear("peer-suspected", peer, watched);
    expect(trust.hear("peer-trusted", nodeId("c"), watched)).toBe(null);
  });
});
