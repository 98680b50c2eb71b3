/**
 * An agent: a member of a fleet without a control program. It opens what comes, feeds its
 * membership, and seals what the membership says. It is itself a machine, like a node.
 *
 * Unlike a node it knows its peers by no config: whoever has the cluster's key is heard, and the
 * membership decides who belongs to it. A name that somebody else lives under is given up: from
 * then on the agent is silent, for two who speak under one name would be taken for one that flaps.
 *
 * Before it takes an input, a step asks whether the agent itself was late; the membership then
 * suspends its verdicts on others before anything is judged.
 */
import type { PeerStanding } from "../detection/detector.js";
import { unreachable } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import { feed, type Machine, type Timeout, timeout } from "../kernel/machine.js";
import { type Duration, elapsed, type Instant, seconds } from "../kernel/time.js";
import type {
  CaseFile,
  Member,
  MembershipEvent,
  MembershipInput,
  MembershipOutput,
} from "../membership/ports.js";
import type { Mac } from "../wire/mac.js";
import { type Opened, Opener } from "../wire/opener.js";
import { Sealer } from "../wire/sealer.js";
import type { AgentEvent } from "./agent-events.js";
import { type AgentStatus, linkTotals } from "./agent-status.js";
import { RareReports } from "./rare-reports.js";

export type AgentInput =
  /** Bytes from anyone: hostile until opened. `origin` is where they came from, if a link knows. */
  | { readonly kind: "datagram"; readonly bytes: Uint8Array; readonly origin: string | null }
  /** Asks whoever is at these addresses to let this agent in, until one does. */
  | { readonly kind: "join"; readonly seeds: readonly string[] }
  /** Says goodbye. The agent should be stopped soon after. */
  | { readonly kind: "leave" };

export type AgentOutput =
  | { readonly kind: "send"; readonly targets: readonly NodeId[]; readonly bytes: Uint8Array }
  | { readonly kind: "send-to-address"; readonly address: string; readonly bytes: Uint8Array }
  /** Where the link reaches a member from now on; null: nobody sends to it any more. */
  | { readonly kind: "route"; readonly member: NodeId; readonly address: string | null }
  | { readonly kind: "report"; readonly event: AgentEvent };

/** The membership machine with what may be read of it; see src/membership/membership.ts. */
export interface MembershipMachine extends Machine<MembershipInput, MembershipOutput> {
  members(): readonly Member[];
  member(id: NodeId): Member | null;
  /** Null for a member that nothing is, or was, held against. */
  caseOf(member: NodeId): CaseFile | null;
  leader(): NodeId | null;
  healthScore(): number;
  detectorStanding(): readonly PeerStanding[];
}

export interface AgentOptions {
  readonly now: Instant;
  readonly cluster: string;
  readonly self: NodeId;
  /** Greater than in any earlier boot of this name. */
  readonly bootId: number;
  readonly mac: Mac;
  /** Members at one time, this one among them. */
  readonly membersMax: number;
  /** An agent woken later than this after its deadline was asleep, and blames itself first. */
  readonly latenessMax: Duration;
  readonly makeMembership: (now: Instant, life: number) => MembershipMachine;
}

/** Names besides the members whose frames are told from copies; the oldest makes room. */
export const guestsMax = 256;

/** What was refused is told once in this time, for each reason and source. */
export const refusedEvery = seconds(10);

export class Agent implements Machine<AgentInput, AgentOutput> {
  readonly #options: AgentOptions;
  readonly #opener: Opener;
  readonly #sealer: Sealer;
  readonly #membership: MembershipMachine;
  readonly #rare = new RareReports(refusedEvery);
  /** By reason, how often an opened frame had no effect: one entry for each reason. */
  readonly #bodyRefusals = new Map<string, number>();
  #started = false;
  #silenced = false;
  #outputs: AgentOutput[] = [];

  constructor(options: AgentOptions) {
    const { now, cluster, self, bootId, mac, membersMax } = options;
    const wire = { cluster, self, bootId, mac, peers: [], peersMax: membersMax + guestsMax };
    this.#options = options;
    this.#opener = new Opener(wire);
    this.#sealer = new Sealer(wire);
    this.#membership = options.makeMembership(now, bootId);
  }

  step(now: Instant, input: AgentInput | Timeout): readonly AgentOutput[] {
    this.#outputs = [];
    if (!this.#started) this.#report({ kind: "started", bootId: this.#options.bootId });
    this.#started = true;
    this.#blameOneself(now);
    if (this.#silenced) return this.#outputs;
    switch (input.kind) {
      case "timeout":
      case "join":
      case "leave":
        this.#feed(now, input);
        break;
      case "datagram":
        this.#onDatagram(now, input.bytes, input.origin);
        break;
      default:
        unreachable(input);
    }
    return this.#outputs;
  }

  deadline(): Instant | null {
    return this.#silenced ? null : this.#membership.deadline();
  }

  status(now: Instant): AgentStatus {
    const { self, cluster, bootId } = this.#options;
    return {
      node: self,
      cluster,
      bootId,
      at: now,
      silenced: this.#silenced,
      leader: this.#membership.leader(),
      healthScore: this.#membership.healthScore(),
      members: this.#membership.members(),
      watched: this.#membership.detectorStanding(),
      links: linkTotals(this.#opener.peers()),
      refusals: Object.fromEntries([...this.#opener.refusals(), ...this.#bodyRefusals]),
    };
  }

  member(id: NodeId): Member | null {
    return this.#membership.member(id);
  }

  caseOf(member: NodeId): CaseFile | null {
    return this.#membership.caseOf(member);
  }

  #blameOneself(now: Instant): void {
    const deadline = this.deadline();
    if (deadline === null || deadline > now) return;
    const by = elapsed(deadline, now);
    if (by <= this.#options.latenessMax) return;
    this.#feed(now, { kind: "was-late", by });
    this.#feed(now, timeout);
  }

  #onDatagram(now: Instant, bytes: Uint8Array, origin: string | null): void {
    const opened = this.#opener.open(bytes);
    if (!opened.ok) {
      this.#onRefused(now, opened, origin);
      return;
    }
    const { source, bootId, kind, body } = opened;
    if (kind === "membership") {
      this.#feed(now, { kind: "message", from: source, life: bootId, origin, body });
    } else this.#refuseBody(now, "not-for-members", source, origin);
  }

  #onRefused(now: Instant, refused: Extract<Opened, { ok: false }>, origin: string | null): void {
    const { reason, source, bootId } = refused;
    if (reason === "old-boot" && source !== null && bootId !== null) {
      this.#onOldBoot(now, source, bootId, origin);
      return;
    }
    const isOwnName = reason === "own-frame" && bootId !== null;
    if (isOwnName) this.#onOwnName(now, bootId, origin);
    // That our own frames come back, from a network or from ourselves as a seed, is no news.
    if (isOwnName && bootId === this.#options.bootId) return;
    this.#tellRefused(now, reason, source, origin);
  }

  /** Frames of a newer life under our name are not ours. */
  #onOwnName(now: Instant, life: number, origin: string | null): void {
    const { self: from, bootId } = this.#options;
    if (life > bootId) this.#feed(now, { kind: "message", from, life, origin, body: null });
  }

  #onOldBoot(now: Instant, source: NodeId, bootId: number, origin: string | null): void {
    this.#feed(now, { kind: "old-life", from: source, life: bootId, origin });
    const count = this.#rare.take(now, `old-boot ${source}`);
    if (count === null) return;
    const known = this.#opener.peers().find(({ peer }) => peer === source);
    const knownBootId = known?.bootId ?? null;
    this.#report({ kind: "old-boot-heard", source, bootId, knownBootId, origin, count });
  }

  #refuseBody(now: Instant, reason: string, source: NodeId, origin: string | null): void {
    this.#bodyRefusals.set(reason, (this.#bodyRefusals.get(reason) ?? 0) + 1);
    this.#tellRefused(now, reason, source, origin);
  }

  #tellRefused(now: Instant, reason: string, source: NodeId | null, origin: string | null): void {
    const count = this.#rare.take(now, `${reason} ${source ?? ""}`);
    if (count !== null) this.#report({ kind: "refused", reason, source, origin, count });
  }

  #feed(now: Instant, input: MembershipInput | Timeout): void {
    feed(this.#membership, now, input, (output) => this.#carry(now, output));
  }

  #carry(now: Instant, output: MembershipOutput): void {
    if (this.#silenced) return;
    switch (output.kind) {
      case "send":
        this.#outputs.push({ kind: "send", targets: output.targets, bytes: this.#seal(output) });
        break;
      case "send-to-address":
        this.#outputs.push({ ...output, bytes: this.#seal(output) });
        break;
      case "route":
        this.#route(output.member, output.address);
        break;
      case "peer-suspected":
      case "peer-trusted":
        this.#report(output);
        break;
      case "completed":
        break;
      case "refused":
        this.#refuseBody(now, `membership-${output.reason}`, output.from, null);
        break;
      case "event":
        this.#onEvent(output.event);
        break;
      default:
        unreachable(output);
    }
  }

  /** Not every member gets a frame of the membership, so no gap between them is a loss. */
  #seal({ body }: { readonly body: unknown }): Uint8Array {
    return this.#sealer.seal("membership", body, "some");
  }

  #route(member: NodeId, address: string | null): void {
    if (address === null) {
      this.#opener.forget(member);
    } else this.#opener.admit(member);
    this.#outputs.push({ kind: "route", member, address });
  }

  #onEvent(event: MembershipEvent): void {
    if (event.kind === "identity-lost") this.#silenced = true;
    if (event.kind === "member-joined") {
      this.#report({ ...event, address: this.member(event.member)?.address ?? null });
    } else if (event.kind === "member-suspected") {
      this.#report({ ...event, evidence: this.#evidenceOf(event.member, event.accuser) });
    } else this.#report(event);
  }

  #evidenceOf(member: NodeId, accuser: NodeId) {
    const accusations = this.#membership.caseOf(member)?.accusations ?? [];
    return accusations.find((one) => one.accuser === accuser)?.evidence ?? null;
  }

  #report(event: AgentEvent): void {
    this.#outputs.push({ kind: "report", event });
  }
}
