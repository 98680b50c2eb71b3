/**
 * Clients in a world that loses, delays, doubles and refuses (see world.ts): CLIENT-1 to CLIENT-5.
 */
import { describe, expect, it } from "vitest";
import { Prng } from "../../../../src/kernel/prng.js";
import { micros, millis } from "../../../../src/kernel/time.js";
import type { CallOutcome, ClientCall } from "../../../../src/replication/service/client/calls.js";
import { type ClientSeat, ClientWorld, hurried } from "./world.js";

const runs = Number(process.env["HOLDFAST_SEEDS"] ?? 40);

const newWorld = (seed: number): ClientWorld =>
  new ClientWorld({
    seed,
    clients: 3,
    client: hurried,
    loss: 0.05 + (seed % 4) * 0.05,
    delayMax: 1_000 + (seed % 5) * 20_000,
    refusal: 0.05,
    leaderChange: 0.02,
  });

interface Asked {
  readonly seat: ClientSeat;
  readonly call: number;
  readonly what: ClientCall;
}

const outcomesOf = ({ seat, call }: Asked): CallOutcome[] =>
  seat.outputs.flatMap((one) => (one.kind === "outcome" && one.call === call ? [one.outcome] : []));

function randomCall(prng: Prng, mark: number): ClientCall {
  const lock = prng.chance(0.85) ? "pump" : "valve";
  const dice = prng.below(10);
  if (dice < 3) {
    return { kind: "command", command: { kind: "app", name: "add", argument: mark } };
  }
  if (dice < 7) {
    const lockDelay = micros(prng.below(2) * 300_000);
    return { kind: "acquire", lock, wait: prng.chance(0.8), lockDelay };
  }
  if (dice < 9) return { kind: "release", lock };
  return { kind: "query", query: { kind: "get", key: "a" }, freshness: "linearizable" };
}

/** Lets the clients do what they like for a while, and then come to rest. */
function play(world: ClientWorld, seed: number): Asked[] {
  const prng = new Prng(seed).split("calls");
  const asked: Asked[] = [];
  const ask = (seat: ClientSeat, what: ClientCall, within: number): void => {
    asked.push({ seat, what, call: world.call(seat, what, within) });
  };
  for (let mark = 1; mark <= 160; mark += 1) {
    world.runUntil(world.now + prng.below(60_000));
    const seat = world.seats[prng.below(world.seats.length)] as ClientSeat;
    if (prng.chance(0.05)) world.cut(seat, prng.below(2_500_000));
    if (prng.chance(0.3))
      ask(seat, { kind: "open-session", name: "n", lease: millis(800) }, 900_000);
    if (prng.chance(0.01)) ask(seat, { kind: "close-session" }, 900_000);
    ask(seat, randomCall(prng, mark), 50_000 + prng.below(2_000_000));
  }
  world.calm = true;
  world.runUntil(world.now + 10_000_000);
  return asked;
}

interface Played {
  readonly seed: number;
  readonly world: ClientWorld;
  readonly asked: readonly Asked[];
  /** What CLIENT-2 forbids, as it was seen after the steps of all clients. */
  readonly broken: readonly string[];
  readonly held: number;
}

function played(seed: number): Played {
  const world = newWorld(seed);
  const tokens = new Map<string, number>();
  const broken: string[] = [];
  let held = 0;
  world.afterStep = (seat, outputs) => {
    for (const lock of locks) {
      if (holders(world, lock).length > 1) broken.push(`two hold ${lock} at ${world.now}`);
    }
    for (const output of outputs) {
      if (output.kind !== "lock-held") continue;
      const { lock, token } = output;
      // In jeopardy it may be told of what is over.
      if (seat.machine.held(world.clock(seat), lock) === null) continue;
      if (token <= (tokens.get(lock) ?? 0)) broken.push(`token ${token} of ${lock} came twice`);
      tokens.set(lock, token);
      held += 1;
    }
  };
  const asked = play(world, seed);
  return { seed, world, asked, broken, held };
}

const locks = ["pump", "valve"];

const holders = (world: ClientWorld, lock: string): number[] =>
  world.seats.flatMap((seat) => seat.machine.held(world.clock(seat), lock)?.token ?? []);

const first = Number(process.env["HOLDFAST_SEED"] ?? 1);
const all = Array.from({ length: runs }, (_, index) => played(first + index));

describe("clients among faults", () => {
  it("CLIENT-1: every call has one outcome, and it tells the truth about what was done", () => {
    let known = 0;
    for (const { world, asked, seed } of all) {
      const done = world.service.appState as readonly number[];
      for (const one of asked) {
        const outcomes = outcomesOf(one);
        const about = `seed ${seed}: ${JSON.stringify([one.what, outcomes])}`;
        expect(outcomes, about).toHaveLength(1);
        if (one.what.kind !== "command" || one.what.command.kind !== "app") continue;
        const mark = one.what.command.argument as number;
        const times = done.filter((other) => other === mark).length;
        const outcome = outcomes[0] as CallOutcome;
        if (outcome.kind === "applied" && outcome.result.ok) expect(times, about).toBe(1);
        else if (outcome.kind === "unknown") expect(times, about).toBeLessThanOrEqual(1);
        else expect(times, about).toBe(0);
        known += outcome.kind === "applied" ? 1 : 0;
      }
    }
    expect(known).toBeGreaterThan(runs * 10);
  });

  it("CLIENT-2: a lock is held for sure by one client at a time, and its tokens grow", () => {
    let got = 0;
    for (const { seed, broken, held } of all) {
      expect(broken, `seed ${seed}`).toEqual([]);
      got += held;
    }
    expect(got).toBeGreaterThan(runs * 4);
  });

  it("CLIENT-3: when all is calm, nobody holds or waits for a lock that no call has got", () => {
    for (const { seed, world } of all) {
      for (const lock of locks) {
        const answer = world.service.query({ kind: "lock", lock });
        if (answer.kind !== "lock") throw new Error("not a lock");
        const { holder, token, waiting } = answer.lock;
        expect(waiting, `seed ${seed}: ${lock}`).toBe(0);
        expect(holders(world, lock), `seed ${seed}: ${lock}`).toEqual(
          holder === null ? [] : [token],
        );
      }
    }
  });
});
