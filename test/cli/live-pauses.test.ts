/**
 * A replica is stopped and continued, as one whose machine is too busy. Where that is shorter than
 * the time-out nobody is accused; where it is longer the late one blames itself first, judges
 * nobody, and is alive again in its old life.
 */
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { isBuilt } from "../host/support/built.js";
import { memberIn, monotonicNow, WatchedReplicas } from "./support/watched-replicas.js";

/** In milliseconds. */
const heartbeat = 200;
const suspectAfter = 1_500;
/**
 * A peer is heard up to a heartbeat before it stops, and the others wake late by `latenessMax` (300
 * ms) before they blame themselves: all of it is less than `suspectAfter`.
 */
const pause = 0.6 * suspectAfter;
const pauses = 5;

const times = `heartbeat: ${heartbeat}ms, suspectAfter: ${suspectAfter}ms`;
const config = `timing: { ${times}, watchdog: 60s }`;

const judgements = ["peer-suspected", "member-suspected", "member-died"] as const;

const judgedIn = (cluster: WatchedReplicas, since: number, until: number) =>
  judgements
    .flatMap((kind) => cluster.told(kind, null, since))
    .filter(({ at }) => at <= until)
    .map(({ node, event }) => `${node} ${JSON.stringify(event)}`);

/** In milliseconds, from its stop to when it ran again, as it says itself. */
async function pauseOnce(cluster: WatchedReplicas): Promise<number> {
  const stoppedAt = cluster.signal("c", "SIGSTOP");
  await wait(pause);
  cluster.signal("c", "SIGCONT");
  const wokenAt = (await cluster.next("was-late", "c", stoppedAt)).at;
  await wait(2 * heartbeat);
  return (wokenAt - stoppedAt) / 1_000;
}

describe.skipIf(!isBuilt(["src/cli/main.js", "src/host/watchdog/dog-thread.js"]))(
  "three replicas of which one is stopped for a while",
  () => {
    it("accuse nobody where that is shorter than the time-out, again and again", async () => {
      const cluster = await WatchedReplicas.open(config);
      let fair = 0;
      for (let tries = 0; tries < 3 * pauses && fair < pauses; tries += 1) {
        const began = monotonicNow();
        const stopped = await pauseOnce(cluster);
        // A machine so busy that the stop became too long is no witness.
        if (stopped > pause + heartbeat) continue;
        fair += 1;
        expect(judgedIn(cluster, began, monotonicNow())).toEqual([]);
      }
      expect(fair).toBe(pauses);
      expect(cluster.told("member-died")).toEqual([]);
      expect(cluster.told("verdicts-suspended", "c").length).toBeGreaterThanOrEqual(pauses);
      await cluster.allAlive();
    });

    it("accuse it where that is too long; it blames itself, and refutes", async () => {
      const cluster = await WatchedReplicas.open(config);
      const before = await cluster.allAlive();
      const stoppedAt = cluster.signal("c", "SIGSTOP");
      for (const by of ["a", "b"] as const) {
        await cluster.first("member-suspected", by, "c", stoppedAt);
        await cluster.first("member-died", by, "c", stoppedAt);
      }
      const continuedAt = cluster.signal("c", "SIGCONT");
      await cluster.next("accusation-refuted", "c", continuedAt);
      for (const by of ["a", "b"] as const) {
        const { event } = await cluster.first("member-returned", by, "c", continuedAt);
        expect(event.former).toBe("dead");
      }
      const after = await cluster.allAlive();
      expect(lives(after)).toEqual(lives(before));

      const own = cluster.events.filter(({ node, at }) => node === "c" && at >= continuedAt);
      expect(own[0]?.event.kind).toBe("was-late");
      expect(own.map(({ event }) => event.kind)).toContain("verdicts-suspended");
      const told = new Set<string>(own.map(({ event }) => event.kind));
      expect(judgements.filter((kind) => told.has(kind))).toEqual([]);
      expect(cluster.told("member-died", "c")).toEqual([]);
    });
  },
);

const lives = (replicas: Awaited<ReturnType<WatchedReplicas["allAlive"]>>) =>
  replicas.map((replica) => memberIn(replica, "c")?.life);
