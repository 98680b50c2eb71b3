/** Accusations: our own, those of others, and those of us. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/kernel/ids.js";
import { millis, seconds } from "../../src/kernel/time.js";
import { caseFilesMax } from "../../src/membership/case-files.js";
import { incarnationLeapMax, incarnationMax } from "../../src/membership/claims.js";
import { accusationsMax } from "../../src/membership/ports.js";
import { evidenceAt } from "./support/scripted-detector.js";
import {
  accused,
  alive,
  claimsSent,
  eventKinds,
  eventsIn,
  left,
  lifeOf,
  Single,
  type SingleOptions,
  sentIn,
} from "./support/single.js";

const a = nodeId("a");
const names = ["a", "b", "c", "d", "e", "f"];

/** Knows six others, all heard; with so many a suspicion lasts from 4 s to 24 s. */
function group(options: SingleOptions = {}): Single {
  const single = new Single(options);
  for (const name of names) single.hear(name);
  return single;
}

const suspects = (single: Single, peer = a) =>
  single.detect({ kind: "peer-suspected", peer, evidence: evidenceAt(single.now) });
const trusts = (single: Single, peer = a) => single.detect({ kind: "peer-trusted", peer });
const sendTo = (single: Single, ...targets: string[]) =>
  single.detect({ kind: "send", targets: targets.map(nodeId), body: "ping" });

describe("our own accusation", () => {
  it("MEMBER-10: is told outside at once, and to the group with its evidence", () => {
    const single = group();
    const outputs = suspects(single);
    expect(outputs[0]).toMatchObject({ kind: "peer-suspected", peer: a });
    expect(eventKinds(outputs)).toEqual(["member-suspected"]);
    expect(claimsSent(sendTo(single, "b", "c"), "a")).toEqual([
      `[1,"a",${lifeOf(1)},0,"m",["scripted",0,1000000,0,[[null,0,0]]]]`,
    ]);
    expect(trusts(single)[0]).toEqual({ kind: "peer-trusted", peer: a });
    expect(single.stateOf("a")).toBe("suspected");
  });

  it("MEMBER-10: is not made of a seat that was never heard", () => {
    const roster = ["a", "m"].map(nodeId);
    const single = new Single({ roster, settings: { admission: { kind: "roster" } } });
    const outputs = suspects(single);
    expect(outputs.map(({ kind }) => kind)).toContain("peer-suspected");
    expect(eventKinds(outputs)).toEqual([]);
    single.pass(100);
    expect(single.stateOf("a")).toBe("expected");
  });

  it("MEMBER-8: runs out after its most where nobody confirms it, not before", () => {
    const single = group();
    suspects(single);
    single.pass(23.9);
    expect(single.stateOf("a")).toBe("suspected");
    expect(eventKinds(single.pass(0.2))).toEqual(["member-died"]);
    expect(single.stateOf("a")).toBe("dead");
    expect(single.detector.watched.has(a)).toBe(false);
  });

  it("MEMBER-8: runs out after its least where enough confirm it by themselves", () => {
    const single = group();
    suspects(single);
    for (const accuser of ["b", "c", "d"]) {
      single.hear(accuser, [accused("suspect", "a", 0, accuser)]);
    }
    single.pass(3.9);
    expect(single.stateOf("a")).toBe("suspected");
    single.pass(0.2);
    expect(single.stateOf("a")).toBe("dead");
  });

  it("MEMBER-8: one accuser heard from many counts once", () => {
    const single = group();
    suspects(single);
    for (const from of ["b", "c", "d"]) single.hear(from, [accused("suspect", "a", 0, "b")]);
    // One confirmation of three: half of the way from 24 s to 4 s.
    single.pass(13.9);
    expect(single.stateOf("a")).toBe("suspected");
    single.pass(0.2);
    expect(single.stateOf("a")).toBe("dead");
  });

  it("MEMBER-7: waits for a least length after a refutation, then for two, then for four", () => {
    const single = group();
    const accusedAt: number[] = [];
    let incarnation = 0;
    for (let second = 0; second < 80; second += 1) {
      // It began anew with the refutation, and hears nothing again.
      suspects(single);
      if (single.stateOf("a") === "suspected") {
        accusedAt.push(second);
        incarnation += 1;
        single.hear("b", [alive("a", incarnation)]);
      }
      expect(single.stateOf("a")).toBe("alive");
      single.pass(1);
    }
    // Seven members: the least length is 4 s.
    expect(accusedAt).toEqual([0, 4, 12, 28, 44, 60, 76]);
  });

  it("MEMBER-8: tells its own word, though others have said so since; else the newest", () => {
    const single = group();
    suspects(single);
    single.hear("b", [accused("suspect", "a", 0, "b")]);
    expect(claimsSent(sendTo(single, "c", "d"), "a")[0]).toContain(',0,"m",');
    const other = group();
    for (const by of ["b", "c"]) other.hear(by, [accused("suspect", "a", 0, by)]);
    expect(claimsSent(sendTo(other, "d", "e"), "a")[0]).toContain(',0,"c"');
  });

  it("MEMBER-7: what was refuted is not told again, until the detector says so anew", () => {
    const single = group();
    suspects(single);
    single.hear("b", [alive("a", 1)]);
    expect(single.detector.heard).toContainEqual({ kind: "refuted", peer: a });
    // One that probes takes it back then; one whose silence goes on does not, as above.
    trusts(single);
    expect(eventKinds(single.pass(60))).toEqual([]);
    expect(eventKinds(suspects(single))).toEqual(["member-suspected"]);
  });

  it("MEMBER-7: a new silence is accused after the least again", () => {
    const single = group();
    let accusations = 0;
    for (let round = 0; round < 5; round += 1) {
      suspects(single);
      if (single.stateOf("a") === "suspected") accusations += 1;
      single.hear("a", [], { incarnation: round + 1 });
      trusts(single);
      single.pass(9);
    }
    expect(accusations).toBe(5);
  });
});

describe("who is accused", () => {
  it("MEMBER-10: is told so before anything else, in one message for all", () => {
    const single = group();
    suspects(single);
    const sent = sentIn(sendTo(single, "a", "b"));
    expect(sent.map(({ targets }) => targets)).toEqual([["a", "b"]]);
    expect(sent[0]?.message.claims[0]).toMatchObject({ status: "suspect", member: "a" });
    // And again on every message, though it is a rumour no more.
    for (let count = 0; count < 20; count += 1) sendTo(single, "b", "c");
    expect(claimsSent(sendTo(single, "a"), "a")).toHaveLength(1);
    expect(claimsSent(sendTo(single, "b", "c"), "a")).toHaveLength(0);
  });

  it("MEMBER-10: is answered when it speaks, once a period", () => {
    for (const status of ["suspect", "dead"] as const) {
      const single = group();
      single.hear("b", [accused(status, "a", 0, "b")]);
      expect(claimsSent(single.hear("a"), "a")).toHaveLength(1);
      expect(claimsSent(single.hear("a"), "a")).toHaveLength(0);
      single.pass(1);
      expect(claimsSent(single.hear("a"), "a")).toHaveLength(1);
      expect(single.hear("b").filter(({ kind }) => kind === "send")).toEqual([]);
    }
  });

  it("MEMBER-10: is answered too when others say that it has left, but not to its goodbye", () => {
    const single = group();
    expect(sentIn(single.hear("a", [left("a", 0)]))).toEqual([]);
    single.hear("b", [left("c", 0)]);
    const sent = sentIn(single.hear("c"));
    expect(sent[0]?.message.claims[0]).toMatchObject({ status: "left", member: "c" });
  });

  it("MEMBER-8: an accuser that does not know the life only confirms, whatever it says", () => {
    const single = group();
    suspects(single);
    single.pass(10);
    single.hear("b", [accused("dead", "a", 0, "b", { life: 0 })]);
    expect(single.stateOf("a")).toBe("suspected");
    // One confirmation of three: half of the way from 24 s to 4 s.
    single.pass(3.9);
    expect(single.stateOf("a")).toBe("suspected");
    single.pass(0.2);
    expect(single.stateOf("a")).toBe("dead");
  });

  it("MEMBER-11: is back by its own frame with a higher incarnation", () => {
    const single = group();
    single.hear("b", [accused("dead", "a", 0, "b")]);
    expect(eventKinds(single.hear("a", [], { incarnation: 0 }))).toEqual([]);
    expect(single.stateOf("a")).toBe("dead");
    expect(eventsIn(single.hear("a", [], { incarnation: 1 }))).toContainEqual({
      kind: "member-returned",
      member: a,
      former: "dead",
    });
    expect(single.detector.watched.has(a)).toBe(true);
  });

  it("MEMBER-11: whom the detector still suspected is trusted by a new watch, once", () => {
    const single = group();
    suspects(single);
    single.hear("b", [accused("dead", "a", 0, "b")]);
    const back = single.hear("a", [], { incarnation: 1 });
    expect(back.filter(({ kind }) => kind === "peer-trusted")).toHaveLength(1);
    expect(suspects(single)[0]?.kind).toBe("peer-suspected");
  });

  it("MEMBER-11: a frame that is behind what is said of its sender is answered with that", () => {
    const single = group();
    single.hear("b", [alive("a", 5)]);
    const sent = sentIn(single.hear("a", [], { incarnation: 2 }));
    expect(sent[0]?.message.claims[0]).toMatchObject({ status: "alive", incarnation: 5 });
  });
});

describe("when others accuse us", () => {
  it("MEMBER-11: we refute above what they claim, and the detector learns of it", () => {
    const single = group();
    const outputs = single.hear("b", [accused("suspect", "m", 7, "c")]);
    expect(eventsIn(outputs)).toContainEqual({
      kind: "accusation-refuted",
      by: "c",
      incarnation: 8,
    });
    expect(single.detector.heard.at(-1)).toEqual({ kind: "accused" });
  });

  it("MEMBER-11: what is older than our word is not answered again", () => {
    const single = group();
    single.hear("b", [accused("suspect", "m", 7, "c")]);
    expect(eventKinds(single.hear("b", [accused("dead", "m", 7, "c")]))).toEqual([]);
    expect(single.machine.member(single.self)?.incarnation).toBe(8);
  });

  it("MEMBER-20: nobody can use up our incarnations at a stroke", () => {
    const single = group();
    for (const incarnation of [incarnationMax, incarnationLeapMax + 1]) {
      const outputs = single.hear("b", [accused("dead", "m", incarnation, "c")]);
      expect(outputs).toContainEqual({ kind: "refused", from: "b", reason: "incarnation-leap" });
    }
    expect(single.machine.member(single.self)).toMatchObject({ state: "alive", incarnation: 0 });
    single.hear("b", [accused("dead", "m", incarnationLeapMax, "c")]);
    expect(single.machine.member(single.self)?.incarnation).toBe(incarnationLeapMax + 1);
  });
});

describe("between suspected and dead", () => {
  const options = { settings: { unreachableFor: seconds(10) } };

  it("MEMBER-18: a member is unreachable for as long as it is set, then dead", () => {
    const single = group(options);
    suspects(single);
    const [event] = eventsIn(single.pass(24)).filter(({ kind }) => kind === "member-unreachable");
    expect(event).toMatchObject({ case: { declaredBy: "m", suspicion: { first: 24_000_000 } } });
    expect(single.stateOf("a")).toBe("unreachable");
    expect(single.detector.watched.has(a)).toBe(true);
    single.pass(9.9);
    expect(single.stateOf("a")).toBe("unreachable");
    expect(eventKinds(single.pass(0.2))).toEqual(["member-died"]);
  });

  it("MEMBER-18: and back as soon as it refutes", () => {
    const single = group(options);
    suspects(single);
    single.pass(25);
    const back = eventsIn(single.hear("a", [], { incarnation: 1 }));
    expect(back).toContainEqual({ kind: "member-returned", member: a, former: "unreachable" });
    trusts(single);
    single.pass(30);
    expect(single.stateOf("a")).toBe("alive");
  });
});

describe("a node that was late itself", () => {
  it("MEMBER-16: gives every suspicion as much more time, tells the detector and says so", () => {
    const single = group();
    suspects(single);
    single.pass(20);
    const outputs = single.step({ kind: "was-late", by: seconds(10) });
    expect(eventsIn(outputs)).toEqual([{ kind: "verdicts-suspended", by: seconds(10) }]);
    expect(single.detector.heard.at(-1)).toEqual({ kind: "was-late", by: seconds(10) });
    single.pass(13.9);
    expect(single.stateOf("a")).toBe("suspected");
    single.pass(0.2);
    expect(single.stateOf("a")).toBe("dead");
    expect(single.machine.caseOf(a)?.lateAt).toBe(seconds(20));
  });

  it("MEMBER-16: an unreachable one too", () => {
    const single = group({ settings: { unreachableFor: seconds(10) } });
    suspects(single);
    single.pass(25);
    single.step({ kind: "was-late", by: seconds(10) });
    single.pass(18.9);
    expect(single.stateOf("a")).toBe("unreachable");
    single.pass(0.2);
    expect(single.stateOf("a")).toBe("dead");
  });
});

describe("the case file", () => {
  it("MEMBER-17: names who suspected first, who confirmed, how long it lasted, who gave up", () => {
    const single = group();
    single.detector.health = 3;
    single.hear("b", [accused("suspect", "a", 0, "b", { evidence: evidenceAt(5) })]);
    single.pass(2);
    suspects(single);
    single.hear("c", [accused("suspect", "a", 0, "d")]);
    single.pass(30);
    expect(single.machine.caseOf(a)).toEqual({
      member: a,
      life: lifeOf(1),
      incarnation: 0,
      accusations: [
        { accuser: "b", heardAt: 0, evidence: evidenceAt(5) },
        { accuser: "m", heardAt: seconds(2), evidence: evidenceAt(seconds(2)) },
        { accuser: "d", heardAt: seconds(2), evidence: null },
      ],
      suspicion: { first: seconds(24), last: millis(8_150) },
      declaredBy: "m",
      declaredAt: millis(8_150),
      healthScore: 3,
      lateAt: null,
      refutedAt: null,
      returnedLife: null,
    });
  });

  it("MEMBER-17: whose claim of death was taken is named", () => {
    const single = group();
    single.hear("b", [accused("dead", "a", 0, "c", { evidence: evidenceAt(5) })]);
    expect(single.machine.caseOf(a)).toMatchObject({
      accusations: [{ accuser: "c" }],
      suspicion: null,
      declaredBy: "c",
    });
  });

  it("MEMBER-17: is kept after a refutation, until the next accusation", () => {
    const single = group();
    suspects(single);
    single.pass(2);
    single.hear("a", [], { incarnation: 1 });
    expect(single.machine.caseOf(a)).toMatchObject({
      accusations: [{ accuser: "m" }],
      refutedAt: seconds(2),
      returnedLife: single.machine.caseOf(a)?.life,
    });
    single.hear("b", [accused("suspect", "a", 1, "b")]);
    expect(single.machine.caseOf(a)).toMatchObject({
      accusations: [{ accuser: "b" }],
      refutedAt: null,
    });
    expect(single.machine.caseOf(nodeId("b"))).toBeNull();
  });

  it("MEMBER-17: a new life is no refutation, and is told", () => {
    const single = group();
    suspects(single);
    const life = single.machine.caseOf(a)?.life ?? 0;
    single.pass(2);
    single.hear("a", [], { life: life + 1 });
    expect(single.machine.caseOf(a)).toMatchObject({
      ...{ life, refutedAt: seconds(2), returnedLife: life + 1 },
    });
  });

  it("MEMBER-17: accusers and files are bounded; the oldest that was refuted goes first", () => {
    const single = new Single({ settings: { admission: { kind: "open", membersMax: 400 } } });
    single.hear("b");
    for (let count = 0; count < caseFilesMax + 1; count += 1) {
      single.hear("b", [alive(`x${count}`, 0)]);
    }
    for (let count = 0; count < caseFilesMax; count += 1) {
      single.hear("b", [accused("suspect", `x${count}`, 0, "b")]);
    }
    single.hear("b", [alive("x7", 1)]);
    single.hear("b", [accused("suspect", `x${caseFilesMax}`, 0, "b")]);
    expect(single.machine.caseOf(nodeId("x7"))).toBeNull();
    expect(single.machine.caseOf(nodeId("x0"))).not.toBeNull();
    for (let count = 0; count < 40; count += 1) {
      single.hear("b", [accused("suspect", "x0", 0, `accuser${count}`)]);
    }
    expect(single.machine.caseOf(nodeId("x0"))?.accusations).toHaveLength(accusationsMax);
  });
});
