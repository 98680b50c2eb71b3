import { describe, expect, it } from "vitest";
import { defineApp } from "../../../src/control/app.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { instant } from "../../../src/kernel/time.js";
import { counting } from "../../support/counting-app.js";
import { agreeing, CycleBench, peerDelay } from "../../support/cycle-bench.js";

const [n2, n3] = [nodeId("n2"), nodeId("n3")];

function running(app = counting, count = 3): CycleBench {
  const bench = new CycleBench(app, count);
  bench.run(1_000);
  bench.runToEndOfCycle();
  expect(bench.cycle.status()).toMatchObject({ synchronised: true, standing: "consistent" });
  bench.forget();
  return bench;
}

const votedAt = (bench: CycleBench): number[] =>
  bench.seen
    .filter(({ output }) => output.kind === "report" && output.event.kind === "voted")
    .map(({ at }) => at % bench.options.cycle);

describe("CYCLE-1: the vector is closed", () => {
  it("when all that are present have spoken", () => {
    const bench = running();
    bench.run(300);
    expect(votedAt(bench)).toEqual([peerDelay, peerDelay, peerDelay]);
    expect(bench.events("voted")[0]).toMatchObject({ verdict: { status: "ok", value: 20 } });
  });

  it("and at the cut-off when one that was present is missing", () => {
    const bench = running();
    bench.peers.set(n2, () => null);
    bench.run(100);
    expect(votedAt(bench)).toEqual([bench.options.cutoff]);
    expect(bench.events("voted")[0]).toMatchObject({ verdict: { status: "degraded", value: 20 } });
  });

  it("without waiting for one that has been silent for more than three cycles", () => {
    const bench = running();
    bench.peers.set(n2, () => null);
    bench.run(500);
    const { cutoff } = bench.options;
    expect(votedAt(bench)).toEqual([cutoff, cutoff, cutoff, peerDelay, peerDelay]);
  });

  it("and waits for it again after it was heard", () => {
    const bench = running();
    bench.peers.set(n2, () => null);
    bench.run(500);
    bench.peers.set(n2, agreeing);
    bench.run(100);
    bench.peers.set(n2, () => null);
    bench.forget();
    bench.run(100);
    expect(votedAt(bench)).toEqual([bench.options.cutoff]);
  });

  it("never before it was opened: a sample from ahead waits for its cycle", () => {
    const bench = running();
    let early: ReturnType<typeof agreeing> = null;
    bench.peers.set(n2, (mine) => {
      early = agreeing({ ...mine, cycle: mine.cycle + 1, sentAt: mine.sentAt + 100_000 });
      return agreeing(mine);
    });
    bench.run(50);
    bench.peers.set(n2, () => null);
    expect(early).not.toBeNull();
    if (early !== null) bench.arrive(n2, early, 0);
    bench.forget();
    bench.runToEndOfCycle();
    expect(votedAt(bench)).toEqual([]);
    bench.run(100);
    expect(votedAt(bench)).toEqual([peerDelay]);
    expect(bench.events("voted")[0]).toMatchObject({ verdict: { status: "ok" } });
  });

  it("CYCLE-5: not at all when the cut-off had passed before the replica was awake", () => {
    const bench = running();
    bench.sleep(60);
    expect(bench.events("voted")).toEqual([]);
    expect(bench.of("read")).toEqual([]);
    expect(bench.of("completed")).toEqual([]);
    expect(bench.events("cycles-skipped")).toMatchObject([{ count: 1 }]);
    expect(bench.cycle.status().cyclesSkipped).toBe(1);
    bench.run(100);
    expect(bench.events("voted")).toMatchObject([{ verdict: { status: "ok" } }]);
  });

  it("when it was awake late but before the cut-off", () => {
    const bench = running();
    bench.sleep(40);
    bench.run(50);
    expect(bench.events("voted")).toMatchObject([{ verdict: { status: "ok" } }]);
    expect(bench.events("cycles-skipped")).toEqual([]);
  });
});

describe("CYCLE-2: an omission", () => {
  const excluded = (bench: CycleBench) => {
    const [event] = bench.events("voted");
    return event?.kind === "voted" ? event.verdict.excluded : null;
  };

  it("is a sample that did not come", () => {
    const bench = running();
    bench.peers.set(n2, () => null);
    bench.run(100);
    expect(excluded(bench)).toMatchObject([{ channel: "n2/level", reason: "NO_DATA" }]);
  });

  it("is a value that is too old, whatever it says", () => {
    const bench = running();
    const aged = { value: 20, age: 200_001 as never };
    bench.peers.set(n2, (mine) => agreeing({ ...mine, values: [aged] }));
    bench.run(100);
    expect(excluded(bench)).toMatchObject([{ channel: "n2/level", reason: "STALE_TIMESTAMP" }]);
  });

  it("is not a value that is just young enough", () => {
    const bench = running();
    const aged = { value: 20, age: 199_999 as never };
    bench.peers.set(n2, (mine) => agreeing({ ...mine, values: [aged] }));
    bench.run(100);
    expect(excluded(bench)).toEqual([]);
  });

  const readings: [string, (at: number) => { value: number | null; sourceTime: number }][] = [
    ["from the future", (at) => ({ value: 20, sourceTime: at + 1 })],
    ["without a number", () => ({ value: Number.NaN, sourceTime: 0 })],
    ["that is infinite", (at) => ({ value: Number.POSITIVE_INFINITY, sourceTime: at })],
    ["without a time", () => ({ value: 20, sourceTime: Number.NaN })],
    ["at a broken microsecond", (at) => ({ value: 20, sourceTime: at - 0.5 })],
    ["that the sensor did not give", (at) => ({ value: null, sourceTime: at })],
  ];
  for (const [name, reading] of readings) {
    it(`is a reading of the own board ${name}`, () => {
      const bench = running();
      bench.read = (at) => {
        const { value, sourceTime } = reading(at);
        return [{ channel: "level", value, sourceTime: sourceTime as never }];
      };
      bench.run(10);
      expect(bench.of("send-sample")[0]?.message.values).toEqual([{ value: null, age: 0 }]);
    });
  }

  it("is a channel that the board does not know", () => {
    const bench = running();
    bench.read = () => [];
    bench.run(10);
    expect(bench.of("send-sample")[0]?.message.values).toEqual([{ value: null, age: 0 }]);
  });
});

describe("CYCLE-3: half way to the cut-off", () => {
  it("a missing sample is asked for, once", () => {
    const bench = running();
    bench.peers.set(n2, () => null);
    bench.run(100);
    const asked = bench.seen.filter(({ output }) => output.kind === "send-sample-request");
    expect(asked).toHaveLength(1);
    expect(asked[0]?.output).toMatchObject({ request: { missing: [n2] } });
    expect((asked[0]?.at ?? 0) % bench.options.cycle).toBe(bench.options.cutoff / 2);
  });

  it("nothing is asked for when nothing is missing, or only one that is long absent", () => {
    const bench = running();
    bench.run(300);
    expect(bench.of("send-sample-request")).toEqual([]);
    bench.peers.set(n3, () => null);
    bench.run(400);
    bench.forget();
    bench.run(300);
    expect(bench.of("send-sample-request")).toEqual([]);
  });

  it("whoever has the sample sends it again, and nobody else", () => {
    const bench = running();
    bench.peers.set(n2, () => null);
    bench.run(10);
    const cycle = bench.cycle.status().cycle;
    const ask = (of: number, missing = [nodeId("n1"), n2, n3]) =>
      bench.feed({ kind: "sample-request", from: n3, request: { cycle: of, missing } });
    expect(ask(cycle)).toEqual([{ kind: "resend-sample", source: "n1", target: n3 }]);
    expect(ask(cycle - 1)).toEqual([]);
    expect(ask(cycle + 1)).toEqual([]);
    expect(ask(cycle, [])).toEqual([]);
  });

  it("a replica that woke late asks half way through what is left", () => {
    const bench = running();
    bench.sleep(30);
    expect(bench.of("send-sample-request")).toEqual([]);
    bench.peers.set(n2, () => null);
    bench.run(70);
    expect(bench.of("send-sample-request")).toEqual([]);
  });

  it("a sample sent again is no reading of its sender's clock", () => {
    const bench = running();
    for (let cycle = 0; cycle < 50; cycle += 1) {
      for (const peer of [n2, n3]) {
        bench.peers.set(peer, (mine) => {
          const echoes = [0, 0, 0];
          bench.arrive(peer, { ...(agreeing(mine) ?? mine), echoes }, 25_000 + 2 * peerDelay);
          return null;
        });
      }
      bench.run(100);
      for (const peer of [n2, n3]) bench.peers.set(peer, agreeing);
      bench.run(100);
    }
    const [last] = bench.of("send-sample").slice(-1);
    const sent = bench.seen.findLast(({ output }) => output.kind === "send-sample");
    expect(last?.message.sentAt).toBe(sent?.at);
    expect(bench.cycle.status().skew).toBe(0);
    expect(bench.cycle.status().synchronised).toBe(true);
  });
});

describe("CYCLE-4: a replica may drive only while", () => {
  const fitness = (bench: CycleBench) => bench.of("fitness").map(({ unfit }) => unfit);

  it("it is aligned", () => {
    const bench = new CycleBench(counting);
    bench.peers.clear();
    bench.run(2_000);
    expect(fitness(bench)).toEqual([]);
    for (const peer of [n2, n3]) bench.peers.set(peer, agreeing);
    bench.run(1_000);
    expect(fitness(bench).at(-1)).toBeNull();
    bench.peers.clear();
    bench.run(1_000);
    expect(fitness(bench).at(-1)).toBe("unsynchronised");
  });

  it("it was compared with the others since it was aligned", () => {
    const bench = running();
    bench.peers.clear();
    bench.run(1_000);
    expect(fitness(bench)).toEqual(["unsynchronised"]);
    // It has gone on alone, so its state is another one than that of the others.
    for (const peer of [n2, n3]) {
      bench.peers.set(peer, (mine) => agreeing({ ...mine, fresh: false, digest: 12_345 }));
    }
    bench.run(1_000);
    expect(bench.events("synchronised")).toHaveLength(1);
    expect(fitness(bench)).toEqual(["unsynchronised", "state-fault"]);
  });

  it("its state stands, and no command of one that does not gets out", () => {
    const bench = running();
    for (const peer of [n2, n3]) {
      bench.peers.set(peer, (mine) => agreeing({ ...mine, digest: 12_345 }));
    }
    bench.run(100);
    expect(bench.events("state-diverged")).toHaveLength(1);
    const kinds = bench.seen.map(({ output }) => output.kind);
    expect(kinds.indexOf("fitness")).toBeLessThan(kinds.indexOf("commands"));
    expect(fitness(bench)).toEqual(["state-fault"]);
    expect(bench.of("commands")).toMatchObject([{ kind: "commands", commands: new Map() }]);
  });

  it("it tells its state only where a majority's samples made it (STATE-6)", () => {
    const bench = running();
    bench.run(300);
    expect(bench.of("send-sample").at(-1)?.message.digest).not.toBeNull();
    bench.peers.clear();
    // It waits for those that are gone, once; then it has voted on its own sample alone.
    bench.run(200);
    expect(bench.of("send-sample").at(-1)?.message).toMatchObject({ digest: null, fresh: false });
    bench.peers.set(n2, agreeing);
    bench.run(300);
    expect(bench.of("send-sample").at(-1)?.message.digest).not.toBeNull();
  });

  it("its app works", () => {
    let broken = false;
    const app = defineApp({
      ...counting,
      control: (input) => {
        if (broken) throw new Error("out of order");
        return counting.control(input) as never;
      },
    });
    const bench = running(app);
    broken = true;
    bench.run(300);
    expect(bench.events("app-faulted")).toHaveLength(1);
    expect(fitness(bench)).toEqual(["app-fault"]);
    expect(bench.of("commands").every(({ commands }) => commands.size === 0)).toBe(true);
    broken = false;
    bench.forget();
    bench.run(100);
    expect(bench.events("app-recovered")).toHaveLength(1);
    expect(fitness(bench)).toEqual([null]);
    expect(bench.of("commands")[0]?.commands.get("valve")).toBe(0.2);
  });

  it("and then it may", () => {
    const bench = new CycleBench(counting);
    bench.run(1_000);
    expect(fitness(bench).at(-1)).toBeNull();
    expect(bench.of("commands").at(-1)?.commands.get("valve")).toBe(0.2);
  });
});

describe("what is sent", () => {
  it("is the same for the sender as for its readers: no negative zero", () => {
    const bench = running();
    bench.read = (at) => [{ channel: "level", value: -0, sourceTime: at }];
    bench.run(10);
    const [sent] = bench.of("send-sample")[0]?.message.values ?? [];
    expect(sent !== undefined && "value" in sent && Object.is(sent.value, 0)).toBe(true);
  });

  it("has no age that readers would refuse, however long a board has been silent", () => {
    const bench = running();
    bench.read = () => [{ channel: "level", value: 1, sourceTime: instant(0) }];
    bench.sleep(2 ** 41 / 1_000);
    bench.run(200);
    expect(bench.of("send-sample").at(-1)?.message.values).toEqual([{ value: 1, age: 2 ** 40 }]);
  });

  it("cannot be changed by the app in the cycle's own memory", () => {
    const app = defineApp({
      ...counting,
      control: (input) => {
        (input.inputs as unknown as { level: { value: number } }).level.value = 99;
        return { state: input.state, commands: {} } as never;
      },
    });
    const bench = new CycleBench(app);
    bench.run(1_000);
    expect(bench.events("app-faulted")).toMatchObject([{ reason: "threw" }]);
  });
});

describe("a sample that was overtaken", () => {
  it("does not make its sender absent, nor its clock slow", () => {
    const bench = running();
    let old: ReturnType<typeof agreeing> = null;
    bench.peers.set(n2, (mine) => {
      old ??= agreeing(mine);
      return agreeing(mine);
    });
    bench.run(600);
    if (old !== null) bench.arrive(n2, old, 0);
    bench.peers.set(n2, () => null);
    bench.run(1);
    bench.forget();
    bench.run(99);
    expect(votedAt(bench)).toEqual([bench.options.cutoff]);
    expect(bench.cycle.status().skew).toBe(0);
  });
});

describe("a peer that lies about its clock", () => {
  const extremes = [0, 1, 2 ** 50, 2 ** 50 - 1, 1_000_000];
  for (const sentAt of extremes) {
    it(`cannot move an aligned replica: it says ${sentAt}`, () => {
      const bench = running();
      const echoes = [-(2 ** 50), 2 ** 50, 0];
      bench.peers.set(n3, (mine) => ({ ...mine, sentAt, echoes, cycle: sentAt % 7_919 }));
      bench.run(2_000);
      const sent = bench.seen.findLast(({ output }) => output.kind === "send-sample");
      expect(bench.of("send-sample").at(-1)?.message.sentAt).toBe(sent?.at);
      expect(bench.cycle.status().synchronised).toBe(true);
      expect(bench.events("voted").length).toBe(20);
    });

    it(`does not break a replica that has just started: it says ${sentAt}`, () => {
      const bench = new CycleBench(counting);
      bench.peers.set(n2, () => null);
      bench.peers.set(n3, (mine) => ({ ...mine, sentAt, synchronised: true, echoes: [0, 0, 0] }));
      bench.run(3_000);
      for (const peer of [n2, n3]) bench.peers.set(peer, agreeing);
      bench.run(2_000);
      expect(bench.cycle.status().synchronised).toBe(true);
      expect(bench.of("send-sample").at(-1)?.message.sentAt).toBeLessThan(2 ** 50);
    });
  }
});
