/**
 * Replicas in network namespaces, on a network of the kernel's that loses frames without telling
 * anybody: in one direction between two of them, and then all of one, whose cable is pulled.
 */
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { isBuilt } from "../host/support/built.js";
import { Namespaces, whyNoNamespaces } from "./support/namespaces.js";
import { WatchedReplicas } from "./support/watched-replicas.js";

const why = whyNoNamespaces();
if (why !== null) console.warn(`SKIPPED, no network namespaces can be made here: ${why}`);

const heartbeat = 200;
const lost = 35 * heartbeat;
const config = `timing: { heartbeat: ${heartbeat}ms, watchdog: 60s }`;

const isReady = why === null && isBuilt(["src/cli/main.js", "src/host/watchdog/dog-thread.js"]);

describe.skipIf(!isReady)("three replicas on a network between namespaces", () => {
  it("give nobody up by a loss in one direction, and one whose cable is pulled", async () => {
    const network = Namespaces.open();
    const cluster = await WatchedReplicas.open(config, network);
    network.lose("a", "b");
    await wait(lost);
    await cluster.first("peer-suspected", "b", "a", 0);
    await cluster.next("accusation-refuted", "a", 0);
    expect(cluster.told("member-died")).toEqual([]);
    network.restore("a", "b");
    await cluster.allAlive();
    expect(cluster.told("member-died")).toEqual([]);

    network.setCable("c", "down");
    for (const by of ["a", "b"] as const) await cluster.first("member-died", by, "c", 0);
    // To itself it is the others that died.
    for (const about of ["a", "b"] as const) await cluster.first("member-died", "c", about, 0);
    network.setCable("c", "up");
    await cluster.allAlive();
    expect(cluster.told("member-replaced")).toEqual([]);
  });
});
