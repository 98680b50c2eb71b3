/**
 * What every failure detector must do, whatever it sends and whomever its topology makes it watch.
 * The ids are those of src/detection/README.md.
 *
 * The network here is synchronous unless a test says otherwise: every message arrives within
 * `delayMax`, and each member has a phase of its own.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type {
  Detector,
  DetectorKind,
  DetectorOutput,
  DetectorSettings,
} from "../../src/detection/detector.js";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { timeout } from "../../src/kernel/machine.js";
import { Prng } from "../../src/kernel/prng.js";
import { after, type Duration, due, type Instant, instant } from "../../src/kernel/time.js";
import type { DelayModel } from "../../src/sim/delay.js";
import { encodeBody } from "../../src/wire/cbor.js";
import {
  DetectorFleet,
  memberNames,
  type Told,
  usual,
} from "../detection/support/detector-fleet.js";
import { malformed, plainData } from "../detection/support/hostile-bodies.js";

export const delayMax = 20_000 as Duration;
const delay: DelayModel = { kind: "uniform", min: 1_000 as Duration, max: delayMax };

/** What a body may take of a datagram, in bytes of CBOR. */
export const bodyBytesMax = 1_000;

export interface DetectorFacts {
  /** Left out: the usual ones of the fleet. */
  readonly settings?: DetectorSettings;
  /**
   * Of a group in which one member has crashed: when some member suspects it at the latest, and
   * also when all members trust one another again after any of them is back.
   */
  detectsWithin(members: number): Duration;
}

export function detectorContract(kind: DetectorKind, facts: DetectorFacts): void {
  const subject = { kind, settings: facts.settings ?? usual, facts };
  describe(`${kind.name} keeps the contract of detectors`, () => {
    synchronyRules(subject);
    latenessRules(subject);
    rosterRules(subject);
    bodyRules(subject);
    hostileRules(subject);
    determinismRules(subject);
  });
}

interface Subject {
  readonly kind: DetectorKind;
  readonly settings: DetectorSettings;
  readonly facts: DetectorFacts;
}

const start = (subject: Subject, members: number, seed: number, loss = 0): DetectorFleet =>
  DetectorFleet.inAnyPhase({ ...subject, members, seed, delay, loss });

const periods = ({ settings }: Subject, count: number): Duration =>
  (count * settings.period) as Duration;

const pick = (fleet: DetectorFleet): NodeId =>
  fleet.members[fleet.dice.below(fleet.members.length)] as NodeId;

function seeds(count: number): number[] {
  return Array.from({ length: count }, (_, seed) => seed);
}

/** One member crashes at some instant of the first twenty periods. */
function crashOne(subject: Subject, members: number, seed: number) {
  const group = start(subject, members, seed);
  const crashed = pick(group);
  group.runFor(group.dice.below(periods(subject, 20)) as Duration);
  const before = group.suspicions();
  const crashedAt = group.fleet.now;
  group.fleet.crash(crashed);
  group.runFor(subject.facts.detectsWithin(members));
  return { group, crashed, crashedAt, before };
}

function synchronyRules(subject: Subject): void {
  for (const [members, runs] of [
    [2, 50],
    [3, 50],
    [5, 1_000],
    [10, 30],
  ] as const) {
    it(`DETECT-1, DETECT-2: of ${members}, the crashed one is suspected, and nobody else`, () => {
      for (const seed of seeds(runs)) {
        const { group, crashed, before } = crashOne(subject, members, seed);
        const context = `seed ${seed}`;
        expect(before, context).toEqual([]);
        const suspected = new Set(group.suspicions().map(({ peer }) => peer));
        expect([...suspected], context).toEqual([crashed]);
      }
    });
  }

  it("DETECT-1: whoever suspects it shows it, and goes on so", () => {
    for (const seed of seeds(10)) {
      const { group, crashed } = crashOne(subject, 5, seed);
      group.runFor(subject.facts.detectsWithin(5));
      const by = group.suspectedNow();
      expect(by.length).toBeGreaterThan(0);
      const shown = group.othersThan(crashed).flatMap((id) => {
        const standing = group.detector(id)?.standing() ?? [];
        const suspected = standing.filter(({ status }) => status === "suspected");
        return suspected.map(({ peer }) => `${peer} by ${id}`);
      });
      expect(shown.sort()).toEqual(by.sort());
    }
  });

  it("DETECT-5: suspicion and trust alternate, whatever is lost", () => {
    for (const seed of seeds(20)) {
      const group = start(subject, 5, seed, 0.4);
      group.runFor(periods(subject, 100));
      const last = new Map<string, string>();
      for (const { by, output } of group.told) {
        if (output.kind !== "peer-suspected" && output.kind !== "peer-trusted") continue;
        const former = last.get(`${by} ${output.peer}`) ?? "peer-trusted";
        expect(output.kind).not.toBe(former);
        last.set(`${by} ${output.peer}`, output.kind);
      }
    }
  });

  it("DETECT-6: the evidence is of its detector, its instant and a silence that was", () => {
    const { group, crashed } = crashOne(subject, 5, 1);
    for (const { at, output } of group.told) {
      if (output.kind !== "peer-suspected") continue;
      const { evidence } = output;
      expect(evidence).toMatchObject({ detector: subject.kind.name, at });
      expect(evidence.silence).toBeGreaterThan(0);
      expect(evidence.silence).toBeLessThanOrEqual(at);
      for (const { sentAt } of evidence.attempts) expect(sentAt).toBeLessThanOrEqual(at);
    }
    expect(group.suspicions()[0]?.peer).toBe(crashed);
  });
}

function latenessRules(subject: Subject): void {
  it("DETECT-3: one that was late suspects nobody, and is trusted again by all", () => {
    const pause = (3 * subject.facts.detectsWithin(5)) as Duration;
    for (const seed of seeds(20)) {
      const group = start(subject, 5, seed);
      const late = pick(group);
      group.runFor(periods(subject, 15));
      group.fleet.pause(late, pause);
      group.runFor(pause);
      const suspects = group.suspicions();
      expect(suspects.length, "somebody misses it").toBeGreaterThan(0);
      group.runFor(subject.facts.detectsWithin(5));
      expect(group.suspicions().filter(({ by }) => by === late)).toEqual([]);
      expect(group.suspectedNow()).toEqual([]);
      group.runFor(subject.facts.detectsWithin(5));
      expect(group.suspectedNow()).toEqual([]);
    }
  });

  it("DETECT-3: without that word it blames its peers", () => {
    const late = instant(10 * subject.facts.detectsWithin(2));
    expect(judgedAt(alone(subject), late, false)).toContain("peer-suspected");
    expect(judgedAt(alone(subject), late, true)).not.toContain("peer-suspected");
  });
}

/** A detector with one peer that never speaks, to which it has spoken for the first time. */
function alone({ kind, settings }: Subject): Detector {
  const [self, peer] = memberNames(2) as [NodeId, NodeId];
  const dice = new Prng(1);
  const machine = kind.make({ ...settings, now: instant(0), self, peers: [peer], dice });
  for (let told: string[] = []; !told.includes("send"); ) {
    const at = machine.deadline();
    if (at === null) throw new Error("the detector never speaks");
    told = machine.step(at, timeout).map(({ kind: what }) => what);
  }
  return machine;
}

/** Wakes the detector exactly when it asks, up to and at `until`. */
function wake(machine: Detector, until: Instant): DetectorOutput[] {
  const told: DetectorOutput[] = [];
  for (let count = 0; count < 1_000; count += 1) {
    const at = machine.deadline();
    if (at === null || at > until) return told;
    told.push(...machine.step(at, timeout));
  }
  throw new Error("the detector asks for ever");
}

/** What a detector that slept from its last deadline to `late` says then. */
function judgedAt(machine: Detector, late: Instant, isTold: boolean): string[] {
  const kinds: string[] = [];
  if (isTold) {
    const told = machine.step(late, { kind: "was-late", by: late as number as Duration });
    kinds.push(...told.map(({ kind }) => kind));
  }
  for (let count = 0; count < 10 && due(machine.deadline(), late); count += 1) {
    kinds.push(...machine.step(late, timeout).map(({ kind }) => kind));
  }
  return kinds;
}

function rosterRules(subject: Subject): void {
  forgetRules(subject);
  repeatRules(subject);
}

function forgetRules(subject: Subject): void {
  it("DETECT-7: whom all forget is not spoken of nor to; the others are watched as before", () => {
    for (const seed of seeds(20)) {
      const { group, crashed } = crashOne(subject, 5, seed);
      const others = group.othersThan(crashed);
      for (const id of others) group.fleet.say(id, { kind: "forget", peer: crashed });
      const told = group.told.length;
      const second = others[group.dice.below(others.length)] as NodeId;
      group.fleet.crash(second);
      // A wait that runs already is that of a group of five.
      group.runFor(subject.facts.detectsWithin(5));
      const since = group.told.slice(told);
      expect(since.flatMap(({ output }) => (mentions(output, crashed) ? [output] : []))).toEqual(
        [],
      );
      expect(suspectsIn(since)).toEqual([second]);
      expect(standingsOf(group, crashed)).toEqual([]);
    }
  });

  it("DETECT-7: who is watched again is trusted, and found when it crashes again", () => {
    for (const seed of seeds(20)) {
      const { group, crashed } = crashOne(subject, 5, seed);
      const others = group.othersThan(crashed);
      for (const id of others) group.fleet.say(id, { kind: "forget", peer: crashed });
      group.runFor(group.dice.below(periods(subject, 20)) as Duration);
      const told = group.told.length;
      group.fleet.boot(crashed);
      for (const id of others) group.fleet.say(id, { kind: "watch", peer: crashed });
      group.runFor((2 * subject.facts.detectsWithin(5)) as Duration);
      expect(suspectsIn(group.told.slice(told)), `seed ${seed}`).toEqual([]);
      group.fleet.crash(crashed);
      group.runFor(subject.facts.detectsWithin(5));
      expect(suspectsIn(group.told.slice(told))).toEqual([crashed]);
    }
  });
}

function repeatRules(subject: Subject): void {
  it("DETECT-7: a second watch and a second forget change nothing", () => {
    const [self, peer, third] = memberNames(3) as [NodeId, NodeId, NodeId];
    const made = () => {
      const { settings } = subject;
      const dice = new Prng(1);
      return subject.kind.make({ ...settings, now: instant(0), self, peers: [peer, third], dice });
    };
    const [once, twice] = [made(), made()];
    const at = instant(subject.settings.period / 2);
    for (const machine of [once, twice]) wake(machine, at);
    twice.step(at, { kind: "watch", peer });
    for (const machine of [once, twice]) machine.step(at, { kind: "forget", peer: third });
    twice.step(at, { kind: "forget", peer: third });
    const until = after(at, subject.facts.detectsWithin(2));
    expect(wake(twice, until)).toEqual(wake(once, until));
    expect(twice.standing()).toEqual(once.standing());
  });

  it("DETECT-7: with no peers at all it says nothing, and sleeps on", () => {
    const { kind, settings } = subject;
    const dice = new Prng(1);
    const machine = kind.make({
      ...settings,
      now: instant(0),
      self: nodeId("pi"),
      peers: [],
      dice,
    });
    expect(wake(machine, instant(periods(subject, 50)))).toEqual([]);
    expect(machine.standing()).toEqual([]);
  });
}

function mentions(output: DetectorOutput, peer: NodeId): boolean {
  if (output.kind === "send") return output.targets.includes(peer);
  return output.kind !== "refused" && output.peer === peer;
}

const suspectsIn = (told: readonly Told[]): NodeId[] => [
  ...new Set(told.flatMap(({ output: o }) => (o.kind === "peer-suspected" ? [o.peer] : []))),
];

const standingsOf = (group: DetectorFleet, peer: NodeId): NodeId[] =>
  group.othersThan(peer).filter((id) => {
    return group
      .detector(id)
      ?.standing()
      .some((standing) => standing.peer === peer);
  });

function bodyRules(subject: Subject): void {
  it(`DETECT-8: bodies are plain CBOR of at most ${bodyBytesMax} bytes, to watched peers`, () => {
    for (const members of [2, 10, 60]) {
      const group = start(subject, members, 3, 0.1);
      const sizes: number[] = [];
      const strangers: string[] = [];
      group.fleet.watch({
        message: (_at, source, target, body) => {
          sizes.push(encodeBody(body).length);
          if (target === source || !group.members.includes(target)) strangers.push(target);
        },
      });
      group.runFor(periods(subject, 10));
      expect(sizes.length).toBeGreaterThan(0);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(bodyBytesMax);
      expect(strangers).toEqual([]);
    }
  });
}

function hostileRules(subject: Subject): void {
  it("DETECT-4: what does not parse is refused, and changes nothing from then on", () => {
    for (const seed of seeds(5)) {
      const clean = hostileRun(subject, seed, []);
      const hostile = hostileRun(subject, seed, malformed);
      const refused = hostile.filter(({ output }) => output.kind === "refused");
      expect(refused.length).toBe(10 * malformed.length);
      expect(hostile.filter(({ output }) => output.kind !== "refused")).toEqual(clean);
    }
  });

  it("DETECT-4: no plain data throws; refused or not, only watched peers are sent to", () => {
    const names = memberNames(3) as [NodeId, NodeId, NodeId];
    const bodies = fc.array(fc.tuple(fc.nat(4), plainData), { maxLength: 30 });
    fc.assert(
      fc.property(bodies, (said) => {
        const { kind, settings } = subject;
        const [self, ...peers] = names;
        const options = { ...settings, self, peers, dice: new Prng(1) };
        const machine = kind.make({ ...options, now: instant(0) });
        let now = instant(0);
        for (const [from, body] of said) {
          now = after(now, (settings.period / 4) as Duration);
          wake(machine, now);
          const sender = [...names, nodeId("stranger"), nodeId("pi-00")][from] as NodeId;
          const before = [machine.standing(), machine.deadline()];
          const told = machine.step(now, { kind: "message", from: sender, body });
          if (told.some((output) => output.kind === "refused")) {
            expect(told).toEqual([{ kind: "refused", from: sender }]);
            expect([machine.standing(), machine.deadline()]).toEqual(before);
          }
          for (const output of told) {
            if (output.kind === "send")
              expect(peers).toEqual(expect.arrayContaining([...output.targets]));
          }
        }
      }),
    );
  });
}

/** A group that loses messages and a member, while each member hears the bodies ten times. */
function hostileRun(subject: Subject, seed: number, bodies: readonly unknown[]): Told[] {
  const group = start(subject, 4, seed, 0.2);
  const [first, second] = group.members as [NodeId, NodeId];
  for (let turn = 0; turn < 10; turn += 1) {
    group.runFor((1.3 * subject.settings.period) as Duration);
    for (const body of bodies) group.fleet.say(first, { kind: "message", from: second, body });
    if (turn === 5) group.fleet.crash(second);
  }
  group.runFor(subject.facts.detectsWithin(4));
  return group.told;
}

function determinismRules(subject: Subject): void {
  it("DETECT-9: the same inputs at the same instants give the same outputs", () => {
    const run = (seed: number) => JSON.stringify(hostileRun(subject, seed, malformed));
    expect(run(7)).toBe(run(7));
    expect(run(7)).not.toBe(run(8));
  });
}
