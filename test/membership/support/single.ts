/** One machine by itself, its peers played by the test. */

import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { timeout } from "../../../src/kernel/machine.js";
import { Prng } from "../../../src/kernel/prng.js";
import { type Instant, instant, millis, seconds } from "../../../src/kernel/time.js";
import { claimBody } from "../../../src/membership/claim-body.js";
import type { Claim } from "../../../src/membership/claims.js";
import { rankUnassigned } from "../../../src/membership/claims.js";
import { Membership } from "../../../src/membership/membership.js";
import { type Message, messageBody, parseMessage } from "../../../src/membership/messages.js";
import type { MembershipOptions } from "../../../src/membership/options.js";
import type {
  MembershipEvent,
  MembershipInput,
  MembershipOutput,
  MembershipSettings,
} from "../../../src/membership/ports.js";
import { type ScriptedDetector, ScriptedKind } from "./scripted-detector.js";

export const settings: MembershipSettings = {
  admission: { kind: "open", membersMax: 64 },
  suspicionAlpha: 4,
  suspicionBeta: 6,
  confirmations: 3,
  unreachableFor: millis(0),
  tombstoneFor: seconds(60),
  syncEvery: seconds(30),
  gossipEvery: seconds(1),
  lambda: 4,
  claimsPerMessageMax: 8,
};

export const detectorSettings = {
  period: seconds(1),
  suspectAfter: seconds(3),
  ackTimeout: millis(500),
  relays: 3,
  phi: 8,
  lifeguard: true,
};

/** Boot ids of test members are far from small numbers, as real ones are. */
export const lifeOf = (boot: number): number => 1_000_000 + boot;

export type SingleOptions = Partial<Omit<MembershipOptions, "settings">> & {
  readonly settings?: Partial<MembershipSettings>;
};

export class Single {
  readonly self = nodeId("m");
  readonly machine: Membership;
  readonly detector: ScriptedDetector;
  now: Instant = instant(0);
  readonly outputs: MembershipOutput[] = [];

  constructor(options: SingleOptions = {}) {
    const kind = new ScriptedKind();
    this.machine = new Membership({
      now: this.now,
      self: this.self,
      life: lifeOf(1),
      address: "10.0.0.1:7000",
      roster: [this.self],
      rosterStarts: "expected",
      detector: kind,
      detectorSettings,
      dice: new Prng(7),
      ...options,
      settings: { ...settings, ...options.settings },
    });
    this.detector = kind.made[0] as ScriptedDetector;
  }

  step(input: MembershipInput | typeof timeout): readonly MembershipOutput[] {
    const outputs = this.machine.step(this.now, input);
    this.outputs.push(...outputs);
    return outputs;
  }

  /** Wakes the machine whenever it asks, up to and at `seconds` from now. */
  pass(count: number): readonly MembershipOutput[] {
    const until = instant(this.now + Math.round(count * 1_000_000));
    const from = this.outputs.length;
    for (let round = 0; round < 100_000; round += 1) {
      const at = this.machine.deadline();
      if (at === null || at > until) {
        this.now = until;
        return this.outputs.slice(from);
      }
      this.now = instant(Math.max(this.now, at));
      this.step(timeout);
    }
    throw new Error("the machine asks for ever");
  }

  /** A frame of `from` with these claims; its own life, incarnation and rank are as given. */
  hear(from: string, claims: readonly Claim[] = [], header: Header = {}) {
    const { life = lifeOf(1), incarnation = 0, rank = rankUnassigned, origin = null } = header;
    const content = header.content ?? ({ kind: "carry", detector: null } as const);
    const body = messageBody(incarnation, rank, claims, content);
    return this.step({ kind: "message", from: nodeId(from), life, origin, body });
  }

  /** What the detector says, at once. */
  detect(output: Parameters<ScriptedDetector["say"]>[0]): readonly MembershipOutput[] {
    this.detector.say(output);
    return this.step(timeout);
  }

  stateOf(name: string): string | null {
    return this.machine.member(nodeId(name))?.state ?? null;
  }
}

export interface Header {
  readonly life?: number;
  readonly incarnation?: number;
  readonly rank?: number;
  readonly origin?: string | null;
  readonly content?: Message["content"];
}

export const alive = (member: string, incarnation: number, more: Partial<Claim> = {}): Claim =>
  ({
    status: "alive",
    member: nodeId(member),
    life: lifeOf(1),
    incarnation,
    rank: 5,
    address: null,
    declared: false,
    ...more,
  }) as Claim;

export const accused = (
  status: "suspect" | "dead",
  member: string,
  incarnation: number,
  accuser: string,
  more: Partial<Claim> = {},
): Claim =>
  ({
    status,
    member: nodeId(member),
    life: lifeOf(1),
    incarnation,
    accuser: nodeId(accuser),
    evidence: null,
    ...more,
  }) as Claim;

export const left = (member: string, incarnation: number): Claim => ({
  status: "left",
  member: nodeId(member),
  life: lifeOf(1),
  incarnation,
});

export const eventsIn = (outputs: readonly MembershipOutput[]): MembershipEvent[] =>
  outputs.flatMap((output) => (output.kind === "event" ? [output.event] : []));

export const eventKinds = (outputs: readonly MembershipOutput[]): string[] =>
  eventsIn(outputs)
    .map(({ kind }) => kind)
    .filter((kind) => kind !== "leader-changed");

export interface Sent {
  readonly targets: readonly NodeId[];
  readonly message: Message;
}

export const sentIn = (outputs: readonly MembershipOutput[]): Sent[] =>
  outputs.flatMap((output) => {
    if (output.kind !== "send") return [];
    const message = parseMessage(output.body);
    if (message === null) throw new Error("the machine sent what it would not read");
    return [{ targets: output.targets, message }];
  });

/** All claims about the member that were sent, as text. */
export const claimsSent = (outputs: readonly MembershipOutput[], member: string): string[] =>
  sentIn(outputs).flatMap(({ message }) =>
    message.claims
      .filter((claim) => claim.member === member)
      .map((claim) => JSON.stringify(claimBody(claim))),
  );
