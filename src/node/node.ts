/**
 * A node: the parts of one replica, wired together. It is itself a machine, so a host has one thing
 * to feed, and a recording of what it was fed is a recording of everything.
 *
 * Each part is fed by one method, and its outputs are carried on by one `switch`: that is the whole
 * wiring. Before it takes an input, a step asks whether the node itself was late; if so it gives up
 * the right to drive and suspends its verdicts on others before it acts.
 */
import type { ChannelCommand, CommandRefusal } from "../control/cycle/overrides.js";
import type { CycleInput, CycleOutput, Unfitness } from "../control/cycle/ports.js";
import type { OutputGateInput, OutputGateOutput } from "../control/gate/output-gate.js";
import type { CommandProtection } from "../control/protection/command-protection.js";
import type { RightInput, RightOutput } from "../control/right/ports.js";
import type { PathInput, PathWatchOutput } from "../detection/paths/path-watch.js";
import { unreachable } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import {
  earliestDeadline,
  feed,
  type Machine,
  remembering,
  type Timeout,
  timeout,
  type Wakeable,
  wakeable,
  wakeDue,
} from "../kernel/machine.js";
import { elapsed, type Instant } from "../kernel/time.js";
import type { MembershipInput, MembershipOutput, RefusedReason } from "../membership/ports.js";
import { ownClient, type ReplicaInput, type ReplicaOutput } from "../replication/replica/ports.js";
import type { Verdict } from "../voting/voter.js";
import type { EntityStanding } from "../watchdog/supervision/entity.js";
import type {
  DogCommand,
  DogRefusal,
  SupervisionInput,
  SupervisionOutput,
} from "../watchdog/supervision/ports.js";
import { commanded, giveUpReason, isOfGroup, wouldHear } from "./drive-words.js";
import type { NodeEvent } from "./events.js";
import type { Outgoing } from "./outgoing.js";
import { cycleFrames, membershipFrames } from "./part-frames.js";
import { type NodeOptions, type NodeParts, partsOf } from "./parts.js";
import { pathOutputs } from "./path-outputs.js";
import type { Datagram, NodeInput, NodeOutput } from "./ports.js";
import type { Received, Reception } from "./reception.js";
import { replicaOutputs } from "./replica-outputs.js";
import { type NodeStatus, nodeStatus } from "./status.js";
import { CycleCheckpoints, heartbeatCheckpoint, ToleratedReports } from "./supervision.js";
import { Talk, type Word } from "./talk.js";

type Refused = Extract<Received, { readonly ok: false }>;

export class Node implements Machine<NodeInput, NodeOutput> {
  readonly #options: NodeOptions;
  readonly #outgoing: Outgoing;
  readonly #reception: Reception;
  readonly #cycle: Machine<CycleInput, CycleOutput>;
  readonly #membership: Machine<MembershipInput, MembershipOutput>;
  readonly #paths: Machine<PathInput, PathWatchOutput>;
  readonly #right: Machine<RightInput, RightOutput>;
  readonly #gate: Machine<OutputGateInput, OutputGateOutput>;
  readonly #commands: CommandProtection | null;
  readonly #supervision: Machine<SupervisionInput, SupervisionOutput>;
  readonly #replica: Machine<ReplicaInput, ReplicaOutput>;
  readonly #checkpoints = new CycleCheckpoints();
  readonly #tolerated = new ToleratedReports();
  readonly #allParts: NodeParts;
  readonly #parts: readonly Wakeable[];
  readonly #verdicts = new Map<string, Verdict>();
  readonly #talk: Talk;
  #driver: NodeId | null = null;
  #started = false;
  /** As the control cycle has told last. */
  #fit = false;
  /** It only waits for the bite: it must not drive any more. */
  #rebooting = false;
  #outputs: NodeOutput[] = [];

  constructor(options: NodeOptions) {
    const parts = partsOf(options);
    this.#options = options;
    this.#allParts = parts;
    this.#outgoing = parts.outgoing;
    this.#reception = parts.reception;
    this.#commands = parts.commands;
    this.#cycle = remembering(parts.cycle);
    this.#membership = remembering(parts.membership);
    this.#paths = remembering(parts.paths);
    this.#right = remembering(parts.right);
    this.#gate = remembering(parts.gate);
    this.#supervision = remembering(parts.supervision);
    this.#replica = remembering(parts.replica);
    this.#talk = new Talk(this.#right, this.#replica, {
      right: (now, output) => this.#carryRight(now, output),
      replica: (now, output) => this.#carryReplica(now, output),
    });
    this.#parts = this.#wakeables();
  }

  step(now: Instant, input: NodeInput | Timeout): readonly NodeOutput[] {
    this.#outputs = [];
    if (!this.#started) this.#report({ kind: "started", bootId: this.#options.bootId });
    this.#started = true;
    this.#blameOneself(now);
    switch (input.kind) {
      case "timeout":
        wakeDue(this.#parts, now);
        break;
      case "datagram":
        this.#onDatagram(now, input);
        break;
      case "readings":
      case "override":
        this.#feedCycle(now, input);
        break;
      case "snooze":
      case "reboot":
        this.#feedSupervision(now, input);
        break;
      case "write-refused":
        this.#report(input);
        break;
      case "disk-done":
      case "requests":
      case "client-gone":
      case "client-paused":
        this.#feedReplica(now, input);
        break;
      default:
        unreachable(input);
    }
    return this.#outputs;
  }

  deadline(): Instant | null {
    return earliestDeadline(this.#parts);
  }

  /** Why a person's word would not be taken now; null where it would. */
  whyNot(command: ChannelCommand): CommandRefusal | null {
    return this.#allParts.cycle.whyNot(command);
  }

  /** Part of the status, for whoever asks after every step. */
  supervised(): readonly EntityStanding[] {
    return this.#allParts.supervision.standing();
  }

  /** Why a person's word to the watchdog would not be taken now; null where it would. */
  whyNotDog(command: DogCommand): DogRefusal | null {
    return this.#allParts.supervision.whyNot(command);
  }

  status(now: Instant): NodeStatus {
    return nodeStatus(now, this.#options, this.#allParts, this.#verdicts);
  }

  /**
   * The order counts where two are due at the same instant: first what must be given up, then what
   * may be asked for, and supervision last, for it judges the others.
   */
  #wakeables(): Wakeable[] {
    return [
      wakeable(this.#gate, (now) => this.#feedGate(now, timeout)),
      wakeable(this.#right, (now) => this.#feedRight(now, timeout)),
      wakeable(this.#cycle, (now) => this.#feedCycle(now, timeout)),
      wakeable(this.#membership, (now) => this.#feedMembership(now, timeout)),
      wakeable(this.#replica, (now) => this.#feedReplica(now, timeout)),
      wakeable(this.#paths, (now) => this.#feedPaths(now, timeout)),
      wakeable(this.#supervision, (now) => this.#feedSupervision(now, timeout)),
    ];
  }

  #blameOneself(now: Instant): void {
    const deadline = this.deadline();
    if (deadline === null || deadline > now) return;
    const by = elapsed(deadline, now);
    if (by <= this.#options.settings.timing.latenessMax) return;
    this.#report({ kind: "was-late", by });
    this.#feedRight(now, { kind: "give-up", reason: "late" });
    this.#feedReplica(now, { kind: "was-late", by });
    this.#feedMembership(now, { kind: "was-late", by });
    this.#feedPaths(now, { kind: "was-late" });
    this.#feedCycle(now, { kind: "was-late" });
    wakeDue(this.#parts, now);
  }

  #onDatagram(now: Instant, { bytes, origin, path = 0 }: Datagram): void {
    // An address that a peer has on another path is not where the first path's link finds it.
    const from = path === 0 ? (origin ?? null) : null;
    const received = this.#reception.receive(bytes, from, path);
    const { heard: peer } = received;
    if (peer !== null) this.#feedPaths(now, { kind: "heard", peer, path });
    if (!received.ok) {
      this.#onRefused(now, received, from);
      return;
    }
    const { kind, source, incoming } = received;
    if (kind === "sample") this.#outgoing.keepSample(source, bytes);
    if (incoming.part === "cycle") this.#feedCycle(now, incoming.input);
    else if (incoming.part === "paths") this.#feedPaths(now, incoming.input);
    else if (incoming.part === "replica") this.#feedReplica(now, incoming.input);
    else this.#feedMembership(now, incoming.input);
  }

  #onRefused(now: Instant, received: Refused, origin: string | null): void {
    const { refusal, bootId: life, isCopy } = received;
    if (!isCopy) this.#report(refusal);
    const { reason, source: from } = refusal;
    if (reason !== "old-boot" || from === null || life === null) return;
    this.#feedMembership(now, { kind: "old-life", from, life, origin });
  }

  #feedCycle(now: Instant, input: CycleInput | Timeout): void {
    feed(this.#cycle, now, input, (output) => {
      this.#carryCycle(now, output);
      for (const word of this.#checkpoints.of(output)) this.#feedSupervision(now, word);
    });
  }

  #carryCycle(now: Instant, output: CycleOutput): void {
    switch (output.kind) {
      case "read":
        this.#outputs.push(output);
        break;
      case "send-sample":
      case "send-sample-request":
      case "resend-sample":
      case "send-state-request":
      case "send-state-reply":
      case "send-order":
        this.#send(cycleFrames(this.#outgoing, output, this.#options.settings.nodes));
        break;
      case "commands":
        if (!this.#rebooting) this.#feedGate(now, output);
        break;
      case "fitness":
        this.#carryFitness(now, output.unfit);
        break;
      case "completed":
        break;
      case "report":
        if (output.event.kind === "voted") {
          this.#verdicts.set(output.event.sensor, output.event.verdict);
        }
        this.#report(output.event);
        break;
      default:
        unreachable(output);
    }
  }

  #carryFitness(now: Instant, unfit: Unfitness | null): void {
    this.#fit = unfit === null;
    if (unfit !== null) this.#feedRight(now, { kind: "give-up", reason: giveUpReason(unfit) });
    this.#tellEligible(now);
  }

  #tellEligible(now: Instant): void {
    const eligible =
      this.#fit && !this.#rebooting && wouldHear(this.#allParts.replica, this.#options.self);
    this.#feedRight(now, { kind: "eligible", eligible });
  }

  #feedMembership(now: Instant, input: MembershipInput | Timeout): void {
    feed(this.#membership, now, input, (output) => this.#carryMembership(now, output));
  }

  #carryMembership(now: Instant, output: MembershipOutput): void {
    switch (output.kind) {
      case "send":
        this.#send(membershipFrames(this.#outgoing, output));
        break;
      case "completed":
        this.#feedSupervision(now, heartbeatCheckpoint);
        break;
      case "route":
        this.#outputs.push(output);
        break;
      case "peer-suspected":
      case "peer-trusted":
        this.#report(output);
        this.#feedReplica(now, {
          ...{ kind: "suspicion", member: output.peer },
          suspected: output.kind === "peer-suspected",
        });
        break;
      case "event":
        this.#report(output.event);
        break;
      case "refused":
        this.#report(this.#reception.refuse(refusalOf(output.reason), output.from));
        break;
      case "send-to-address":
        // Only a member that joins by address says so; the seats of a roster have names.
        break;
      default:
        unreachable(output);
    }
  }

  #feedPaths(now: Instant, input: PathInput | Timeout): void {
    feed(this.#paths, now, input, (output) => {
      this.#send(pathOutputs(output, this.#outgoing, this.#reception));
    });
  }

  #feedReplica(now: Instant, input: ReplicaInput | Timeout): void {
    this.#say(now, { to: "replica", input });
  }

  #feedRight(now: Instant, input: RightInput | Timeout): void {
    this.#say(now, { to: "right", input });
  }

  #say(now: Instant, word: Word): void {
    if (!this.#talk.say(now, word)) return;
    const { holder } = this.#allParts.right.holder();
    if (holder === this.#driver) return;
    this.#driver = holder;
    this.#feedCycle(now, { kind: "driver", driver: holder });
  }

  #carryReplica(now: Instant, output: ReplicaOutput): void {
    if (output.kind === "reply" && output.client === ownClient) {
      this.#feedRight(now, { kind: "reply", reply: output.reply });
    } else this.#send(replicaOutputs(output, this.#outgoing, this.#reception));
    if (output.kind === "app-state") this.#feedCycle(now, { ...output, kind: "replicated" });
    if (isOfGroup(output)) this.#tellEligible(now);
  }

  #carryRight(now: Instant, output: RightOutput): void {
    switch (output.kind) {
      case "request":
        this.#feedReplica(now, { kind: "own-request", request: output.request });
        break;
      case "acquired":
      case "extended":
        if (output.kind === "acquired") this.#report({ ...output, kind: "lease-acquired" });
        this.#feedGate(now, { ...output, kind: "right-held" });
        break;
      case "lost":
        this.#feedGate(now, { kind: "right-lost" });
        this.#report({ kind: "lease-lost", reason: output.reason });
        break;
      default:
        unreachable(output);
    }
  }

  #feedGate(now: Instant, input: OutputGateInput | Timeout): void {
    feed(this.#gate, now, input, (output) => {
      this.#outputs.push(commanded(output, this.#commands));
    });
  }

  #feedSupervision(now: Instant, input: SupervisionInput | Timeout): void {
    feed(this.#supervision, now, input, (output) => this.#carrySupervision(now, output));
  }

  #carrySupervision(now: Instant, output: SupervisionOutput): void {
    if (output.kind === "pet") {
      this.#outputs.push(output);
    } else if (output.kind === "make-safe") {
      this.#rebooting = true;
      this.#feedGate(now, { kind: "withdrawn" });
      this.#feedRight(now, { kind: "give-up", reason: "reboot" });
      this.#tellEligible(now);
    } else if (this.#tolerated.isNews(now, output)) {
      this.#report(output);
    }
  }

  #send(frames: readonly NodeOutput[]): void {
    this.#outputs.push(...frames);
  }

  #report(event: NodeEvent): void {
    this.#outputs.push({ kind: "report", event });
  }
}

/** Bodies that make no sense are called alike, whichever part looked at them. */
const refusalOf = (reason: RefusedReason): string =>
  reason === "malformed" ? "bad-membership" : reason;
