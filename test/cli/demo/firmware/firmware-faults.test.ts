/** The faults of the demo's firmware, on a stage that only writes down what is done to it. */
import { describe, expect, it } from "vitest";
import { FirmwareFaults } from "../../../../src/cli/demo/firmware/firmware-faults.js";
import {
  bridgeOf,
  type FirmwareStage,
  type Told,
  voteOf,
} from "../../../../src/cli/demo/staged-site.js";
import { nodeId } from "../../../../src/kernel/ids.js";

const nodes = ["a", "b", "c"].map(nodeId);
const [a = nodeId("a"), b = nodeId("b"), c = nodeId("c")] = nodes;

function rehearsal() {
  const done: string[] = [];
  const heard: string[] = [];
  const on = new Set<string>();
  const told: Told[] = [];
  const stage: FirmwareStage = {
    resets: 0,
    safeAgain: 0,
    hang: (node) => done.push(`hang ${node}`),
    setPlugged: (node, plugged) => done.push(`${plugged ? "plug" : "unplug"} ${node}`),
    setLie: (node, lies) => done.push(`${lies ? "lie" : "truth"} ${node}`),
    takeTold: () => told.splice(0),
    rows: () => [],
  };
  const faults = new FirmwareFaults(stage, nodes, {
    set: (key) => on.add(key),
    clear: (key) => on.delete(key),
    note: (text) => heard.push(text),
    hear: (device, well) => heard.push(`${device} ${well ? "well" : "unwell"}`),
  });
  return { faults, done, heard, on, told };
}

describe("the faults of the demo's firmware", () => {
  it("are of three different replicas, so that a majority is left", () => {
    const { faults, done, on } = rehearsal();
    faults.hang();
    faults.toggleLine();
    faults.toggleLie();
    expect(done).toEqual([`hang ${a}`, `unplug ${b}`, `lie ${c}`]);
    expect([...on]).toEqual([`hang ${a}`, `line ${b}`, `lie ${c}`]);
  });

  it("end at the second press, and all at once; not one that was not on", () => {
    const { faults, done, on } = rehearsal();
    faults.toggleLie();
    faults.toggleLie();
    faults.toggleLine();
    faults.clearAll();
    expect(done).toEqual([`lie ${c}`, `truth ${c}`, `unplug ${b}`, `plug ${b}`]);
    expect(on.size).toBe(0);
  });

  it("call a hang over when that bridge is heard again, and not before", () => {
    const { faults, heard, on, told } = rehearsal();
    faults.hang();
    told.push({ text: "silent", device: bridgeOf(a), well: false });
    told.push({ text: "another is live", device: bridgeOf(b), well: true });
    told.push({ text: "of nobody", device: null, well: true });
    told.push({ text: "a vote is well", device: voteOf(a), well: true });
    faults.look();
    expect([...on]).toEqual([`hang ${a}`]);
    told.push({ text: "live", device: bridgeOf(a), well: true });
    faults.look();
    expect(on.size).toBe(0);
    expect(heard).toContain("of nobody");
    expect(heard).toContain(`${bridgeOf(a)} unwell`);
    expect(heard).toContain(`${bridgeOf(a)} well`);
  });
});
