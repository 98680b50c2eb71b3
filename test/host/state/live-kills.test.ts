/**
 * Three members as processes; a random one is killed again and again while clients write and read.
 * So many rounds, and the seed of the choices, are set by HOLDFAST_KILL_ROUNDS and
 * HOLDFAST_KILL_SEED.
 */
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { connect } from "../../../src/host/state/client.js";
import { Prng } from "../../../src/kernel/prng.js";
import { expectLinearizable } from "../../support/linearizable.js";
import { isBuilt } from "../support/built.js";
import { Load } from "./support/load.js";
import { Members, memberProgram } from "./support/members.js";

const rounds = Number(process.env["HOLDFAST_KILL_ROUNDS"] ?? 8);
const seed = Number(process.env["HOLDFAST_KILL_SEED"] ?? 1);
const names = ["a", "b", "c"] as const;
const clients = 6;

/** Answers between two kills. */
const donePerRound = 40;
const roundsPerEpoch = 4;
const roundMax = 60_000;

async function until(fits: () => boolean, what: string): Promise<void> {
  for (let waited = 0; waited < roundMax; waited += 10) {
    if (fits()) return;
    await wait(10);
  }
  throw new Error(`it took too long until ${what}`);
}

async function allKeys(path: string, prefix: string): Promise<Set<string>> {
  const client = await connect({ paths: [path], exactlyOnce: false });
  const keys = new Set<string>();
  for (let after: string | undefined; ; ) {
    const from = after === undefined ? {} : { after };
    const page = await client.list(prefix, from);
    for (const { key } of page.keys) keys.add(key);
    after = page.keys.at(-1)?.key;
    if (!page.more) break;
  }
  await client.close();
  return keys;
}

describe.runIf(isBuilt([memberProgram]))("three live members, one killed again and again", () => {
  it(`STATE-LIVE-1 lose nothing in ${rounds} rounds, and their history is linearizable`, {
    timeout: 60_000 + rounds * roundMax,
  }, async () => {
    const members = await Members.prepare(names, { heartbeatMs: 20, electionMs: 200 });
    for (const name of names) members.start(name);
    const load = new Load(
      names.map((name) => members.path(name)),
      seed,
    );
    await expect.poll(() => reachable(members), { timeout: 30_000 }).toBe(true);
    load.start(clients);
    const dice = new Prng(seed).split("who is killed");
    for (let round = 0; round < rounds; round += 1) {
      const goal = load.done + donePerRound;
      await until(() => load.done >= goal, `clients were answered in round ${round}`);
      const victim = names[dice.below(names.length)] ?? "a";
      members.kill(victim);
      await wait(dice.below(400));
      members.start(victim);
      if (round % roundsPerEpoch === roundsPerEpoch - 1) load.nextEpoch();
    }
    const goal = load.done + donePerRound;
    await until(() => load.done >= goal, "clients were answered in the end");
    await load.stop();
    const { recorder, acknowledged, refusals, done } = load;
    const told = [...refusals].map(([reason, count]) => `${count} ${reason}`).join(", ");
    console.log(`${rounds} kills: ${done} answered, ${acknowledged.length} own keys; ${told}`);
    await expect.poll(() => reachable(members), { timeout: 30_000 }).toBe(true);
    expect(members.complaints).toEqual([]);
    for (const name of names) {
      const kept = await allKeys(members.path(name), "own/");
      expect(acknowledged.filter((key) => !kept.has(key))).toEqual([]);
    }
    expectLinearizable(recorder, { stepsMax: 50_000_000 });
  });
});

async function reachable(members: Members): Promise<boolean> {
  for (const name of names) {
    const client = await connect({ paths: [members.path(name)] }).catch(() => null);
    if (client === null) return false;
    client.leave();
  }
  return true;
}
