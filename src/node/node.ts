/**
 * A node: the parts of one replica, wired together. It is itself a machine, so a host has one thing
 * to feed, and a recording of what it was fed is a recording of everything.
 *
 * Each part is fed by one method, and its outputs are carried on by one `switch`: that is the whole
 * wiring. Before it takes an input, a step asks whether the node itself was late; if so it gives up
 * the right to drive and suspends its verdicts on others before it acts.
 */
import { channelsOf } from "../control/channels.js";
import { ControlCycle } from "../control/cycle/control-cycle.js";
import {
  orderBody,
  sampleBody,
  sampleRequestBody,
  stateReplyBody,
  stateRequestBody,
} from "../control/cycle/messages.js";
import type { ChannelCommand } from "../control/cycle/overrides.js";
import type { CommandRefusal, CycleInput, CycleOutput, Unfitness } from "../control/cycle/ports.js";
import {
  OutputGate,
  type OutputGateInput,
  type OutputGateOutput,
} from "../control/gate/output-gate.js";
import {
  type GiveUpReason,
  Lease,
  type LeaseInput,
  type LeaseOutput,
} from "../control/lease/lease.js";
import { grantBody, releaseBody, requestBody } from "../control/lease/messages.js";
import { CommandProtection } from "../control/protection/command-protection.js";
import { protectedBytes } from "../control/protection/protection.js";
import { beatBody } from "../detection/heartbeat/messages.js";
import {
  type HeartbeatInput,
  HeartbeatMonitor,
  type HeartbeatOutput,
} from "../detection/heartbeat/monitor.js";
import { unreachable } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import {
  earliestDeadline,
  feed,
  type Machine,
  type Timeout,
  timeout,
  type Wakeable,
  wakeDue,
} from "../kernel/machine.js";
import { elapsed, type Instant, micros } from "../kernel/time.js";
import type { Verdict } from "../voting/voter.js";
import { type AliveInput, AliveSupervision } from "../watchdog/alive.js";
import type { FrameKind } from "../wire/envelope.js";
import type { Mac } from "../wire/mac.js";
import { Opener } from "../wire/opener.js";
import { Sealer } from "../wire/sealer.js";
import type { NodeEvent } from "./events.js";
import { type Roster, readFrame } from "./incoming.js";
import type { NodeInput, NodeOutput } from "./ports.js";
import type { ClusterSettings } from "./settings.js";
import type { NodeStatus } from "./status.js";
import { controlEntity, heartbeatEntity, supervisionOf } from "./supervision.js";

export interface NodeOptions {
  readonly settings: ClusterSettings;
  readonly self: NodeId;
  readonly now: Instant;
  /** Of this start; greater than that of every earlier start of this node. */
  readonly bootId: number;
  /** The authenticator made from the cluster's key. */
  readonly mac: Mac;
}

/** Commands outlive so many missed cycles; then the outputs are released. */
const commandCyclesMax = 3;

export class Node implements Machine<NodeInput, NodeOutput> {
  readonly #options: NodeOptions;
  readonly #peers: readonly NodeId[];
  readonly #roster: Roster;
  readonly #sealer: Sealer;
  readonly #opener: Opener;
  readonly #cycle: ControlCycle;
  readonly #monitor: HeartbeatMonitor;
  readonly #lease: Lease;
  readonly #gate: OutputGate;
  readonly #commands: CommandProtection | null;
  readonly #supervision: AliveSupervision;
  readonly #parts: readonly Wakeable[];
  /** By replica, the frame of its newest sample, for those who ask for it again. */
  readonly #sampleFrames = new Map<NodeId, Uint8Array>();
  /** By reason, how many bodies did not fit their kind: at most one entry a kind. */
  readonly #bodyRefusals = new Map<string, number>();
  readonly #verdicts = new Map<string, Verdict>();
  #driver: NodeId | null = null;
  #started = false;
  #outputs: NodeOutput[] = [];

  constructor(options: NodeOptions) {
    const { settings, self, now, bootId, mac } = options;
    const { nodes, app, channels, voting, rereadsMax, timing, protection } = settings;
    this.#options = options;
    this.#peers = nodes.filter((node) => node !== self);
    const channelCounts = new Map(nodes.map((node) => [node, channelsOf(channels, node).length]));
    const { samples: sampleProtection, commands: profile } = protection;
    const frameBytes = sampleProtection === null ? null : protectedBytes(sampleProtection);
    this.#roster = { nodes, sensorCount: channels.size, channelCounts, channels, frameBytes };

    const wire = { cluster: settings.cluster, self, bootId, peers: this.#peers, mac };
    this.#sealer = new Sealer(wire);
    this.#opener = new Opener(wire);
    const cluster = { self, nodes, app, channels, voting, rereadsMax, sampleProtection };
    this.#cycle = new ControlCycle(now, { ...cluster, ...timing });
    const { heartbeat: period, suspectAfter, lease: length } = timing;
    this.#monitor = new HeartbeatMonitor({ now, peers: this.#peers, period, suspectAfter });
    const driftMaxPpm = timing.clockDriftMaxPpm;
    this.#lease = new Lease({ now, self, bootId, nodes, period, length, driftMaxPpm });
    const commandAgeMax = micros(commandCyclesMax * timing.cycle);
    const outputs = Object.keys(app.outputs);
    this.#gate = new OutputGate({ outputs, commandAgeMax });
    this.#commands =
      profile === null ? null : new CommandProtection({ profile, self, nodes, outputs });
    this.#supervision = new AliveSupervision(supervisionOf(now, timing));
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
        this.#onDatagram(now, input.bytes);
        break;
      case "readings":
      case "override":
        this.#feedCycle(now, input);
        break;
      case "write-refused":
        this.#report(input);
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
    return this.#cycle.whyNot(command);
  }

  status(now: Instant): NodeStatus {
    const channels = this.#cycle.channels();
    return {
      node: this.#options.self,
      bootId: this.#options.bootId,
      at: now,
      cycle: this.#cycle.status(),
      driver: this.#lease.holder().holder,
      drives: this.#lease.holder().self,
      driven: this.#gate.driven(),
      peers: this.#monitor.standing(),
      links: this.#opener.peers(),
      refusals: Object.fromEntries([...this.#opener.refusals(), ...this.#bodyRefusals]),
      sensors: [...channels].map(([sensor, standing]) => ({
        sensor,
        verdict: this.#verdicts.get(sensor) ?? null,
        channels: standing,
      })),
      supervision: this.#supervision.standing(),
      protection: this.#cycle.protectedChannels(),
    };
  }

  /**
   * The order counts where two are due at the same instant: first what must be given up, then what
   * may be asked for, and supervision last, for it judges the others.
   */
  #wakeables(): Wakeable[] {
    return [
      { deadline: () => this.#gate.deadline(), wake: (now) => this.#feedGate(now, timeout) },
      { deadline: () => this.#lease.deadline(), wake: (now) => this.#feedLease(now, timeout) },
      { deadline: () => this.#cycle.deadline(), wake: (now) => this.#feedCycle(now, timeout) },
      { deadline: () => this.#monitor.deadline(), wake: (now) => this.#feedMonitor(now, timeout) },
      {
        deadline: () => this.#supervision.deadline(),
        wake: (now) => this.#feedSupervision(now, timeout),
      },
    ];
  }

  #blameOneself(now: Instant): void {
    const deadline = this.deadline();
    if (deadline === null || deadline > now) return;
    const by = elapsed(deadline, now);
    if (by <= this.#options.settings.timing.latenessMax) return;
    this.#report({ kind: "was-late", by });
    this.#feedLease(now, { kind: "give-up", reason: "late" });
    this.#feedMonitor(now, { kind: "was-late" });
    this.#feedCycle(now, { kind: "was-late" });
    wakeDue(this.#parts, now);
  }

  #onDatagram(now: Instant, bytes: Uint8Array): void {
    const opened = this.#opener.open(bytes);
    if (!opened.ok) {
      this.#report({ kind: "refused", reason: opened.reason, source: opened.source });
      return;
    }
    const incoming = readFrame(opened, this.#roster);
    if (incoming === null) {
      this.#refuseBody(opened.kind, opened.source);
      return;
    }
    if (opened.kind === "sample") this.#sampleFrames.set(opened.source, bytes);
    if (incoming.part === "cycle") this.#feedCycle(now, incoming.input);
    else if (incoming.part === "lease") this.#feedLease(now, incoming.input);
    else this.#feedMonitor(now, incoming.input);
  }

  #refuseBody(kind: FrameKind, source: NodeId): void {
    const reason = `bad-${kind}`;
    this.#bodyRefusals.set(reason, (this.#bodyRefusals.get(reason) ?? 0) + 1);
    this.#report({ kind: "refused", reason, source });
  }

  #feedCycle(now: Instant, input: CycleInput | Timeout): void {
    feed(this.#cycle, now, input, (output) => this.#carryCycle(now, output));
  }

  #carryCycle(now: Instant, output: CycleOutput): void {
    switch (output.kind) {
      case "read":
        this.#outputs.push(output);
        break;
      case "send-sample":
        this.#sampleFrames.set(
          this.#options.self,
          this.#broadcast("sample", sampleBody(output.message)),
        );
        break;
      case "send-sample-request":
        this.#broadcast("sample-request", sampleRequestBody(output.request, this.#roster.nodes));
        break;
      case "resend-sample":
        this.#resend(output.source, output.target);
        break;
      case "send-state-request":
        this.#tell(output.target, "state-request", stateRequestBody(output.cycle));
        break;
      case "send-state-reply":
        this.#tell(output.target, "state-reply", stateReplyBody(output.reply));
        break;
      case "send-order":
        this.#broadcast("override", orderBody(output.order));
        break;
      case "commands":
        this.#feedGate(now, output);
        break;
      case "fitness":
        this.#carryFitness(now, output.unfit);
        break;
      case "completed":
        this.#feedSupervision(now, { kind: "checkpoint", entity: controlEntity });
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
    if (unfit !== null) this.#feedLease(now, { kind: "give-up", reason: giveUpReason(unfit) });
    this.#feedLease(now, { kind: "eligible", eligible: unfit === null });
  }

  #feedMonitor(now: Instant, input: HeartbeatInput | Timeout): void {
    feed(this.#monitor, now, input, (output) => this.#carryMonitor(now, output));
  }

  #carryMonitor(now: Instant, output: HeartbeatOutput): void {
    switch (output.kind) {
      case "send-beat":
        this.#broadcast("heartbeat", beatBody(output.count));
        this.#feedSupervision(now, { kind: "checkpoint", entity: heartbeatEntity });
        break;
      case "peer-suspected":
      case "peer-trusted":
        this.#report(output);
        this.#feedLease(now, output);
        break;
      default:
        unreachable(output);
    }
  }

  #feedLease(now: Instant, input: LeaseInput | Timeout): void {
    feed(this.#lease, now, input, (output) => this.#carryLease(now, output));
    const { holder } = this.#lease.holder();
    if (holder === this.#driver) return;
    this.#driver = holder;
    this.#feedCycle(now, { kind: "driver", driver: holder });
  }

  #carryLease(now: Instant, output: LeaseOutput): void {
    switch (output.kind) {
      case "send-request":
        this.#broadcast("lease-request", requestBody(output.round));
        break;
      case "send-grant":
        this.#tell(output.target, "lease-grant", grantBody(output));
        break;
      case "send-release":
        this.#broadcast("lease-release", releaseBody(output.round));
        break;
      case "acquired":
        this.#report({ kind: "lease-acquired", until: output.until });
        this.#feedGate(now, { kind: "right-held", until: output.until });
        break;
      case "extended":
        this.#feedGate(now, { kind: "right-held", until: output.until });
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
    feed(this.#gate, now, input, (output) => this.#carryGate(output));
  }

  /** A command is protected where it is made: every hop after this is on its way. */
  #carryGate(output: OutputGateOutput): void {
    if (output.kind === "release") {
      this.#outputs.push(output);
      return;
    }
    const { output: name, value, until } = output;
    const frame = this.#commands?.protect(name, value, until) ?? null;
    this.#outputs.push({ ...output, frame });
  }

  #feedSupervision(now: Instant, input: AliveInput | Timeout): void {
    feed(this.#supervision, now, input, (output) => {
      if (output.kind === "pet") this.#outputs.push(output);
      else this.#report(output);
    });
  }

  #resend(source: NodeId, target: NodeId): void {
    const bytes = this.#sampleFrames.get(source);
    if (bytes !== undefined) this.#outputs.push({ kind: "send", targets: [target], bytes });
  }

  #broadcast(kind: FrameKind, body: unknown): Uint8Array {
    const bytes = this.#sealer.seal(kind, body, "everyone");
    const targets = this.#peers;
    if (targets.length > 0) this.#outputs.push({ kind: "send", targets, bytes });
    return bytes;
  }

  #tell(target: NodeId, kind: FrameKind, body: unknown): void {
    const bytes = this.#sealer.seal(kind, body, "some");
    this.#outputs.push({ kind: "send", targets: [target], bytes });
  }

  #report(event: NodeEvent): void {
    this.#outputs.push({ kind: "report", event });
  }
}

function giveUpReason(unfit: Unfitness): GiveUpReason {
  return unfit === "unsynchronised" ? "released" : unfit;
}
