/**
 * The rules of memberlist's own tests, one by one, from ../shared/oracles/swim.json. Its
 * incarnation is ours within one life; its push/pull is our sync; its "rebroadcast" is that the
 * claim is a rumour afterwards, which the detector's next message carries.
 */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/kernel/ids.js";
import type { MembershipOutput } from "../../src/membership/ports.js";
import { readOracle } from "../support/oracles.js";
import {
  accused,
  alive,
  claimsSent,
  eventKinds,
  eventsIn,
  left,
  lifeOf,
  Single,
} from "./support/single.js";

interface Rules {
  readonly memberlistRules: { readonly rows: readonly (readonly [string, string, string])[] };
}

const peer = "peer";
const x = "test";
const replyOf = { kind: "sync-reply", page: 0 } as const;

/** A machine that knows `peer` and has nothing left to tell. */
function quiet(): Single {
  const single = new Single();
  single.hear(peer);
  return settle(single);
}

/** Lets the detector speak until no rumour is left. */
function settle(single: Single): Single {
  for (let count = 0; count < 10; count += 1) carried(single);
  return single;
}

/** What the next message of the detector carries. */
function carried(single: Single): readonly MembershipOutput[] {
  return single.detect({ kind: "send", targets: [nodeId(peer), nodeId("other")], body: "ping" });
}

const isRebroadcast = (single: Single, about: string = x): boolean =>
  claimsSent(carried(single), about).length > 0;

/** Knows `test` in this state, told by `peer`, and has nothing left to tell. */
function knowing(state: "alive" | "suspected" | "dead", incarnation: number): Single {
  const single = quiet();
  single.hear(peer, [alive(x, incarnation)]);
  if (state === "suspected") single.hear(peer, [accused("suspect", x, incarnation, peer)]);
  if (state === "dead") single.hear(peer, [accused("dead", x, incarnation, peer)]);
  expect(single.stateOf(x)).toBe(state);
  return settle(single);
}

const member = (single: Single, name: string = x) => single.machine.member(nodeId(name));

/** By what is given and said, in memberlist's words. */
const checks: Readonly<Record<string, () => void>> = {
  "unknown node | alive(inc=1)": () => {
    const single = quiet();
    expect(eventKinds(single.hear(peer, [alive(x, 1)]))).toEqual(["member-joined"]);
    expect(single.stateOf(x)).toBe("alive");
    expect(isRebroadcast(single)).toBe(true);
  },
  "node suspect at inc 1 | alive(inc=1)": () => {
    const single = knowing("suspected", 1);
    expect(eventKinds(single.hear(peer, [alive(x, 1)]))).toEqual([]);
    expect(single.stateOf(x)).toBe("suspected");
    expect(isRebroadcast(single)).toBe(false);
  },
  "node suspect at inc 1 | alive(inc=2)": () => {
    const single = knowing("suspected", 1);
    single.pass(1);
    const kinds = eventKinds(single.hear(peer, [alive(x, 2)]));
    expect(kinds).toEqual(["member-returned"]);
    expect(member(single)).toMatchObject({ state: "alive", incarnation: 2, since: single.now });
    expect(isRebroadcast(single)).toBe(true);
  },
  "node alive at inc 1 | alive(inc=2)": () => {
    const single = knowing("alive", 1);
    const since = member(single)?.since;
    single.pass(1);
    expect(eventKinds(single.hear(peer, [alive(x, 2)]))).toEqual([]);
    expect(member(single)).toMatchObject({ state: "alive", incarnation: 2, since });
    expect(isRebroadcast(single)).toBe(true);
  },
  "self alive | alive about self with inc 2 and other metadata, from a peer": () => {
    const single = quiet();
    const address = "10.9.9.9:1";
    single.hear(peer, [alive("m", 2, { address, declared: true, rank: 77 })]);
    expect(member(single, "m")).toMatchObject({ incarnation: 3, address: "10.0.0.1:7000" });
    expect(member(single, "m")?.rank).not.toBe(77);
    expect(isRebroadcast(single, "m")).toBe(true);
  },
  "node alive inc 1 | suspect(inc=1)": () => {
    const single = knowing("alive", 1);
    const kinds = eventKinds(single.hear(peer, [accused("suspect", x, 1, peer)]));
    expect(kinds).toEqual(["member-suspected"]);
    expect(isRebroadcast(single)).toBe(true);
    single.pass(30);
    expect(single.stateOf(x)).toBe("dead");
  },
  "node suspect inc 1 | suspect(inc=1) again (same accuser)": () => {
    const single = knowing("suspected", 1);
    expect(eventKinds(single.hear(peer, [accused("suspect", x, 1, peer)]))).toEqual([]);
    expect(single.stateOf(x)).toBe("suspected");
    expect(isRebroadcast(single)).toBe(false);
  },
  "node alive inc 10 | suspect(inc=1)": () => {
    const single = knowing("alive", 10);
    single.hear(peer, [accused("suspect", x, 1, peer)]);
    expect(single.stateOf(x)).toBe("alive");
    expect(isRebroadcast(single)).toBe(false);
  },
  "unknown node | suspect or dead": () => {
    const single = quiet();
    const claims = [accused("suspect", x, 1, peer), accused("dead", x, 1, peer), left(x, 1)];
    expect(eventKinds(single.hear(peer, claims))).toEqual([]);
    expect(member(single)).toBeNull();
    expect(isRebroadcast(single)).toBe(false);
  },
  "self alive | suspect about self": () => refutes("suspect"),
  "self alive | dead about self": () => refutes("dead"),
  "node alive inc 1 | dead(inc=1, from=other)": () => {
    const single = knowing("alive", 1);
    expect(eventKinds(single.hear(peer, [accused("dead", x, 1, "other")]))).toEqual([
      "member-died",
    ]);
    expect(single.stateOf(x)).toBe("dead");
    expect(isRebroadcast(single)).toBe(true);
  },
  "node alive inc 1 | dead(inc=1, from=itself)": () => {
    const single = quiet();
    const address = "10.0.0.7:7000";
    single.hear(peer, [alive(x, 1, { address, declared: true })]);
    settle(single);
    expect(eventKinds(single.hear(peer, [left(x, 1)]))).toEqual(["member-left"]);
    expect(single.stateOf(x)).toBe("left");
    expect(isRebroadcast(single)).toBe(true);
    const elsewhere = "10.0.0.8:7000";
    const again = single.hear(peer, [alive(x, 3, { address: elsewhere, declared: true })]);
    expect(eventKinds(again)).toEqual(["member-returned", "member-moved"]);
    expect(member(single)).toMatchObject({ state: "alive", address: elsewhere });
  },
  "node dead | dead again": () => {
    const single = knowing("dead", 1);
    expect(eventKinds(single.hear(peer, [accused("dead", x, 1, "other")]))).toEqual([]);
    expect(isRebroadcast(single)).toBe(false);
  },
  "node alive inc 10 | dead(inc=1)": () => {
    const single = knowing("alive", 10);
    expect(eventKinds(single.hear(peer, [accused("dead", x, 1, "other")]))).toEqual([]);
    expect(single.stateOf(x)).toBe("alive");
  },
  "node dead at inc 10 | alive(inc=10) replay": () => {
    const single = knowing("dead", 10);
    expect(eventKinds(single.hear(peer, [alive(x, 10)]))).toEqual([]);
    expect(single.stateOf(x)).toBe("dead");
  },
  "push/pull: local test1 suspect inc 1 | remote says test1 alive inc 2": () => {
    const single = knowing("suspected", 1);
    single.hear(peer, [alive(x, 2)], { content: replyOf });
    expect(member(single)).toMatchObject({ state: "alive", incarnation: 2 });
  },
  "push/pull: local test2 alive inc 1 | remote says suspect inc 1": () => {
    const single = knowing("alive", 1);
    single.hear(peer, [accused("suspect", x, 1, "other")], { content: replyOf });
    expect(single.stateOf(x)).toBe("suspected");
  },
  "push/pull: local test3 alive inc 1 | remote says DEAD inc 1": () => {
    const single = knowing("alive", 1);
    single.hear(peer, [accused("dead", x, 1, "other")], { content: replyOf });
    expect(single.stateOf(x)).toBe("suspected");
  },
  "push/pull: unknown test4 | remote says alive inc 2": () => {
    const single = quiet();
    const kinds = eventKinds(single.hear(peer, [alive(x, 2)], { content: replyOf }));
    expect(kinds).toEqual(["member-joined"]);
    expect(member(single)).toMatchObject({ state: "alive", incarnation: 2 });
  },
};

/** "Stays alive, broadcasts alive with higher incarnation, health score +1": by the detector. */
function refutes(status: "suspect" | "dead"): void {
  const single = quiet();
  const outputs = single.hear(peer, [accused(status, "m", 0, "other")]);
  expect(eventsIn(outputs)).toContainEqual({
    kind: "accusation-refuted",
    by: "other",
    incarnation: 1,
  });
  expect(member(single, "m")).toMatchObject({ state: "alive", incarnation: 1 });
  expect(single.detector.heard.filter(({ kind }) => kind === "accused")).toHaveLength(1);
  expect(claimsSent(carried(single), "m")[0]).toContain(`[0,"m",${lifeOf(1)},1,`);
}

/** Of the probes and of the shrinking timer; in test/detection and suspicion.test.ts. */
const elsewhere = ["probe", "dogpile"];

const oracle = readOracle<Rules>("swim.json");
const rows = oracle?.memberlistRules.rows ?? [];

describe.skipIf(oracle === null)("MEMBER-1: the rules of memberlist", () => {
  const ours = rows.filter(([given]) => !elsewhere.includes(given));

  it.each(ours)("%s: %s -> %s", (given, message) => {
    const check = checks[`${given} | ${message}`];
    if (check === undefined) throw new Error(`no check of: ${given} | ${message}`);
    check();
  });

  it("has a row for each check", () => {
    const named = ours.map(([given, message]) => `${given} | ${message}`);
    expect(named.sort()).toEqual(Object.keys(checks).sort());
  });
});
