/**
 * A replica is killed: how soon the others know, and whether they agree and can say why. Times are
 * those of the replicas' own clocks. The bounds are those of the settings and a slack of several
 * heartbeats; a replica that says that the machine held it up is given that time, too.
 */
import { describe, expect, it } from "vitest";
import { isBuilt } from "../host/support/built.js";
import { run } from "./support/captured-io.js";
import { memberIn, type Name, WatchedReplicas } from "./support/watched-replicas.js";

/** In microseconds, as are all times here. */
const heartbeat = 250_000;
const suspectAfter = 3 * heartbeat;
/** detection.suspicionAlpha; three members are too few to confirm, so it lasts for the least. */
const suspicion = 4 * heartbeat;
const latenessMax = 1.5 * heartbeat;
const slack = 5 * heartbeat;

const config = (detector: string): string =>
  `timing: { heartbeat: 250ms, watchdog: 60s }\n${detector}`;

interface Case {
  readonly detector: string;
  readonly more: string;
  /** Until all others hold the dead one suspected. */
  readonly suspected: number;
  /** What the evidence of the accuser names. */
  readonly saw: string;
}

const cases: readonly Case[] = [
  // All judge for themselves: within three heartbeats.
  {
    ...{ detector: "all-to-all", more: "" },
    ...{ suspected: suspectAfter, saw: "It only listened: no probe was sent." },
  },
  // Its successor judges, and tells the third in one of the next two heartbeats.
  {
    ...{ detector: "ring", more: "detection: { detector: ring }" },
    ...{ suspected: suspectAfter + 2 * heartbeat, saw: "(ring)" },
  },
  // A member of three is probed within 2(n - 1) - 1 periods, and the verdict takes one.
  {
    ...{ detector: "swim", more: "detection: { detector: swim }" },
    ...{ suspected: 6 * heartbeat, saw: "its own probe: unanswered" },
  },
];

/** What the machine took from a replica, as it says itself; its silences began anew each time. */
const heldUp = (cluster: WatchedReplicas, by: Name, since: number): number =>
  cluster.told("was-late", by, since).reduce((sum, { event }) => sum + event.by + suspectAfter, 0);

const others = ["a", "b"] as const;

/** Each has judged by its own silence, and not before that was long enough. */
async function expectOwnEars(cluster: WatchedReplicas, killedAt: number): Promise<void> {
  for (const by of others) {
    const { event, at } = await cluster.first("peer-suspected", by, "c", killedAt);
    const held = heldUp(cluster, by, killedAt);
    expect(at - killedAt).toBeLessThan(suspectAfter + slack + held);
    const { silence } = event.evidence;
    expect(silence).toBeGreaterThanOrEqual(suspectAfter);
    // Who is woken later than that says so.
    expect(silence).toBeLessThanOrEqual(suspectAfter + latenessMax + held);
  }
}

async function expectReasons(cluster: WatchedReplicas, saw: string): Promise<void> {
  const why = await run(["status", "--why", "c"], { cwd: cluster.path });
  for (const by of others) expect(why.stdout).toContain(`${by}: c is dead\n`);
  expect(why.stdout).toMatch(/ {2}c \(life \d+, incarnation \d+\) was declared gone\.\n/);
  expect(why.stdout).toMatch(/ {2}[ab] suspected c first, .*[\d.]+ m?s ago: c was silent for /);
  expect(why.stdout).toContain(saw);
  expect(why.stdout).toMatch(/The suspicion was to last 1\.0 s\.\n {2}[ab] declared it gone /);
  expect(why.stdout).toContain("c: it does not run");
}

describe.skipIf(!isBuilt(["src/cli/main.js", "src/host/watchdog/dog-thread.js"]))(
  "three replicas of which one is killed",
  () => {
    it.each(cases)("know it in time by $detector, agree, and tell why", async (one) => {
      const cluster = await WatchedReplicas.open(config(one.more));
      const killedAt = cluster.signal("c", "SIGKILL");
      for (const by of others) {
        const suspected = await cluster.first("member-suspected", by, "c", killedAt);
        const allowed = slack + heldUp(cluster, by, killedAt);
        expect(suspected.at - killedAt).toBeLessThan(one.suspected + allowed);
        const died = await cluster.first("member-died", by, "c", killedAt);
        const late = slack + heldUp(cluster, by, killedAt);
        expect(died.at - killedAt).toBeLessThan(one.suspected + suspicion + late);
        expect(died.at - suspected.at).toBeGreaterThan(suspicion / 2);
      }
      if (one.detector === "all-to-all") await expectOwnEars(cluster, killedAt);
      const left = await cluster.statusWhen(
        (all) => all.length === 2 && all.every((of) => memberIn(of, "c")?.state === "dead"),
      );
      await expectReasons(cluster, one.saw);

      cluster.start("c");
      const all = await cluster.allAlive();
      const life = all.find(({ node }) => node.node === "c")?.node.bootId;
      expect(all.map((of) => memberIn(of, "c")?.life)).toEqual([life, life, life]);
      for (const by of others) {
        const { event } = await cluster.first("member-replaced", by, "c", killedAt);
        const formerLife = left.map((of) => memberIn(of, "c")?.life)[0];
        expect(event).toMatchObject({ formerLife, life });
      }
    });
  },
);
