/** The machine that holds the right to drive, before a service that is whole. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeout } from "../../../src/kernel/machine.js";
import { Prng } from "../../../src/kernel/prng.js";
import { instant, micros, millis, seconds } from "../../../src/kernel/time.js";
import { a, b, c, driven, make, nodes } from "./support/driven.js";
import type { RightWorld } from "./support/right-world.js";

const kinds = (world: RightWorld, node = a) =>
  world.told
    .filter((one) => one.node === node && one.output.kind !== "extended")
    .map(({ output }) => (output.kind === "lost" ? output.reason : output.kind));

describe("RIGHT-1: one has it at a time", () => {
  it("whoever is eligible gets it, and keeps it while it is heard", () => {
    const world = driven();
    world.run(seconds(10));
    expect(kinds(world, a)).toEqual(["acquired"]);
    expect(kinds(world, b)).toEqual([]);
    expect(world.overlaps).toEqual([]);
  });

  it("nobody who is not eligible asks for it", () => {
    const world = make();
    world.run(seconds(2));
    expect(world.told).toEqual([]);
    expect(world.service.openSessions.size).toBe(0);
  });

  it("when its holder is cut off another gets it, after the belief of the first has ended", () => {
    const world = driven();
    world.member(a).cut = true;
    world.run(millis(400));
    expect(world.drivers()).toEqual([b]);
    const lost = world.told.find(({ output }) => output.kind === "lost");
    const next = world.told.find(({ node, output }) => node === b && output.kind === "acquired");
    expect(lost).toMatchObject({ node: a, output: { reason: "expired" } });
    expect(lost?.at).toBeLessThan(next?.at ?? 0);
    expect(world.overlaps).toEqual([]);
  });

  it("RIGHT-2: each holder's token is greater than that of every holder before", () => {
    const world = driven();
    for (const node of [a, b, c, a, b]) {
      world.feed(world.drivers()[0] ?? node, { kind: "give-up", reason: "app-fault" });
      world.run(millis(200));
    }
    expect(world.tokens).toHaveLength(6);
    expect([...world.tokens].sort((one, other) => one - other)).toEqual(world.tokens);
    expect(new Set(world.tokens).size).toBe(6);
  });
});

describe("RIGHT-3: a step at or after `until` tells `lost` before anything else", () => {
  it.each([
    ["a timeout", timeout],
    ["a word of the node", { kind: "eligible", eligible: true }],
    ["giving up", { kind: "give-up", reason: "late" }],
    [
      "an answer that comes too late",
      { kind: "reply", reply: { kind: "ok", id: 1, detail: null } },
    ],
  ] as const)("%s", (_, input) => {
    const world = driven();
    const { right } = world.member(a);
    const until = world.endOf(a);
    expect(right.holder()).toMatchObject({ self: true, until });
    const outputs = right.step(until, input).filter(({ kind }) => kind !== "request");
    expect(outputs).toEqual([{ kind: "lost", reason: "expired" }]);
    expect(right.holder().self).toBe(false);
  });

  it("one microsecond before it does not", () => {
    const world = driven();
    const { right } = world.member(a);
    const last = instant(world.endOf(a) - 1);
    expect(right.step(last, timeout).some(({ kind }) => kind === "lost")).toBe(false);
  });
});

describe("RIGHT-4: the right is let go", () => {
  it("`lost` comes before the request by which another gets it, and it does", () => {
    const world = driven();
    const { right, clock } = world.member(a);
    const outputs = right.step(clock.read(world.now), { kind: "give-up", reason: "state-fault" });
    expect(outputs[0]).toEqual({ kind: "lost", reason: "state-fault" });
    expect(outputs[1]).toMatchObject({ request: { command: { kind: "close-session" } } });
    const other = driven();
    other.feed(a, { kind: "give-up", reason: "voter-fault" });
    other.run(millis(5));
    expect(other.drivers()).toEqual([b]);
  });

  it("whoever gave it up asks again after the pause, behind those who wait", () => {
    const world = driven();
    world.feed(a, { kind: "give-up", reason: "voter-fault" });
    world.run(millis(300));
    world.feed(b, { kind: "eligible", eligible: false });
    world.run(millis(5));
    expect(world.drivers()).toEqual([c]);
    world.feed(c, { kind: "eligible", eligible: false });
    world.run(millis(5));
    expect(world.drivers()).toEqual([a]);
  });

  it("alone it has it again after the pause, and not before", () => {
    const world = make();
    world.eligible(a);
    world.run(millis(100));
    world.feed(a, { kind: "give-up", reason: "voter-fault" });
    // The turns of the two others come first, and they do not want it.
    world.run(millis(2 * 50 - 1));
    expect(world.drivers()).toEqual([]);
    world.run(millis(6));
    expect(world.drivers()).toEqual([a]);
    expect(world.tokens).toHaveLength(2);
  });

  it("one that waits and is not eligible any more is passed over", () => {
    const world = driven();
    world.feed(b, { kind: "eligible", eligible: false });
    world.run(millis(5));
    world.feed(a, { kind: "give-up", reason: "voter-fault" });
    world.run(millis(49));
    expect(world.drivers()).toEqual([]);
    world.run(millis(6));
    expect(world.drivers()).toEqual([c]);
    expect(kinds(world, b)).toEqual([]);
  });

  it("one that gets it though it took its wish back does not drive, and hands it on", () => {
    const world = make({ delay: () => millis(15) });
    world.eligible(a);
    // The request for the lock is on its way.
    world.run(millis(35));
    world.feed(a, { kind: "eligible", eligible: false });
    world.eligible(b);
    world.run(millis(500));
    expect(kinds(world, a)).toEqual([]);
    expect(world.drivers()).toEqual([b]);
  });
});

describe("RIGHT-5: jeopardy and heal", () => {
  it("without a leader nobody drives for longer than the lease", () => {
    const world = driven();
    world.leaderless = true;
    world.run(millis(160));
    expect(world.drivers()).toEqual([]);
    expect(kinds(world)).toEqual(["acquired", "expired"]);
  });

  it("when a leader is there in time to keep the session, the right comes back as it was", () => {
    const world = driven();
    world.leaderless = true;
    world.run(millis(300));
    world.elect();
    world.run(millis(50));
    expect(kinds(world)).toEqual(["acquired", "expired", "acquired"]);
    expect(new Set(world.tokens).size).toBe(1);
    expect(world.drivers()).toEqual([a]);
  });

  it("when another has got it meanwhile, it is only waited for", () => {
    const world = driven();
    world.member(a).cut = true;
    world.run(millis(500));
    world.member(a).cut = false;
    world.run(seconds(1));
    expect(world.drivers()).toEqual([b]);
    expect(kinds(world, a)).toEqual(["acquired", "expired"]);
    world.feed(b, { kind: "give-up", reason: "voter-fault" });
    world.run(millis(5));
    world.feed(c, { kind: "give-up", reason: "voter-fault" });
    world.run(millis(5));
    expect(world.drivers()).toEqual([a]);
  });

  it("a process that was stopped and resumed drives no more, with whatever it is woken", () => {
    const world = driven();
    world.stop(a);
    world.run(millis(400));
    expect(world.drivers()).toEqual([b]);
    world.resume(a);
    expect(world.drivers()).toEqual([b]);
    expect(kinds(world, a)).toEqual(["acquired", "expired"]);
    world.run(seconds(1));
    expect(world.overlaps).toEqual([]);
  });

  it("a process that was killed is over when its session is", () => {
    const world = driven();
    world.restart(a);
    world.run(millis(160));
    expect(world.drivers()).toEqual([b]);
  });
});

describe("RIGHT-6: who has it is known", () => {
  it("to every replica, with the token, also to one that came later", () => {
    const world = driven();
    const token = world.tokens[0] ?? 0;
    for (const node of [b, c]) {
      const view = { self: false, holder: a, token, until: null };
      expect(world.member(node).right.holder()).toEqual(view);
    }
    world.restart(c);
    world.feed(c, { kind: "eligible", eligible: false });
    world.run(millis(10));
    expect(world.member(c).right.holder()).toMatchObject({ holder: a, token });
    world.feed(a, { kind: "give-up", reason: "voter-fault" });
    world.run(millis(10));
    expect(world.member(c).right.holder()).toMatchObject({ holder: b });
    expect(world.member(b).right.holder()).toMatchObject({ self: true, holder: b });
  });
});

describe("RIGHT-8: being late, and losing again and again", () => {
  const late = { kind: "give-up", reason: "late" } as const;

  it("late once: it stops before it acts, keeps the lock, and goes on after a pause", () => {
    const world = driven();
    const entries = world.entries;
    world.feed(a, late);
    expect(world.drivers()).toEqual([]);
    world.run(millis(49));
    expect(world.drivers()).toEqual([]);
    world.run(millis(2));
    expect(world.drivers()).toEqual([a]);
    expect(kinds(world)).toEqual(["acquired", "late", "acquired"]);
    expect(new Set(world.tokens).size).toBe(1);
    expect(world.entries).toBe(entries);
  });

  it("late once and not kept since: it does not go on", () => {
    const world = driven();
    world.leaderless = true;
    world.run(millis(90));
    world.feed(a, late);
    world.run(millis(400));
    // Before the pause is over its belief ends.
    expect(kinds(world)).toEqual(["acquired", "late"]);
  });

  it.each([
    ["while it is held back", 10],
    ["after it went on", 300],
  ])("late again %s: another gets it, and it waits longer each time", (_, apart) => {
    const world = driven();
    world.feed(a, late);
    world.run(millis(apart));
    world.feed(a, late);
    world.run(millis(5));
    expect(world.drivers()).toEqual([b]);
  });

  it("late again after a long time without: it is as the first time", () => {
    const world = driven();
    for (let time = 0; time < 5; time += 1) {
      world.feed(a, late);
      world.run(seconds(4));
      expect(world.drivers()).toEqual([a]);
    }
    expect(new Set(world.tokens).size).toBe(1);
  });

  it("who only waits is late, and keeps its place", () => {
    const world = driven();
    const entries = world.entries;
    for (let time = 0; time < 10; time += 1) {
      world.feed(b, late);
      world.run(millis(20));
    }
    expect(world.entries).toBe(entries);
    world.feed(a, { kind: "give-up", reason: "voter-fault" });
    world.run(millis(5));
    expect(world.drivers()).toEqual([b]);
  });

  /** Every other stretch of `ms` nobody is heard: each session expires, and is opened again. */
  function entriesOf(ms: number, stretches: number): { entries: number; world: RightWorld } {
    const world = driven();
    const before = world.entries;
    for (let stretch = 0; stretch < stretches; stretch += 1) {
      for (const node of nodes) world.member(node).cut = stretch % 2 === 0;
      world.run(millis(ms));
    }
    return { entries: world.entries - before, world };
  }

  it("sessions that keep ending do not fill the log", () => {
    // 100 ends of three sessions, each with an opening and a place in the queue, would be 900. With
    // waits of up to 3 s, and then until the way is open, each ends twelve to thirty times.
    const { entries, world } = entriesOf(200, 200);
    expect(entries).toBeGreaterThan(20);
    expect(entries).toBeLessThan(400);
    for (const node of nodes) world.member(node).cut = false;
    world.run(seconds(4));
    expect(world.drivers()).toHaveLength(1);
  });

  it("one end in a while is followed by an opening at once", () => {
    const world = driven();
    for (let time = 0; time < 3; time += 1) {
      world.run(seconds(4));
      for (const node of nodes) world.member(node).cut = true;
      world.run(millis(200));
      for (const node of nodes) world.member(node).cut = false;
      world.run(millis(100));
      expect(world.drivers()).toHaveLength(1);
    }
  });
});

describe("RIGHT-7: whatever happens to the way, the processes and the clocks", () => {
  /** Faults by chance for 4 s, then peace; `false` for the liveness of the second half. */
  function chaos(seed: number, driftPpm: number) {
    const dice = new Prng(seed).split("chaos");
    const ratesPpm = [0, 1, 2, 3].map(() => dice.below(2 * driftPpm + 1) - driftPpm);
    const slow = dice.below(3) === 0;
    const delay = () => micros(50 + dice.below(slow ? 60_000 : 2_000));
    const world = make({ seed, ratesPpm, delay, driftMaxPpm: driftPpm + 10 });
    world.eligible(...nodes);
    for (let step = 0; step < 80; step += 1) {
      const node = nodes[dice.below(3)] ?? a;
      const member = world.member(node);
      const fault = dice.below(9);
      if (fault === 0) member.cut = !member.cut;
      else if (fault === 1 && !member.stopped) world.stop(node);
      else if (fault === 2 && member.stopped) world.resume(node);
      else if (fault === 3) world.restart(node);
      else if (fault === 4) world.feed(node, { kind: "give-up", reason: "late" });
      else if (fault === 5) world.leaderless = true;
      else if (fault === 6) world.elect();
      else world.feed(node, { kind: "eligible", eligible: dice.below(4) > 0 });
      world.run(micros(1_000 + dice.below(100_000)));
    }
    const faulty = world.told.length;
    world.elect();
    for (const node of nodes) {
      world.member(node).cut = false;
      if (world.member(node).stopped) world.resume(node);
      world.eligible(node);
    }
    world.run(seconds(20));
    return { world, faulty, drivers: world.drivers(), slow };
  }

  it("no two drive at one instant, tokens grow, and after the heal somebody drives", () => {
    let acquired = 0;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { world, drivers, slow } = chaos(seed, 500);
        expect(world.overlaps).toEqual([]);
        if (!slow) expect(drivers).toHaveLength(1);
        const newest = world.tokens.map((_, at) => Math.max(...world.tokens.slice(0, at + 1)));
        expect(world.tokens).toEqual(newest);
        acquired += world.tokens.length;
      }),
      { numRuns: Number(process.env["RIGHT_SEEDS"] ?? 40), seed: 1 },
    );
    expect(acquired).toBeGreaterThan(100);
  });
});
