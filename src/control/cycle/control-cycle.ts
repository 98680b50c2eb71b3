/**
 * The control cycle: every replica samples its own channels at the same cluster time, tells the
 * others, closes the vector when all have spoken or the cut-off has come, votes each sensor, and
 * runs the app on the voted values.
 *
 * A cycle is `open` from its beginning until its vector is closed, and `closed` from then to the
 * beginning of the next. Half way to the cut-off a replica that misses a sample of a peer which was
 * there in the last cycles asks for it: whoever has the peer's frame sends it again, as it was.
 * Thus a lost datagram seldom makes two replicas vote on different vectors; where it does, their
 * states differ, and the one that differs from the majority takes the majority's (see
 * replica-state.ts).
 *
 * The clock is moved only while no vector is open, so that a cycle has one beginning and one end. A
 * replica that was not awake before the cut-off leaves the cycle out: it would vote on nothing.
 *
 * Fitness is told before commands, and an unfit replica commands nothing: the command of a state
 * that was just found wrong must not reach the gate, nor wait there for the right to drive.
 *
 * Invariant: the numbers of the cycles grow, except where the clock of a replica that was not
 * aligned is moved back; it is not fit to drive then.
 */
import type { Reading } from "../../../boards/board.js";
import { assert, unreachable } from "../../kernel/assert.js";
import { majorityOf, type NodeId } from "../../kernel/ids.js";
import type { Machine, Timeout } from "../../kernel/machine.js";
import { after, type Duration, due, elapsed, type Instant, instant } from "../../kernel/time.js";
import type { VotedInput } from "../app.js";
import type { AppFault, AppSuccess } from "../app-runner.js";
import { ClusterClock, type Round } from "../clock/cluster-clock.js";
import { ReplicaState, type Standing } from "../state/replica-state.js";
import type { CycleEvent } from "./events.js";
import type { SampleMessage, SampleRequest } from "./messages.js";
import { OverrideExchange } from "./override-exchange.js";
import type { ChannelCommand } from "./overrides.js";
import type { CommandRefusal, CycleInput, CycleOptions, CycleOutput, Unfitness } from "./ports.js";
import { Rereading } from "./rereading.js";
import { Samples } from "./samples.js";
import { SensorBank, watchedSensors } from "./sensor-bank.js";
import { StateExchange } from "./state-exchange.js";
import { Vector } from "./vector.js";
import { votedInput } from "./voted-input.js";
import { VoterWatch } from "./voter-watch.js";

type Phase =
  | { readonly kind: "closed" }
  | {
      readonly kind: "open";
      readonly cutoffAt: Instant;
      /** When to ask for what is missing; null once it was done. */
      askAt: Instant | null;
      /** When our own channels were sampled; null until they were. */
      sampledAt: Instant | null;
    };

const closed: Phase = { kind: "closed" };
const noCommands: ReadonlyMap<string, number> = new Map();

export interface CycleStatus {
  readonly cycle: number;
  readonly synchronised: boolean;
  readonly skew: Duration;
  readonly standing: Standing;
  readonly stateFaults: number;
  readonly cyclesSkipped: number;
  /** The replicas whose voters are suspected, for each sensor. */
  readonly suspectedVoters: ReturnType<VoterWatch["standing"]>;
}

export class ControlCycle implements Machine<CycleInput, CycleOutput> {
  readonly #options: CycleOptions;
  readonly #peers: readonly NodeId[];
  readonly #rereading: Rereading;
  readonly #samples: Samples;
  readonly #clock: ClusterClock;
  readonly #state: ReplicaState;
  readonly #sensors: SensorBank;
  readonly #vector: Vector;
  readonly #exchange: StateExchange;
  readonly #watch: VoterWatch;
  readonly #overrides: OverrideExchange;
  #phase: Phase = closed;
  #driver: NodeId | null = null;
  #wasLate = false;
  #appFaulted = false;
  #unfit: Unfitness | null = "unsynchronised";
  #wasSynchronised = false;
  /** Whether the state was compared with the others' since the clock was aligned. */
  #compared = false;
  /** A state made of less than a majority's samples is no evidence for anybody: it is not told. */
  #heardMajority = false;
  #cyclesSkipped = 0;
  #outputs: CycleOutput[] = [];

  constructor(now: Instant, options: CycleOptions) {
    const { self, nodes, app, channels, cutoff, cycle, skewMax } = options;
    assert(nodes.includes(self), `${self} is not one of the nodes`);
    assert(cutoff < cycle, "the cut-off is not within the cycle");
    this.#options = options;
    this.#peers = nodes.filter((node) => node !== self);
    this.#rereading = new Rereading(options);
    this.#samples = new Samples(self, channels, options.sampleProtection);
    this.#clock = new ClusterClock({ peers: this.#peers, skewMax, delayMax: cutoff });
    this.#state = new ReplicaState({ self, nodes, app, cycle });
    const { voting, sampleAgeMax: ageMax } = options;
    this.#sensors = new SensorBank({ app, channels, ageMax, voting });
    this.#exchange = new StateExchange(this.#state, this.#sensors);
    this.#watch = new VoterWatch({ self, nodes, sensors: watchedSensors(app, voting) });
    this.#overrides = new OverrideExchange(self, this.#sensors);
    this.#vector = new Vector(this.#cycleAt(now));
  }

  step(now: Instant, input: CycleInput | Timeout): readonly CycleOutput[] {
    this.#outputs = [];
    switch (input.kind) {
      case "timeout":
        this.#onTimeout(now);
        break;
      case "readings":
        this.#onReadings(now, input.readings);
        break;
      case "sample":
        this.#onSample(now, input.from, input.message);
        break;
      case "sample-request":
        this.#onSampleRequest(input.from, input.request);
        break;
      case "state-request":
        this.#emit(...this.#exchange.answer(input.from, input.cycle, this.#votedCycle()));
        break;
      case "state-reply":
        this.#emit(...this.#exchange.take(input.from, input.reply, this.#votedCycle()));
        break;
      case "override":
        this.#emit(...this.#overrides.command(this.#vector.cycle, input, this.#clock.synchronised));
        break;
      case "order":
        this.#onOrder(input);
        break;
      case "driver":
        this.#driver = input.driver;
        break;
      case "was-late":
        this.#wasLate = true;
        break;
      default:
        unreachable(input);
    }
    this.#tellFitness();
    return this.#outputs;
  }

  deadline(): Instant | null {
    const phase = this.#phase;
    if (phase.kind === "closed") return this.#beginningOf(this.#vector.cycle + 1);
    return phase.askAt ?? phase.cutoffAt;
  }

  status(): CycleStatus {
    const { synchronised, skew } = this.#clock;
    const { standing } = this.#state;
    const stateFaults = this.#exchange.faults;
    const cyclesSkipped = this.#cyclesSkipped;
    const cycle = this.#vector.cycle;
    const suspectedVoters = this.#watch.standing();
    return { cycle, synchronised, skew, standing, stateFaults, cyclesSkipped, suspectedVoters };
  }

  /** Why this replica would not take a person's word now; null where it would. */
  whyNot(command: ChannelCommand): CommandRefusal | null {
    return this.#overrides.whyNot(command, this.#clock.synchronised);
  }

  channels(): ReturnType<SensorBank["standing"]> {
    return this.#sensors.standing();
  }

  /** What is known of the protection of each channel's samples. */
  protectedChannels(): ReturnType<Samples["protectedChannels"]> {
    return this.#samples.protectedChannels();
  }

  #onTimeout(now: Instant): void {
    const phase = this.#phase;
    if (phase.kind === "closed") {
      if (due(this.#beginningOf(this.#vector.cycle + 1), now)) this.#open(now);
    } else if (due(phase.cutoffAt, now)) {
      this.#close(now, phase.cutoffAt, phase.sampledAt);
    } else if (due(phase.askAt, now)) {
      phase.askAt = null;
      this.#askForMissing();
    }
  }

  #open(now: Instant): void {
    const cycle = this.#cycleAt(now);
    const cutoffAt = after(this.#beginningOf(cycle), this.#options.cutoff);
    const tooLate = due(cutoffAt, now);
    this.#countSkipped(tooLate ? cycle + 1 : cycle);
    this.#vector.open(cycle);
    if (tooLate) return;
    // Half of what is left: what a replica that woke late seems to miss may wait in its socket.
    const askAt = instant(now + Math.floor((cutoffAt - now) / 2));
    this.#phase = { kind: "open", cutoffAt, askAt, sampledAt: null };
    this.#rereading.begin();
    this.#emit(...this.#overrides.tell(cycle), { kind: "read" });
  }

  /** All that lie between the cycle before and the `next` that can be voted. */
  #countSkipped(next: number): void {
    const count = next - this.#vector.cycle - 1;
    assert(count >= 0, `cycle ${next} begins after ${this.#vector.cycle}`);
    if (count > 0) this.#report({ kind: "cycles-skipped", cycle: next, count });
    this.#cyclesSkipped += count;
  }

  #onReadings(now: Instant, fresh: readonly Reading[]): void {
    const phase = this.#phase;
    if (phase.kind !== "open" || phase.sampledAt !== null) return;
    const readings = this.#rereading.take(fresh);
    if (readings === null) {
      this.#emit({ kind: "read" });
      return;
    }
    phase.sampledAt = now;
    for (const event of this.#rereading.events(this.#vector.cycle)) this.#report(event);
    const message = this.#sampleMessage(now, readings);
    this.#vector.put(this.#options.self, { message, at: now });
    this.#emit({ kind: "send-sample", message });
    this.#closeIfComplete(now);
  }

  #onSample(now: Instant, from: NodeId, message: SampleMessage): void {
    if (this.#vector.isOvertaken(from, message)) return;
    if (!this.#wasSentAgain(from, message)) this.#hearClock(now, from, message);
    this.#vector.put(from, { message, at: now });
    this.#closeIfComplete(now);
  }

  /** We asked for it, and here it is: when it was first sent, nobody knows how it travelled. */
  #wasSentAgain(from: NodeId, message: SampleMessage): boolean {
    const phase = this.#phase;
    if (!this.#clock.synchronised || phase.kind !== "open" || phase.askAt !== null) return false;
    return message.cycle === this.#vector.cycle && this.#vector.get(from) === undefined;
  }

  #hearClock(now: Instant, peer: NodeId, message: SampleMessage): void {
    const echo = message.echoes[this.#options.nodes.indexOf(this.#options.self)] ?? null;
    const { clock, sentAt, synchronised } = message;
    this.#clock.hear(now, peer, { clock, sentAt, echo, synchronised });
  }

  #onSampleRequest(from: NodeId, request: SampleRequest): void {
    if (request.cycle !== this.#vector.cycle) return;
    for (const source of request.missing) {
      if (source === from || this.#vector.get(source) === undefined) continue;
      this.#emit({ kind: "resend-sample", source, target: from });
    }
  }

  #onOrder({ from, order }: Extract<CycleInput, { kind: "order" }>): void {
    this.#overrides.hear(this.#vector.cycle, from, order, this.#clock.synchronised);
  }

  #votedCycle(): number {
    return this.#phase.kind === "closed" ? this.#vector.cycle : this.#vector.cycle - 1;
  }

  #askForMissing(): void {
    const missing = this.#vector.missing(this.#peers);
    if (missing.length === 0) return;
    this.#emit({ kind: "send-sample-request", request: { cycle: this.#vector.cycle, missing } });
  }

  #closeIfComplete(now: Instant): void {
    const phase = this.#phase;
    if (phase.kind !== "open" || phase.sampledAt === null) return;
    if (this.#vector.missing(this.#peers).length === 0) {
      this.#close(now, phase.cutoffAt, phase.sampledAt);
    }
  }

  #close(now: Instant, cutoffAt: Instant, sampledAt: Instant | null): void {
    this.#phase = closed;
    const cycle = this.#vector.cycle;
    const late = now > cutoffAt && elapsed(cutoffAt, now) > this.#options.latenessMax;
    const synchronised = this.#clock.synchronised;
    this.#heardMajority = this.#vector.size >= majorityOf(this.#options.nodes.length);
    this.#compared = synchronised;
    if (synchronised) {
      const claims = this.#vector.claims(this.#peers);
      this.#emit(...this.#exchange.compare(cycle - 1, claims, this.#driver));
      const results = this.#vector.resultsClaims(this.#peers);
      for (const event of this.#watch.compare(cycle - 1, results)) this.#report(event);
    }
    this.#tellFitness();
    if (synchronised || this.#state.standing !== "fresh") {
      const latency = sampledAt === null ? elapsed(now, now) : elapsed(sampledAt, now);
      this.#vote(now, cycle, latency, this.#wasLate || late);
    }
    this.#wasLate = false;
    this.#vector.close();
    this.#endRound(now, this.#clock.endRound());
    this.#emit({ kind: "completed", cycle });
  }

  #vote(now: Instant, cycle: number, latency: Duration, voterLate: boolean): void {
    this.#emit(...this.#overrides.take(cycle));
    const clusterTime = instant(cycle * this.#options.cycle);
    const samplesOf = (sensor: string) => this.#samples.of(sensor, this.#vector, now);
    const inputs: Record<string, VotedInput> = {};
    for (const [sensor, closing] of this.#sensors.close(clusterTime, samplesOf, voterLate)) {
      const { verdict, events } = closing;
      for (const event of events) this.#report({ ...event, sensor });
      this.#report({ kind: "voted", cycle, sensor, verdict, latency });
      inputs[sensor] = votedInput(verdict);
    }
    this.#noteResults(cycle, inputs);
    this.#carryAnswer(cycle, this.#state.advance(cycle, Object.freeze(inputs)));
  }

  /** A replica that just starts trusts every channel: what it votes is no evidence yet. */
  #noteResults(cycle: number, inputs: Readonly<Record<string, VotedInput>>): void {
    const isEvidence = this.#heardMajority && this.#state.standing !== "fresh";
    const values = Object.values(inputs).map(({ value }) => value);
    this.#watch.note(cycle, isEvidence ? values : null);
  }

  #carryAnswer(cycle: number, answer: AppSuccess | AppFault | null): void {
    if (answer === null) return;
    const faulted = this.#appFaulted;
    this.#appFaulted = !answer.ok;
    if (answer.ok && faulted) this.#report({ kind: "app-recovered", cycle });
    if (!answer.ok && !faulted) {
      this.#report({ kind: "app-faulted", reason: answer.reason, message: answer.message });
    }
    this.#tellFitness();
    const commands = answer.ok && this.#unfit === null ? answer.commands : noCommands;
    this.#emit({ kind: "commands", commands });
  }

  #endRound(now: Instant, round: Round): void {
    const cycle = this.#vector.cycle;
    if (round.synchronised && !this.#wasSynchronised) {
      this.#report({ kind: "synchronised", cycle, skew: round.skew });
    } else if (!round.synchronised && this.#wasSynchronised) {
      this.#report({ kind: "desynchronised", cycle });
    }
    this.#wasSynchronised = round.synchronised;
    if (Math.abs(round.adjustment) <= this.#options.skewMax) return;
    this.#vector.open(this.#cycleAt(now));
    this.#exchange.renumber(this.#vector.cycle);
    this.#overrides.renumber();
  }

  #sampleMessage(now: Instant, readings: readonly Reading[]): SampleMessage {
    const { nodes } = this.#options;
    return {
      cycle: this.#vector.cycle,
      clock: now,
      sentAt: this.#clock.read(now),
      digest: this.#heardMajority ? this.#state.digestAfter(this.#vector.cycle - 1) : null,
      fresh: this.#state.standing === "fresh",
      synchronised: this.#clock.synchronised,
      echoes: nodes.map((node) => this.#clock.echoFor(node)),
      values: this.#samples.sentValues(now, this.#vector.cycle, readings),
      results: this.#watch.resultsOf(this.#vector.cycle - 1),
    };
  }

  #tellFitness(): void {
    const unfit = this.#unfitness();
    if (unfit === this.#unfit) return;
    this.#unfit = unfit;
    this.#emit({ kind: "fitness", unfit });
  }

  #unfitness(): Unfitness | null {
    if (!this.#clock.synchronised || !this.#compared) return "unsynchronised";
    // Before the state, which a voter that is wrong makes wrong again in every cycle.
    if (this.#watch.suspects(this.#options.self)) return "voter-fault";
    if (this.#state.standing !== "consistent") return "state-fault";
    return this.#appFaulted ? "app-fault" : null;
  }

  #cycleAt(now: Instant): number {
    return Math.floor(this.#clock.read(now) / this.#options.cycle);
  }

  #beginningOf(cycle: number): Instant {
    return this.#clock.instantOf(cycle * this.#options.cycle);
  }

  #report(event: CycleEvent): void {
    this.#emit({ kind: "report", event });
  }

  #emit(...outputs: CycleOutput[]): void {
    this.#outputs.push(...outputs);
  }
}
