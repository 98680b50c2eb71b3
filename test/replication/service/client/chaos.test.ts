/**
 * Clients in a world that loses, delays, doubles and refuses (see world.ts): CLIENT-1 to CLIENT-5.
 */
import { describe, expect, it } from "vitest";
import { Prng } from "../../../../src/kernel/prng.js";
import { micros, millis, seconds } from "../../../../src/kernel/time.js";
import type { CallOutcome, ClientCall } from "../../../../src/replication/service/client/calls.js";
import { serviceClientDefaults } from "../../../../src/replication/service/client/service-client.js";
import { type ClientSeat, ClientWorld } from "./world.js";

const runs = Number(process.env["HOLDFAST_SEEDS"] ?? 60);

const client = {
  ...serviceClientDefaults,
  grace: seconds(3),
  attemptMax: millis(100),
  driftMaxPpm: 50_000,
};

const newWorld = (seed: number): ClientWorld =>
  new ClientWorld({
    seed,
    clients: 3,
    client,
    loss: 0.05 + (seed % 4) * 0.05,
    delayMax: 1_000 + (seed % 5) * 40_000,
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
  const lock = prng.chance(0.7) ? "pump" : "valve";
  const dice = prng.below(10);
  if (dice < 3) {
    return { kind: "command", command: { kind: "app", name: "add", argument: mark } };
  }
  if (dice < 6) {
    const lockDelay = micros(prng.below(2) * 100_000);
    return { kind: "acquire", lock, wait: prng.chance(0.6), lockDelay };
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
  for (let mark = 1; mark <= 120; mark += 1) {
    world.runUntil(world.now + prng.below(60_000));
    const seat = world.seats[prng.below(world.seats.length)] as ClientSeat;
    if (prng.chance(0.1))
      ask(seat, { kind: "open-session", name: "n", lease: millis(300) }, 900_000);
    if (prng.chance(0.01)) ask(seat, { kind: "close-session" }, 900_000);
    ask(seat, randomCall(prng, mark), 50_000 + prng.below(800_000));
  }
  world.calm = true;
  world.runUntil(world.now + 10_000_000);
  return asked;
}

function eachSeed(check: (world: ClientWorld, seed: number) => void): void {
  for (let seed = Number(process.env["HOLDFAST_SEED"] ?? 1); seed <= runs; seed += 1) {
    try {
      check(newWorld(seed), seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
    }
  }
}

describe("clients among faults", () => {
  it("CLIENT-1: every call has one outcome, and it tells the truth about what was done", () => {
    let known = 0;
    eachSeed((world, seed) => {
      const asked = play(world, seed);
      const done = world.service.appState as readonly number[];
      for (const one of asked) {
        const outcomes = outcomesOf(one);
        expect(outcomes, JSON.stringify(one.what)).toHaveLength(1);
        const outcome = outcomes[0] as CallOutcome;
        if (one.what.kind !== "command" || one.what.command.kind !== "app") continue;
        const mark = one.what.command.argument as number;
        const times = done.filter((other) => other === mark).length;
        if (outcome.kind === "applied" && outcome.result.ok) expect(times).toBe(1);
        else if (outcome.kind === "unknown") expect(times).toBeLessThanOrEqual(1);
        else expect(times, JSON.stringify([mark, outcome])).toBe(0);
        known += outcome.kind === "applied" ? 1 : 0;
      }
    });
    expect(known).toBeGreaterThan(runs * 10);
  });

  it("CLIENT-2: a lock is held for sure by one client at a time, and its tokens grow", () => {
    let held = 0;
    eachSeed((world, seed) => {
      const tokens = new Map<string, number>();
      world.afterStep = (_seat, outputs) => {
        for (const lock of ["pump", "valve"]) {
          const holders = world.seats.flatMap((seat) => {
            const own = seat.machine.held(world.clock(seat), lock);
            return own === null ? [] : [own.token];
          });
          expect(holders.length, `${lock} at ${world.now}`).toBeLessThanOrEqual(1);
        }
        for (const output of outputs) {
          if (output.kind !== "lock-held") continue;
          expect(output.token).toBeGreaterThan(tokens.get(output.lock) ?? 0);
          tokens.set(output.lock, output.token);
          held += 1;
        }
      };
      play(world, seed);
    });
    expect(held).toBeGreaterThan(runs * 3);
  });

  it("CLIENT-3: when all is calm, nobody holds or waits for a lock that no call has got", () => {
    eachSeed((world, seed) => {
      play(world, seed);
      for (const lock of ["pump", "valve"]) {
        const answer = world.service.query({ kind: "lock", lock });
        if (answer.kind !== "lock") throw new Error("not a lock");
        expect(answer.lock.waiting).toBe(0);
        const own = world.seats.flatMap((seat) => {
          const one = seat.machine.held(world.clock(seat), lock);
          return one === null ? [] : [one.token];
        });
        expect(own).toEqual(answer.lock.holder === null ? [] : [answer.lock.token]);
      }
    });
  });
});
