/**
 * The verdict of real serf agents on a third that fell silent, from
 * ../shared/oracles/memberlist-wire.json.
 */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/kernel/ids.js";
import { readOracle } from "../support/oracles.js";
import { evidenceAt } from "./support/scripted-detector.js";
import { Single } from "./support/single.js";

interface Capture {
  readonly packets: readonly { readonly dir: string; readonly types: readonly string[] }[];
}

const oracle = readOracle<Capture>("memberlist-wire.json");

/** When a packet of the type was first captured, in seconds. */
function firstSeen(type: string): number {
  const packet = oracle?.packets.find(({ types }) => types.includes(type));
  return Number(/udp-in ([0-9.]+) /.exec(packet?.dir ?? "")?.[1]);
}

describe.skipIf(oracle === null)("MEMBER-8: of three members of which one is silent", () => {
  it("it is given up as long after the suspicion as by serf, with serf's settings", () => {
    const serfTook = firstSeen("dead") - firstSeen("suspect");
    expect(serfTook).toBeGreaterThan(0);
    // memberlist's suspicion multiplier of 4 wants two confirmations, which three cannot give.
    const single = new Single({ settings: { suspicionAlpha: 4, confirmations: 2 } });
    for (const name of ["n2", "ts1"]) single.hear(name);
    const peer = nodeId("ts1");
    single.detect({ kind: "peer-suspected", peer, evidence: evidenceAt(0) });
    single.pass(serfTook - 0.1);
    expect(single.stateOf("ts1")).toBe("suspected");
    single.pass(0.2);
    expect(single.stateOf("ts1")).toBe("dead");
  });
});
