import { describe, expect, it } from "vitest";
import { peersMax } from "../../../src/detection/paths/messages.js";
import type { PathWatch } from "../../../src/detection/paths/path-watch.js";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { timeout } from "../../../src/kernel/machine.js";
import { instant, millis } from "../../../src/kernel/time.js";
import { a, b, bodyOf, c, d, events, ms, twoPaths, type Words, wake, watchOf } from "./watch.js";

const [udp, serial] = [0, 1];
const both = 0b11;

/** `b` is heard by both paths at `at`, and says that it hears this node by both. */
function greet(machine: PathWatch, at: number, count: number, words: Words = { a: [both, 0] }) {
  hear(machine, at);
  return tell(machine, at, count, words);
}

function hear(machine: PathWatch, at: number, paths: readonly number[] = [udp, serial]) {
  return paths.flatMap((path) => machine.step(ms(at), { kind: "heard", peer: b, path }));
}

const tell = (machine: PathWatch, at: number, count: number, words: Words) =>
  machine.step(ms(at), { kind: "hearing", from: b, life: 1, body: bodyOf(count, words) });

const directions = (machine: PathWatch, peer: NodeId) =>
  machine
    .standing()
    .find((entry) => entry.peer === peer)
    ?.paths.map(({ direction }) => direction);

const levelOf = (machine: PathWatch, peer: NodeId) =>
  machine.standing().find((entry) => entry.peer === peer)?.level;

describe("at the start", () => {
  it("PATH-1: a peer is cut, and nothing is told, however long it is silent", () => {
    const machine = watchOf();
    expect(events(wake(machine, ms(500)))).toEqual([]);
    expect(levelOf(machine, b)).toBe("cut");
    expect(directions(machine, b)).toEqual(["unknown", "unknown"]);
  });

  it("PATH-1: a peer is whole once a path carries both ways; one that never did is no loss", () => {
    const machine = watchOf();
    expect(hear(machine, 5, [udp])).toEqual([]);
    expect(tell(machine, 6, 1, { a: [1, 0] })).toEqual([{ kind: "peer-whole", peer: b }]);
    expect(events(wake(machine, ms(30)))).toEqual([]);
    expect(directions(machine, b)).toEqual(["both", "unknown"]);
    for (let at = 30; at <= 120; at += 10) hear(machine, at, [udp]);
    tell(machine, 120, 2, { a: [1, 2] });
    expect(events(wake(machine, ms(121)))).toEqual([]);
    expect(directions(machine, b)).toEqual(["both", "none"]);
    expect(levelOf(machine, b)).toBe("whole");
  });

  it("PATH-1: that a peer has not heard this node for long enough is no loss", () => {
    const machine = watchOf();
    hear(machine, 5);
    expect(tell(machine, 6, 1, {})).toEqual([]);
    expect(tell(machine, 7, 2, { a: [0, both] })).toEqual([]);
    expect(directions(machine, b)).toEqual(["in-only", "in-only"]);
    expect(levelOf(machine, b)).toBe("cut");
  });
});

describe("silence", () => {
  it("PATH-2: by one path is told when its maximum has passed, once; the peer is degraded", () => {
    const machine = watchOf();
    greet(machine, 10, 1);
    expect(events(wake(machine, instant(39_999)))).toEqual([]);
    expect(events(wake(machine, ms(69)))).toEqual([
      [40, { kind: "path-lost", peer: b, path: "udp", direction: "out-only" }],
      [40, { kind: "peer-degraded", peer: b }],
    ]);
  });

  it("PATH-2: is never told of a path that is heard in time", () => {
    const machine = watchOf();
    greet(machine, 0, 1);
    for (let at = 29; at <= 1_000; at += 29) {
      expect(events(wake(machine, ms(at)))).toEqual([]);
      tell(machine, at, at, { a: [both, 0] });
      expect(hear(machine, at)).toEqual([]);
    }
    expect(levelOf(machine, b)).toBe("whole");
  });

  it("PATH-3: by all paths cuts the peer, and the rest of the cluster not", () => {
    const machine = watchOf();
    greet(machine, 10, 1);
    const kinds = events(wake(machine, ms(99))).map(([at, { kind }]) => [at, kind]);
    expect(kinds).toEqual([
      [40, "path-lost"],
      [40, "peer-degraded"],
      [70, "path-lost"],
      [70, "peer-cut"],
    ]);
  });

  it("PATH-4: ends with one frame, told once, though it be a duplicate", () => {
    const machine = watchOf();
    greet(machine, 10, 1);
    wake(machine, ms(69));
    expect(hear(machine, 69, [udp])).toEqual([
      { kind: "path-restored", peer: b, path: "udp" },
      { kind: "peer-whole", peer: b },
    ]);
    expect(hear(machine, 69, [udp])).toEqual([]);
  });

  it("PATH-5: this node's own sleep is nobody's silence", () => {
    const machine = watchOf();
    greet(machine, 10, 1);
    machine.step(ms(300), { kind: "was-late" });
    expect(events(wake(machine, instant(329_999)))).toEqual([]);
    expect(directions(machine, b)).toEqual(["both", "both"]);
    expect(events(wake(machine, ms(330))).map(([, { kind }]) => kind)).toEqual([
      "path-lost",
      "peer-degraded",
    ]);
  });

  it("PATH-5: without that word it blames the peer; who was silent before stays so", () => {
    const machine = watchOf();
    greet(machine, 10, 1);
    const kinds = machine.step(ms(300), timeout).map(({ kind }) => kind);
    expect(kinds).toEqual(["path-lost", "path-lost", "peer-cut", "send-report"]);
    machine.step(ms(400), { kind: "was-late" });
    expect(levelOf(machine, b)).toBe("cut");
  });
});

describe("the other direction", () => {
  it("PATH-6: is lost when the peer says so, though this node hears it", () => {
    const machine = watchOf();
    greet(machine, 10, 1);
    expect(greet(machine, 20, 2, { a: [0b10, 0b01] })).toEqual([
      { kind: "path-lost", peer: b, path: "udp", direction: "in-only" },
      { kind: "peer-degraded", peer: b },
    ]);
    expect(greet(machine, 30, 3, { a: [0, both] })).toEqual([
      { kind: "path-lost", peer: b, path: "serial", direction: "in-only" },
      { kind: "peer-cut", peer: b },
    ]);
    expect(greet(machine, 40, 4)).toEqual([
      { kind: "path-restored", peer: b, path: "udp" },
      { kind: "path-restored", peer: b, path: "serial" },
      { kind: "peer-whole", peer: b },
    ]);
  });

  it("PATH-6: one path each way is degraded, not cut", () => {
    const machine = watchOf();
    greet(machine, 10, 1);
    hear(machine, 35, [serial]);
    wake(machine, ms(41));
    tell(machine, 42, 2, { a: [0b01, 0b10] });
    expect(directions(machine, b)).toEqual(["out-only", "in-only"]);
    expect(levelOf(machine, b)).toBe("degraded");
  });

  it("PATH-7: a peer that was started again has no word yet, and that is no loss", () => {
    const machine = watchOf();
    greet(machine, 10, 9);
    hear(machine, 12);
    const anew = { kind: "hearing", from: b, life: 2, body: bodyOf(1, {}) } as const;
    expect(machine.step(ms(12), anew)).toEqual([]);
    expect(levelOf(machine, b)).toBe("whole");
    expect(directions(machine, b)).toEqual(["unknown", "unknown"]);
  });
});

describe("a third node", () => {
  /** What `c` says; the row of `b` in it is the newest that `c` heard. */
  const relay = (machine: PathWatch, at: number, count: number, bCount: number, words: Words) => {
    const relayed = [{ subject: b, life: 1, count: bCount, words }];
    machine.step(ms(at), { kind: "heard", peer: c, path: udp });
    const body = bodyOf(count, { a: [both, 0] }, relayed);
    return machine.step(ms(at), { kind: "hearing", from: c, life: 1, body });
  };

  it("PATH-8: tells a loss of one direction from a loss of both", () => {
    const machine = watchOf();
    greet(machine, 10, 1);
    wake(machine, ms(99));
    expect(directions(machine, b)).toEqual(["out-only", "out-only"]);
    expect(relay(machine, 99, 1, 2, { a: [0b10, 0b01] })).toEqual([
      { kind: "direction-changed", peer: b, path: "udp", direction: "none" },
      { kind: "peer-whole", peer: c },
    ]);
    expect(directions(machine, b)).toEqual(["none", "out-only"]);
  });

  it("PATH-9: a row that does not move any more becomes too old, though it is repeated", () => {
    const machine = watchOf();
    greet(machine, 10, 1);
    wake(machine, ms(99));
    for (let at = 100; at < 600; at += 20) {
      relay(machine, at, at, 2, { a: [0, both] });
      wake(machine, instant(at * 1_000 + 19_999));
    }
    expect(directions(machine, b)).toEqual(["unknown", "unknown"]);
    relay(machine, 600, 600, 3, { a: [0, both] });
    expect(directions(machine, b)).toEqual(["none", "none"]);
  });

  it("PATH-9: a row moves while its own node sends it, and is never too old then", () => {
    const machine = watchOf();
    for (let at = 10; at < 1_000; at += 10) {
      expect(greet(machine, at, at)).toHaveLength(at === 10 ? 1 : 0);
      expect(events(wake(machine, instant(at * 1_000 + 9_999)))).toEqual([]);
    }
  });

  it("PATH-10: passes on the rows that it heard from their own nodes, and no others", () => {
    const machine = watchOf({ peers: [b, c, d] });
    greet(machine, 10, 7);
    const relayed = [{ subject: d, life: 1, count: 3, words: {} }];
    const body = bodyOf(4, {}, relayed);
    machine.step(ms(10), { kind: "hearing", from: c, life: 5, body });
    const reports = wake(machine, ms(100)).flatMap(([, output]) =>
      output.kind === "send-report" ? [output.body] : [],
    );
    expect(reports[0]).toEqual([
      ["a", "b", "c", "d"],
      [1, [0, 0b11, 0, 0]],
      [
        [1, 1, 7, [0b11, 0, 0, 0]],
        [2, 5, 4, [0, 0, 0, 0]],
      ],
    ]);
  });
});

describe("reports", () => {
  const reportTimes = (told: ReturnType<typeof wake>) =>
    told.flatMap(([at, { kind }]) => (kind === "send-report" ? [at] : []));

  it("PATH-11: are sent once a period, and counted", () => {
    expect(reportTimes(wake(watchOf({ peers: [] }), ms(350)))).toEqual([100, 200, 300]);
  });

  it("PATH-11: after a change they are sooner, and at most four in a period", () => {
    const machine = watchOf({ peers: [b] });
    hear(machine, 3);
    expect(reportTimes(wake(machine, ms(30)))).toEqual([25]);
    expect(reportTimes(wake(machine, ms(124)))).toEqual([50, 75]);
    for (let at = 125; at < 325; at += 1) tell(machine, at, at, { a: [at % 2, 0] });
    expect(reportTimes(wake(machine, ms(325))).length).toBeLessThanOrEqual(8);
  });

  it("PATH-11: what another says anew is a change too: some hear of it only by this node", () => {
    const machine = watchOf({ peers: [b] });
    wake(machine, ms(200));
    expect(machine.deadline()).toBe(ms(260));
    tell(machine, 230, 1, { a: [1, 0] });
    expect(reportTimes(wake(machine, ms(240)))).toEqual([230]);
    tell(machine, 250, 2, { a: [1, 0] });
    expect(machine.deadline()).toBe(ms(330));
    tell(machine, 260, 3, { a: [0, 1] });
    expect(reportTimes(wake(machine, ms(270)))).toEqual([260]);
  });

  it("PATH-11: after a sleep there is one, not a burst", () => {
    const machine = watchOf({ peers: [] });
    expect(machine.step(ms(1_050), timeout)).toHaveLength(1);
    expect(machine.step(ms(1_050), timeout)).toEqual([]);
  });
});

describe("members", () => {
  it("PATH-12: come and go; a stranger's frame changes nothing", () => {
    const machine = watchOf({ peers: [b] });
    const before = machine.standing();
    expect(machine.step(ms(1), { kind: "heard", peer: c, path: udp })).toEqual([]);
    expect(machine.standing()).toEqual(before);
    machine.step(ms(2), { kind: "watch", peer: c });
    machine.step(ms(2), { kind: "watch", peer: c });
    expect(machine.standing().map(({ peer }) => peer)).toEqual([b, c]);
    machine.step(ms(3), { kind: "forget", peer: b });
    machine.step(ms(3), { kind: "forget", peer: b });
    expect(machine.standing().map(({ peer }) => peer)).toEqual([c]);
    expect(tell(machine, 4, 1, {})).toEqual([{ kind: "refused", from: b, reason: "stranger" }]);
  });

  it("PATH-12: are at most fifteen", () => {
    const many = Array.from({ length: peersMax }, (_, index) => nodeId(`n${index}`));
    const machine = watchOf({ peers: many });
    expect(machine.step(ms(1), { kind: "watch", peer: b })).toEqual([
      { kind: "watch-refused", peer: b },
    ]);
    expect(machine.standing()).toHaveLength(peersMax);
    expect(() => watchOf({ peers: [...many, b] })).toThrow("16 peers");
  });

  it("wrong options are our own bug", () => {
    expect(() => watchOf({ paths: [] })).toThrow("0 paths");
    expect(() => watchOf({ paths: Array(5).fill(twoPaths[0]) })).toThrow("5 paths");
    expect(() => watchOf({ peers: [b, b] })).toThrow("listed twice");
    expect(() => watchOf({ peers: [a] })).toThrow("listed twice");
    expect(() => watchOf({ reportEvery: millis(0) })).toThrow("without a pause");
    expect(() => watchOf().step(ms(1), { kind: "heard", peer: b, path: 2 })).toThrow("no path 2");
  });
});

describe("the matrix", () => {
  it("PATH-13: says who hears whom by which path, as far as it is known", () => {
    const machine = watchOf({ peers: [b] });
    greet(machine, 10, 1, { a: [0b01, 0b10], c: [0b10, 0] });
    wake(machine, ms(45));
    expect(machine.matrix()).toEqual([
      { listener: a, speaker: b, heardBy: ["serial"], silentBy: ["udp"] },
      { listener: b, speaker: a, heardBy: ["udp"], silentBy: ["serial"] },
      { listener: b, speaker: c, heardBy: ["serial"], silentBy: [] },
    ]);
    expect(machine.standing()[0]).toEqual({
      peer: b,
      level: "degraded",
      paths: [
        { path: "udp", heardAt: 10_000, direction: "out-only", lost: true },
        { path: "serial", heardAt: 10_000, direction: "in-only", lost: false },
      ],
    });
  });
});
