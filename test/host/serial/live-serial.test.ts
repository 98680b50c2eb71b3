/** Three replicas as processes, with UDP and a triangle of serial lines. */
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { LiveStatus } from "../../../src/host/live-status.js";
import { connect } from "../../../src/host/state/client.js";
import { stateSocketPath } from "../../../src/host/state/state-socket.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { seconds } from "../../../src/kernel/time.js";
import { isBuilt } from "../support/built.js";
import { terminal, whyNoTerminals } from "./support/cable.js";
import { isWhole, lineOf, SerialCluster } from "./support/serial-cluster.js";

const why = whyNoTerminals();
if (why !== null) console.warn(`SKIPPED, no pseudo terminals here: ${why}`);
const isReady = why === null && isBuilt(["src/cli/main.js"]);

/** A heartbeat of 50 ms, and patience for a machine that is shared with other tests. */
const timing = "{ cycle: 100ms, heartbeat: 50ms, suspectAfter: 1s, lease: 1s, latenessMax: 500ms }";
const heartbeatMs = 50;

/** Lower numbers may be free as well, and are given first. */
const terminalsMax = 64;

const suspicions = (all: readonly LiveStatus[]): number =>
  all.flatMap(({ node }) => node.peers).reduce((sum, peer) => sum + peer.suspicions, 0);

const applied = (status: LiveStatus | undefined): number => status?.node.replica.applied ?? 0;

const votes = ({ node }: LiveStatus): number => node.cycle.cycle;

const isVoted = ({ node }: LiveStatus): boolean =>
  node.sensors.every(({ verdict }) => verdict?.status === "ok");

describe.skipIf(!isReady)("SERIAL-9: replicas with serial lines beside UDP", () => {
  it("go on without UDP, nobody is suspected, and the path that is lost is told", async () => {
    const cluster = await SerialCluster.open(timing);
    const before = await cluster.when((all) => isWhole(all) && all.every(isVoted));
    cluster.relay.isCut = true;
    const cut = await cluster.when((all) =>
      all.every(({ node }) => node.paths.every(({ paths }) => paths[0]?.lost === true)),
    );
    for (const { node } of cut) {
      for (const peer of node.paths) {
        expect(peer).toMatchObject({ level: "degraded", paths: [{ path: "udp" }, {}] });
        expect(peer.paths[1]).toMatchObject({ path: "serial", direction: "both", lost: false });
      }
    }
    const then = await cluster.all();
    const later = await cluster.when((all) =>
      all.every((one, index) => votes(one) > votes(then[index] ?? one) + 10 && isVoted(one)),
    );
    expect(suspicions(later)).toBe(suspicions(before));
    expect(new Set(later.map(({ node }) => node.driver)).size).toBe(1);
    cluster.relay.isCut = false;
    await cluster.when(isWhole);
  }, 60_000);

  it("bring a replica up to date by the lines alone, which take no long frame", async () => {
    const cluster = await SerialCluster.open(timing);
    await cluster.kill("c");
    const paths = [stateSocketPath(cluster.stateDir, nodeId("a"))];
    const client = await connect({ paths, timeout: seconds(30) });
    for (let n = 0; n < 40; n += 1) await client.put(`k/${n}`, "x".repeat(1_000));
    await client.leave();
    const written = await cluster.statusOf("a");
    cluster.relay.isCut = true;
    cluster.start("c");
    await cluster.when(([, , c]) => applied(c) >= applied(written));
    cluster.relay.isCut = false;
  }, 90_000);

  it("notice an unplugged line by themselves, and are back on it under a new number", async () => {
    const cluster = await SerialCluster.open(timing);
    const cable = cluster.cable("a-b");
    const numbers = cable.paths;
    cable.unplug();
    const lost = await cluster.when(
      ([a, b]) => !lineOf(a, "a-b").isOpen && !lineOf(b, "a-b").isOpen,
    );
    expect(Object.values(lineOf(lost[0], "a-b").losses)).toEqual([1]);
    expect(lineOf(lost[2], "b-c")).toMatchObject({ isOpen: true, losses: {} });
    await wait(4 * heartbeatMs);
    // The old numbers are taken, as they are where a program holds on to a device that is gone.
    const taken: string[] = [];
    while (!numbers.every((path) => taken.includes(path)) && taken.length < terminalsMax) {
      taken.push(terminal().path);
    }
    cable.plug();
    expect(cable.paths.filter((path) => numbers.includes(path))).toEqual([]);
    const back = await cluster.when(([a, b]) => lineOf(a, "a-b").isOpen && lineOf(b, "a-b").isOpen);
    expect(lineOf(back[0], "a-b")).toMatchObject({ openings: 2 });
    await cluster.when(isWhole);
  }, 60_000);
});
