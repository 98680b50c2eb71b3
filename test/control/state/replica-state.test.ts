import { describe, expect, it } from "vitest";
import { type App, defineApp, type VotedInput } from "../../../src/control/app.js";
import { type Claim, ReplicaState } from "../../../src/control/state/replica-state.js";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { millis } from "../../../src/kernel/time.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];
const nodes = [n1, n2, n3];

/** Sums its inputs, so that one different input shows for ever. */
const summing: App = defineApp({
  name: "sum",
  sensors: { level: { unit: "m", min: 0, max: 100, tolerance: 1 } },
  outputs: {},
  initial: { sum: 0, time: 0 },
  control({ state, inputs, step }) {
    const sum = state.sum + (inputs.level.value ?? 0);
    return { state: { sum, time: state.time + step }, commands: {} };
  },
});

const newState = (self: NodeId) =>
  new ReplicaState({ self, nodes, app: summing, cycle: millis(100) });

const level = (value: number): Record<string, VotedInput> => ({ level: { value, status: "ok" } });

const fresh = (node: NodeId): Claim => ({ node, fresh: true, digest: null });
const claim = (node: NodeId, of: ReplicaState, cycle: number): Claim => ({
  node,
  fresh: of.standing === "fresh",
  digest: of.digestAfter(cycle),
});

/** Three replicas that began together and have run up to and including cycle 3. */
function running(): [ReplicaState, ReplicaState, ReplicaState] {
  const states = nodes.map(newState) as [ReplicaState, ReplicaState, ReplicaState];
  for (const [index, state] of states.entries()) {
    const others = nodes.filter((_, other) => other !== index).map(fresh);
    expect(state.judge(0, others, null)).toEqual({ kind: "began" });
    for (let cycle = 1; cycle <= 3; cycle += 1) state.advance(cycle, level(1));
  }
  return states;
}

function take(from: ReplicaState, cycle: number): unknown {
  const held = from.stateAfter(cycle);
  expect(held).not.toBeNull();
  return JSON.parse(JSON.stringify(held?.state));
}

describe("STATE-1: a replica that has just started", () => {
  it("begins with the app's state when a majority is there and all of it is fresh", () => {
    const state = newState(n1);
    expect(state.judge(0, [fresh(n2)], null)).toEqual({ kind: "began" });
    expect(state.standing).toBe("consistent");
  });

  it("does not begin alone", () => {
    const state = newState(n1);
    expect(state.judge(0, [], null)).toEqual({ kind: "stands" });
    expect(state.standing).toBe("fresh");
    expect(state.advance(1, level(1))).toBeNull();
    expect(state.digestAfter(1)).toBeNull();
  });

  it("does not begin when a replica is there that lost faith in its state, but has one", () => {
    const state = newState(n1);
    const doubting = { node: n2, fresh: false, digest: null };
    expect(state.judge(0, [doubting], null)).toEqual({ kind: "stands" });
    expect(state.standing).toBe("fresh");
  });

  it("takes the state of the others, and rolls forward what came meanwhile", () => {
    const [first, second] = running();
    const late = newState(n3);
    expect(late.judge(3, [claim(n1, first, 3), claim(n2, second, 3)], null)).toMatchObject({
      kind: "ask",
      diverged: false,
    });
    for (const state of [first, second, late]) state.advance(4, level(2));
    expect(late.adopt(3, take(first, 3))).toBe(true);
    expect(late.standing).toBe("consistent");
    expect(late.digestAfter(4)).toBe(first.digestAfter(4));
  });
});

describe("STATE-2: a replica that differs from the majority", () => {
  function diverge(): [ReplicaState, ReplicaState, ReplicaState] {
    const states = running();
    const [first, second, third] = states;
    first.advance(4, level(1));
    second.advance(4, level(1));
    third.advance(4, level(50));
    return states;
  }

  it("stops trusting its state, asks, and is repaired to the same state", () => {
    const [first, second, third] = diverge();
    const claims = [claim(n1, first, 4), claim(n2, second, 4)];
    expect(third.judge(4, claims, n3)).toMatchObject({ kind: "ask", diverged: true });
    expect(third.standing).toBe("diverged");
    expect(third.digestAfter(4)).toBeNull();
    expect(third.stateAfter(4)).toBeNull();
    expect(third.adopt(4, take(second, 4))).toBe(true);
    expect(third.digestAfter(4)).toBe(first.digestAfter(4));
  });

  it("knows that it takes a majority's state, and not only somebody's", () => {
    const [first, second, third] = diverge();
    third.judge(4, [claim(n1, first, 4), claim(n2, second, 4)], null);
    expect(third.isWantedOfMajority(4)).toBe(true);
    expect(third.isWantedOfMajority(3)).toBe(false);
    const [, , other] = diverge();
    other.judge(4, [claim(n1, first, 4)], n1);
    expect(other.standing).toBe("diverged");
    expect(other.isWantedOfMajority(4)).toBe(false);
  });

  it("counts as one fault however long the repair takes", () => {
    const [first, second, third] = diverge();
    const claims = [claim(n1, first, 4), claim(n2, second, 4)];
    third.judge(4, claims, null);
    expect(third.judge(4, claims, null)).toMatchObject({ kind: "ask", diverged: false });
  });

  it("while the majority stands, whoever drives", () => {
    const [first, second, third] = diverge();
    const claims = [claim(n2, second, 4), claim(n3, third, 4)];
    expect(first.judge(4, claims, n3)).toEqual({ kind: "stands" });
    expect(first.standing).toBe("consistent");
  });

  it("takes no state that it did not ask for, nor one that does not fit the digest", () => {
    const [first, second, third] = diverge();
    expect(third.adopt(4, take(first, 4))).toBe(false);
    third.judge(4, [claim(n1, first, 4), claim(n2, second, 4)], null);
    expect(third.adopt(4, { sum: 999, time: 0 })).toBe(false);
    expect(third.adopt(3, take(first, 3))).toBe(false);
    expect(third.adopt(4, { sum: () => 1 })).toBe(false);
    expect(third.standing).toBe("diverged");
  });

  it("takes no state so old that its inputs have left the history", () => {
    const [first, second, third] = diverge();
    third.judge(4, [claim(n1, first, 4), claim(n2, second, 4)], null);
    const old = take(first, 4);
    for (let cycle = 5; cycle <= 12; cycle += 1) third.advance(cycle, level(1));
    expect(third.adopt(4, old)).toBe(false);
  });
});

describe("STATE-3: without a majority somebody's state must stand", () => {
  function pair(): [ReplicaState, ReplicaState] {
    const [first, second] = running();
    first.advance(4, level(1));
    second.advance(4, level(2));
    return [first, second];
  }

  it("that of the replica which drives", () => {
    const [first, second] = pair();
    const [of1, of2] = [claim(n1, first, 4), claim(n2, second, 4)];
    expect(first.judge(4, [of2], n2)).toMatchObject({ kind: "ask", target: n2 });
    expect(second.judge(4, [of1], n2)).toEqual({ kind: "stands" });
  });

  it("or else the lowest id's", () => {
    const [first, second] = pair();
    const [of1, of2] = [claim(n1, first, 4), claim(n2, second, 4)];
    expect(first.judge(4, [of2], null)).toEqual({ kind: "stands" });
    expect(second.judge(4, [of1], null)).toMatchObject({ kind: "ask", target: n1 });
  });

  it("a state that was given up is taken back when nobody has another", () => {
    const [first, second] = pair();
    second.judge(4, [claim(n1, first, 4)], null);
    expect(second.standing).toBe("diverged");
    for (let cycle = 5; cycle < 14; cycle += 1) {
      expect(second.judge(cycle, [fresh(n1)], null)).toEqual({ kind: "stands" });
    }
    expect(second.judge(14, [fresh(n1)], null)).toEqual({ kind: "reinstated" });
    expect(second.standing).toBe("consistent");
  });
});

describe("STATE-4: when the cluster's clock is moved", () => {
  it("the newest state stands after the cycle that is now", () => {
    const [first] = running();
    const state = take(first, 3);
    first.renumber(1_000);
    expect(first.stateAfter(1_000)?.state).toEqual(state);
    expect(first.stateAfter(3)).toBeNull();
    first.advance(1_001, level(1));
    expect(first.stateAfter(1_001)?.state).toEqual({ sum: 4, time: 400_000 });
  });

  it("and a fresh replica stays fresh", () => {
    const state = newState(n1);
    state.renumber(1_000);
    expect(state.standing).toBe("fresh");
    expect(state.digestAfter(1_000)).toBeNull();
  });
});

describe("STATE-2: a replica that left a cycle out", () => {
  it("is compared all the same: its state after the cycle is that of before", () => {
    const [first, second, third] = running();
    first.advance(4, level(1));
    second.advance(4, level(1));
    expect(third.digestAfter(4)).toBe(third.digestAfter(3));
    const claims = [claim(n1, first, 4), claim(n2, second, 4)];
    expect(third.judge(4, claims, null)).toMatchObject({ kind: "ask", diverged: true });
    expect(third.adopt(4, take(first, 4))).toBe(true);
    expect(third.digestAfter(4)).toBe(first.digestAfter(4));
  });

  it("stands when all left it out", () => {
    const [first, second, third] = running();
    const claims = [claim(n1, first, 4), claim(n2, second, 4)];
    expect(third.judge(4, claims, null)).toEqual({ kind: "stands" });
  });
});

describe("STATE-2: a state that comes when it is not wanted any more", () => {
  it("changes nothing in a replica that took its own back", () => {
    const [first, , third] = running();
    first.advance(4, level(1));
    third.advance(4, level(50));
    third.judge(4, [claim(n1, first, 4)], n1);
    expect(third.standing).toBe("diverged");
    const late = take(first, 4);
    const doubting = { node: n1, fresh: false, digest: null };
    for (let count = 1; count < 10; count += 1) third.judge(4, [doubting], null);
    expect(third.judge(4, [doubting], null)).toEqual({ kind: "reinstated" });
    expect(third.adopt(4, late)).toBe(false);
  });

  it("changes nothing in a replica that began with the app's", () => {
    const [first] = running();
    const late = newState(n3);
    late.judge(3, [claim(n1, first, 3)], null);
    expect(late.judge(3, [fresh(n1)], null)).toEqual({ kind: "began" });
    expect(late.adopt(3, take(first, 3))).toBe(false);
  });
});
