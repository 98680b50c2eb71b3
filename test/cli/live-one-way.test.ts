/**
 * Frames from one replica to another are lost, and no others: the deaf one may doubt whom it does
 * not hear, but the third hears both, so nobody is ever given up.
 */
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { LinkFaults } from "../../src/host/faulty-link.js";
import { nodeId } from "../../src/kernel/ids.js";
import { isBuilt } from "../host/support/built.js";
import { type Name, WatchedReplicas } from "./support/watched-replicas.js";

const heartbeat = 200;
/** More than the three to be doubted, the four of a suspicion, and two exchanges of lists. */
const blocked = 35 * heartbeat;

const config = (detector: string): string =>
  [
    `timing: { heartbeat: ${heartbeat}ms, watchdog: 60s }`,
    `detection: { detector: ${detector} }`,
    "faultsAllowed: true",
  ].join("\n");

interface Case {
  readonly detector: string;
  /** Whose link loses them, and what it is told: the frames of a to b are lost in each. */
  readonly at: Name;
  readonly faults: Partial<LinkFaults>;
}

const cases: readonly Case[] = [
  { detector: "all-to-all", at: "a", faults: { blockedTargets: [nodeId("b")] } },
  { detector: "all-to-all", at: "b", faults: { blockedSources: [nodeId("a")] } },
  { detector: "swim", at: "a", faults: { blockedTargets: [nodeId("b")] } },
];

describe.skipIf(!isBuilt(["src/cli/main.js", "src/host/watchdog/dog-thread.js"]))(
  "three replicas while the frames of a to b are lost",
  () => {
    it.each(cases)("give nobody up: $detector, lost at $at", async ({ detector, at, faults }) => {
      const cluster = await WatchedReplicas.open(config(detector));
      cluster.setLinkFaults(at, faults);
      await wait(blocked);
      const replicas = await cluster.statusWhen((all) => all.length === 3);
      const hurt = replicas.find(({ node }) => node.node === at)?.host.linkFaults;
      expect(hurt?.blocked).toBeGreaterThan(25);
      expect(cluster.told("member-died")).toEqual([]);
      if (detector === "all-to-all") {
        // b hears nothing of a, says so, and a refutes each time within a moment.
        await cluster.first("peer-suspected", "b", "a", 0);
        await cluster.next("accusation-refuted", "a", 0);
      }
      cluster.setLinkFaults(at, {});
      await cluster.allAlive();
      expect(cluster.told("member-died")).toEqual([]);
    });
  },
);
