/** Lives, addresses and names; and who gets a place. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/kernel/ids.js";
import { timeout } from "../../src/kernel/machine.js";
import { seconds } from "../../src/kernel/time.js";
import { asksMax, leadsMax } from "../../src/membership/leads.js";
import type { MembershipOutput } from "../../src/membership/ports.js";
import {
  accused,
  alive,
  eventKinds,
  eventsIn,
  left,
  lifeOf,
  Single,
  sentIn,
} from "./support/single.js";

const [a, b] = [nodeId("a"), nodeId("b")];
const at = (host: number): string => `10.0.0.${host}:7000`;
const declared = (host: number) => ({ address: at(host), declared: true });

const routes = (outputs: readonly MembershipOutput[]) =>
  outputs.flatMap((output) =>
    output.kind === "route" ? [[output.member, output.address] as const] : [],
  );

describe("a newer life", () => {
  it("MEMBER-5: of the member itself replaces the former at once", () => {
    const single = new Single();
    single.hear("a", [], { incarnation: 9 });
    const outputs = single.hear("a", [], { life: lifeOf(2) });
    expect(eventsIn(outputs)).toEqual([
      { kind: "member-replaced", member: a, life: lifeOf(2), formerLife: lifeOf(1) },
    ]);
    expect(single.machine.member(a)).toMatchObject({ life: lifeOf(2), incarnation: 0 });
    const told = single.detector.heard.slice(-2);
    expect(told).toEqual([
      { kind: "forget", peer: a },
      { kind: "watch", peer: a },
    ]);
  });

  it("MEMBER-5: of one that has left has joined", () => {
    const single = new Single();
    single.hear("a", [left("a", 0)]);
    expect(eventKinds(single.hear("a", [], { life: lifeOf(2) }))).toEqual(["member-joined"]);
  });

  it("MEMBER-5: told by others is believed of one that is not alive", () => {
    for (const status of ["suspect", "dead"] as const) {
      const single = new Single();
      for (const name of ["a", "b"]) single.hear(name);
      single.hear("b", [accused(status, "a", 0, "b")]);
      const outputs = single.hear("b", [alive("a", 0, { life: lifeOf(2) })]);
      expect(eventKinds(outputs)).toEqual(["member-replaced"]);
    }
  });

  it("MEMBER-12: told by others of one that was heard alive is verified with itself", () => {
    const single = new Single();
    for (const name of ["a", "b"]) single.hear(name);
    single.pass(0);
    const lie = alive("a", 0, { life: lifeOf(99), ...declared(66) });
    expect(eventKinds(single.hear("b", [lie]))).toEqual([]);
    expect(single.machine.member(a)?.life).toBe(lifeOf(1));
    const outputs = single.pass(1);
    const asked = sentIn(outputs).filter(({ message }) => message.content.kind === "ask");
    expect(asked.map(({ targets }) => targets)).toEqual([[a]]);
    expect(outputs).toContainEqual(
      expect.objectContaining({ kind: "send-to-address", address: at(66) }),
    );
    // It answers in the life that we know.
    single.hear("a");
    const later = sentIn(single.pass(5));
    expect(later.filter(({ message }) => message.content.kind === "ask")).toEqual([]);
  });

  it("MEMBER-12: a lead is followed a few times, and leads are bounded", () => {
    const single = new Single({ settings: { admission: { kind: "open", membersMax: 200 } } });
    const names = Array.from({ length: leadsMax + 20 }, (_, number) => `x${number}`);
    for (const name of [...names, "b"]) single.hear(name);
    for (const name of names) single.hear("b", [alive(name, 0, { life: lifeOf(9) })]);
    const asked = sentIn(single.pass(20)).filter(({ message }) => message.content.kind === "ask");
    expect(asked).toHaveLength(leadsMax * asksMax);
  });

  it("MEMBER-12: who asks is answered, once a period", () => {
    const single = new Single();
    single.hear("a");
    const ask = { content: { kind: "ask" } as const };
    expect(sentIn(single.hear("a", [], ask))).toHaveLength(1);
    expect(sentIn(single.hear("a", [], ask))).toHaveLength(0);
  });

  it("MEMBER-12: invented by others falls with the member's own frame", () => {
    const single = new Single();
    single.hear("b", [alive("a", 0, { life: lifeOf(99) })]);
    expect(single.machine.member(a)?.life).toBe(lifeOf(99));
    single.hear("a");
    expect(single.machine.member(a)).toMatchObject({ life: lifeOf(1), state: "alive" });
  });

  it("MEMBER-12: an older life that speaks is told that it is outlived, no more", () => {
    const single = new Single();
    single.hear("a", [], { life: lifeOf(2) });
    const claims = [accused("dead", "m", 0, "a")];
    const outputs = single.hear("a", claims, { life: lifeOf(1), incarnation: 50 });
    expect(eventKinds(outputs)).toEqual([]);
    const content = { kind: "outlived", life: lifeOf(2), address: null };
    expect(sentIn(outputs).map(({ message }) => message.content)).toEqual([content]);
    expect(sentIn(single.hear("a", [], { life: lifeOf(1) }))).toEqual([]);
    expect(single.machine.member(a)).toMatchObject({ life: lifeOf(2), incarnation: 0 });
  });
});

describe("somebody else under our name", () => {
  const outlived = { content: { kind: "outlived", life: lifeOf(5), address: null } as const };

  it("MEMBER-12: heard itself: we stop", () => {
    const single = new Single();
    single.hear("a");
    const outputs = single.hear("m", [], { life: lifeOf(5), origin: at(9) });
    expect(eventsIn(outputs)).toContainEqual({
      kind: "identity-lost",
      life: lifeOf(5),
      address: at(9),
    });
    expect(single.machine.leader()).toBeNull();
    const after = single.pass(100);
    expect(new Set(after.map(({ kind }) => kind))).toEqual(new Set(["completed"]));
    expect(single.hear("a")).toEqual([]);
  });

  it("MEMBER-12: by the word of one among several: we go on; of two: we stop", () => {
    const single = new Single();
    for (const name of ["a", "b"]) single.hear(name);
    expect(eventKinds(single.hear("a", [], outlived))).toEqual([]);
    expect(eventKinds(single.hear("a", [], outlived))).toEqual([]);
    expect(eventKinds(single.hear("b", [], outlived))).toEqual(["identity-lost"]);
  });

  it("MEMBER-12: by the word of one that has the others declared dead: we go on", () => {
    const single = new Single();
    for (const name of ["a", "b", "c"]) single.hear(name);
    single.hear("a", [accused("dead", "b", 0, "a"), accused("dead", "c", 0, "a")]);
    expect(eventKinds(single.hear("a", [], outlived))).toEqual([]);
  });

  it("MEMBER-12: by the word of one for a while, if nobody says anything else: we stop", () => {
    for (const isSpokenTo of [false, true]) {
      const single = new Single();
      for (const name of ["a", "b"]) single.hear(name);
      const kinds: string[] = [];
      for (let count = 0; count < 20; count += 1) {
        kinds.push(...eventKinds(single.hear("a", [], outlived)));
        if (isSpokenTo) single.hear("b");
        single.pass(1);
      }
      expect(kinds).toEqual(isSpokenTo ? [] : ["identity-lost"]);
    }
  });

  it("MEMBER-12: a claim, an echo and an older life do not stop us", () => {
    const single = new Single();
    for (const name of ["a", "b"]) single.hear(name);
    for (const name of ["a", "b"]) single.hear(name, [alive("m", 0, { life: lifeOf(5) })]);
    single.hear("m");
    single.hear("m", [], { life: lifeOf(0) });
    single.hear("a", [], { content: { kind: "outlived", life: lifeOf(1), address: null } });
    single.hear("b", [], { content: { kind: "outlived", life: lifeOf(1), address: null } });
    expect(single.outputs.map((output) => output.kind)).not.toContain("identity-lost");
    expect(single.machine.leader()).not.toBeNull();
    expect(single.machine.member(single.self)?.incarnation).toBe(0);
  });
});

describe("addresses", () => {
  it("MEMBER-13: a route comes before anything is sent there", () => {
    const single = new Single();
    const content = { kind: "sync-request", page: 0 } as const;
    const outputs = single.hear("a", [], { origin: at(7), content });
    const kinds = outputs.map(({ kind }) => kind).filter((kind) => kind !== "event");
    expect(kinds).toEqual(["route", "send"]);
    expect(routes(outputs)).toEqual([[a, at(7)]]);
    expect(routes(single.hear("a", [], { origin: at(7) }))).toEqual([]);
  });

  it("MEMBER-13: the same name at a new address has moved", () => {
    const single = new Single();
    single.hear("a", [], { origin: at(7) });
    const outputs = single.hear("a", [], { origin: at(8) });
    const moved = { kind: "member-moved", member: a, address: at(8), formerAddress: at(7) };
    expect(eventsIn(outputs)).toEqual([moved]);
    expect(routes(outputs)).toEqual([[a, at(8)]]);
  });

  it("MEMBER-13: a declared address stands over where frames come from", () => {
    const single = new Single();
    const outputs = single.hear("a", [alive("a", 0, declared(7))], { origin: at(70) });
    expect(routes(outputs)).toEqual([[a, at(7)]]);
    expect(routes(single.hear("a", [], { origin: at(71) }))).toEqual([]);
    const later = single.hear("a", [alive("a", 1, declared(8))], { incarnation: 1 });
    expect(eventKinds(later)).toEqual(["member-moved"]);
  });

  it("MEMBER-13: seen, then declared, is no move; and declared no more, it is seen again", () => {
    const single = new Single();
    single.hear("a", [], { origin: at(70) });
    const outputs = single.hear("a", [alive("a", 0, declared(7))], { origin: at(70) });
    expect(eventKinds(outputs)).toEqual([]);
    expect(routes(outputs)).toEqual([[a, at(7)]]);
    const undeclared = single.hear("a", [alive("a", 1)], { origin: at(72), incarnation: 1 });
    expect(routes(undeclared)).toEqual([[a, at(72)]]);
  });

  it("MEMBER-13: a new name at an old address: the older holder is accused at once", () => {
    const single = new Single();
    single.hear("a", [], { origin: at(7) });
    const outputs = single.hear("b", [], { origin: at(7), life: lifeOf(2) });
    expect(eventsIn(outputs)).toContainEqual({
      kind: "member-suspected",
      member: a,
      accuser: "m",
    });
    expect(single.machine.caseOf(a)?.accusations[0]?.evidence?.detector).toBe("address-taken");
    // It may refute from wherever it is now.
    single.hear("a", [], { origin: at(8), incarnation: 1 });
    expect(single.machine.member(a)).toMatchObject({ state: "alive", address: at(8) });
  });

  it("MEMBER-13: a newer holder is not accused by an older name, nor by hearsay", () => {
    const single = new Single();
    single.hear("a", [], { origin: at(7), life: lifeOf(2) });
    single.hear("b", [], { origin: at(7), life: lifeOf(1) });
    single.hear("b", [alive("c", 0, { life: lifeOf(9), ...declared(7) })]);
    expect(single.stateOf("a")).toBe("alive");
    expect(single.stateOf("c")).toBe("alive");
  });

  it("MEMBER-13: both at once: two boards have changed places and names", () => {
    const single = new Single();
    single.hear("a", [], { origin: at(7) });
    single.hear("b", [], { origin: at(8) });
    single.hear("a", [], { origin: at(8), life: lifeOf(2) });
    single.hear("b", [], { origin: at(7), life: lifeOf(3) });
    expect(single.machine.member(a)).toMatchObject({ address: at(8), life: lifeOf(2) });
    expect(single.machine.member(b)).toMatchObject({ address: at(7), life: lifeOf(3) });
    expect(single.stateOf("b")).toBe("alive");
  });

  it("MEMBER-20: what is no address is not believed", () => {
    const single = new Single();
    expect(routes(single.hear("a", [], { origin: "somewhere else" }))).toEqual([]);
    expect(single.machine.member(a)?.address).toBeNull();
  });
});

describe("a place in the view", () => {
  const open = (membersMax: number) => ({ admission: { kind: "open", membersMax } as const });

  it("MEMBER-14: with a roster nobody else has one", () => {
    const roster = ["a", "m"].map(nodeId);
    const single = new Single({ roster, settings: { admission: { kind: "roster" } } });
    const stranger = single.hear("z", [alive("a", 0)]);
    expect(stranger).toEqual([{ kind: "refused", from: "z", reason: "not-in-roster" }]);
    expect(single.stateOf("a")).toBe("expected");
    const outputs = single.hear("a", [alive("z", 0)]);
    expect(outputs).toContainEqual({ kind: "refused", from: "a", reason: "not-in-roster" });
    expect(single.machine.members()).toHaveLength(2);
  });

  it("MEMBER-14: a full view refuses, and says so once a period", () => {
    const single = new Single({ settings: open(3) });
    for (const name of ["a", "b"]) single.hear(name);
    const outputs = single.hear("c");
    expect(outputs).toEqual([
      { kind: "event", event: { kind: "view-full", member: "c" } },
      { kind: "refused", from: "c", reason: "full" },
    ]);
    expect(single.hear("d")).toEqual([{ kind: "refused", from: "d", reason: "full" }]);
    single.pass(1);
    expect(eventKinds(single.hear("c"))).toEqual(["view-full"]);
    expect(single.machine.members()).toHaveLength(3);
  });

  it("MEMBER-14: hearsay makes room for who is heard, not for hearsay", () => {
    const single = new Single({ settings: open(4) });
    single.hear("a", [alive("x", 0), alive("y", 0), alive("z", 0)]);
    expect(single.stateOf("z")).toBeNull();
    const outputs = single.hear("b");
    expect(eventKinds(outputs)).toEqual(["member-forgotten", "member-joined"]);
    expect(single.machine.members()).toHaveLength(4);
    single.hear("c");
    single.hear("d");
    expect(single.machine.members().map(({ member }) => member)).toEqual(["a", "b", "c", "m"]);
  });

  it("MEMBER-14: a tombstone makes room first", () => {
    const single = new Single({ settings: open(4) });
    single.hear("a", [alive("x", 0)]);
    single.hear("b", [left("b", 0)]);
    single.hear("c");
    expect(single.machine.members().map(({ member }) => member)).toEqual(["a", "c", "m", "x"]);
  });

  it("MEMBER-15: a tombstone expires in its time, and old claims bring nothing back before", () => {
    const single = new Single();
    for (const name of ["a", "b"]) single.hear(name, [], { origin: at(7) });
    single.hear("b", [accused("dead", "a", 4, "b")]);
    single.pass(59);
    single.hear("b", [alive("a", 4)]);
    expect(single.stateOf("a")).toBe("dead");
    const outputs = single.pass(2);
    expect(eventKinds(outputs)).toEqual(["member-forgotten"]);
    expect(routes(outputs)).toEqual([[a, null]]);
    expect(single.machine.member(a)).toBeNull();
    expect(single.machine.caseOf(a)).toBeNull();
  });

  it("MEMBER-15: who came back has no tombstone, and a seat of the roster keeps its own", () => {
    const roster = ["a", "m"].map(nodeId);
    const single = new Single({ roster });
    for (const name of ["a", "b"]) single.hear(name);
    for (const name of ["a", "b"]) single.hear(name, [accused("dead", "a", 0, "b")]);
    single.hear("a", [accused("dead", "b", 0, "a")]);
    single.hear("b", [], { incarnation: 1 });
    single.pass(200);
    expect(single.stateOf("a")).toBe("dead");
    expect(single.stateOf("b")).toBe("alive");
  });
});

describe("joining and leaving", () => {
  const asks = (outputs: readonly MembershipOutput[]) =>
    outputs.filter(({ kind }) => kind === "send-to-address");

  it("MEMBER-2: asks at all addresses, more and more rarely, until a list comes", () => {
    const single = new Single();
    single.step(timeout);
    const seeds = [at(7), at(8)];
    expect(asks(single.step({ kind: "join", seeds }))).toHaveLength(2);
    const perSecond = Array.from({ length: 16 }, () => asks(single.pass(1)).length / 2);
    expect(perSecond).toEqual([1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    single.hear("a", [], { content: { kind: "sync-reply", page: 0 } });
    expect(asks(single.pass(100))).toEqual([]);
  });

  it("MEMBER-2: who asks gets the whole list, once a period", () => {
    const single = new Single();
    single.hear("a", [alive("x", 3)]);
    const content = { kind: "sync-request", page: 0 } as const;
    const [reply, ...others] = sentIn(single.hear("b", [], { content }));
    expect(others).toEqual([]);
    expect(reply?.message.content).toEqual({ kind: "sync-reply", page: 0 });
    expect(reply?.message.claims.map(({ member }) => member)).toEqual(["m", "a", "x", "b"]);
    expect(sentIn(single.hear("b", [], { content }))).toEqual([]);
    const later = { kind: "sync-request", page: 1 } as const;
    single.pass(1);
    expect(sentIn(single.hear("b", [], { content: later }))).toEqual([]);
  });

  it("MEMBER-4: says goodbye to all a few times, then nothing; its periods go on", () => {
    const single = new Single();
    for (const name of ["a", "b"]) single.hear(name);
    const outputs = [...single.step({ kind: "leave" }), ...single.pass(1)];
    const goodbyes = sentIn(outputs).filter(({ message }) => message.claims[0]?.status === "left");
    expect(goodbyes.map(({ targets }) => targets[0]).sort()).toEqual([
      "a",
      "a",
      "a",
      "b",
      "b",
      "b",
    ]);
    single.hear("a", [accused("dead", "m", 0, "a")]);
    const after = single.pass(10);
    expect(after).toEqual(new Array(10).fill({ kind: "completed" }));
    expect(single.stateOf("m")).toBe("left");
  });
});

describe("the period", () => {
  it("MEMBER-21: is completed on a grid, once however late", () => {
    const single = new Single();
    const count = (outputs: readonly MembershipOutput[]): number =>
      outputs.filter(({ kind }) => kind === "completed").length;
    expect(count(single.pass(10))).toBe(11);
    single.now = seconds(25) as unknown as typeof single.now;
    expect(count(single.step(timeout))).toBe(1);
    expect(single.machine.deadline()).toBe(seconds(26));
  });
});
