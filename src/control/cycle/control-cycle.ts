/**
 * The control cycle: every replica samples its own channels at the same cluster time, tells the
 * others, closes the vector when all have spoken or the cut-off has come, votes each sensor, and
 * runs the app on the voted values (closings.ts).
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
 * Invariant: the numbers of the cycles grow, except where the clock of a replica that was not
 * aligned is moved back; it is not fit to drive then.
 */
import type { Reading } from "../../../boards/board.js";
import { assert, unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Machine, Timeout } from "../../kernel/machine.js";
import { after, type Duration, due, elapsed, type Instant, instant } from "../../kernel/time.js";
import { type AgreedState, agreedStateOf } from "../replicated/agreed-state.js";
import { ReplicaState, type Standing } from "../state/replica-state.js";
import { Closings } from "./closings.js";
import { CycleClock } from "./cycle-clock.js";
import type { CycleEvent } from "./events.js";
import type { SampleMessage, SampleRequest } from "./messages.js";
import { OverrideExchange } from "./override-exchange.js";
import type { ChannelCommand, ChannelOrder, CommandRefusal } from "./overrides.js";
import type { CycleInput, CycleOptions, CycleOutput } from "./ports.js";
import { Rereading } from "./rereading.js";
import { Samples } from "./samples.js";
import { SensorBank } from "./sensor-bank.js";
import { StateExchange } from "./state-exchange.js";
import { Vector } from "./vector.js";

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

export interface CycleStatus {
  readonly cycle: number;
  readonly synchronised: boolean;
  readonly skew: Duration;
  readonly standing: Standing;
  readonly stateFaults: number;
  readonly cyclesSkipped: number;
  /** The replicas whose voters are suspected, for each sensor. */
  readonly suspectedVoters: ReturnType<Closings["suspectedVoters"]>;
}

export class ControlCycle implements Machine<CycleInput, CycleOutput> {
  readonly #options: CycleOptions;
  readonly #peers: readonly NodeId[];
  readonly #rereading: Rereading;
  readonly #samples: Samples;
  readonly #clock: CycleClock;
  readonly #sensors: SensorBank;
  readonly #vector: Vector;
  readonly #exchange: StateExchange;
  readonly #overrides: OverrideExchange;
  readonly #agreed: AgreedState | null;
  readonly #closings: Closings;
  #phase: Phase = closed;
  #driver: NodeId | null = null;
  #wasLate = false;
  #cyclesSkipped = 0;
  #outputs: CycleOutput[] = [];

  constructor(now: Instant, options: CycleOptions) {
    const { self, nodes, app, channels, voting, cutoff, cycle, sampleAgeMax: ageMax } = options;
    assert(nodes.includes(self), `${self} is not one of the nodes`);
    assert(cutoff < cycle, "the cut-off is not within the cycle");
    this.#options = options;
    this.#peers = nodes.filter((node) => node !== self);
    this.#rereading = new Rereading(options);
    this.#samples = new Samples(self, channels, options.sampleProtection);
    this.#clock = new CycleClock(options);
    this.#sensors = new SensorBank({ app, channels, ageMax, voting });
    const state = new ReplicaState({ self, nodes, app, cycle });
    this.#overrides = new OverrideExchange(self, this.#sensors);
    this.#exchange = new StateExchange(state, this.#sensors, this.#overrides);
    const [samples, sensors] = [this.#samples, this.#sensors];
    const [exchange, overrides] = [this.#exchange, this.#overrides];
    this.#agreed = agreedStateOf(app);
    const agreed = this.#agreed;
    this.#closings = new Closings(options, {
      samples,
      sensors,
      state,
      exchange,
      overrides,
      agreed,
    });
    this.#vector = new Vector(this.#clock.cycleAt(now));
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
        this.#emit(...this.#overrides.command(this.#vector.cycle, input));
        break;
      case "order":
        this.#onOrder(input.order);
        break;
      case "driver":
        this.#driver = input.driver;
        break;
      case "replicated":
        this.#agreed?.take(this.#vector.cycle, input.at, input.state);
        break;
      case "was-late":
        this.#wasLate = true;
        break;
      default:
        unreachable(input);
    }
    this.#emit(...this.#closings.fitness(this.#clock.synchronised));
    return this.#outputs;
  }

  deadline(): Instant | null {
    const phase = this.#phase;
    if (phase.kind === "closed") return this.#clock.beginningOf(this.#vector.cycle + 1);
    return phase.askAt ?? phase.cutoffAt;
  }

  status(): CycleStatus {
    const { synchronised, skew } = this.#clock;
    const { standing } = this.#closings;
    const stateFaults = this.#exchange.faults;
    const cyclesSkipped = this.#cyclesSkipped;
    const cycle = this.#vector.cycle;
    const suspectedVoters = this.#closings.suspectedVoters();
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
      if (due(this.#clock.beginningOf(this.#vector.cycle + 1), now)) this.#open(now);
    } else if (due(phase.cutoffAt, now)) {
      this.#close(now, phase.cutoffAt, phase.sampledAt);
    } else if (due(phase.askAt, now)) {
      phase.askAt = null;
      this.#askForMissing();
    }
  }

  #open(now: Instant): void {
    const cycle = this.#clock.cycleAt(now);
    const cutoffAt = after(this.#clock.beginningOf(cycle), this.#options.cutoff);
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
    if (!this.#wasSentAgain(from, message)) this.#clock.hear(now, from, message);
    this.#vector.put(from, { message, at: now });
    this.#closeIfComplete(now);
  }

  /** We asked for it, and here it is: when it was first sent, nobody knows how it travelled. */
  #wasSentAgain(from: NodeId, message: SampleMessage): boolean {
    const phase = this.#phase;
    if (!this.#clock.synchronised || phase.kind !== "open" || phase.askAt !== null) return false;
    return message.cycle === this.#vector.cycle && this.#vector.get(from) === undefined;
  }

  #onSampleRequest(from: NodeId, request: SampleRequest): void {
    if (request.cycle !== this.#vector.cycle) return;
    for (const source of request.missing) {
      if (source === from || this.#vector.get(source) === undefined) continue;
      this.#emit({ kind: "resend-sample", source, target: from });
    }
  }

  #onOrder(order: ChannelOrder): void {
    this.#overrides.hear(this.#vector.cycle, order, this.#clock.synchronised);
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
    const { cycle } = this.#vector;
    const overslept = now > cutoffAt && elapsed(cutoffAt, now) > this.#options.latenessMax;
    const circumstances = {
      synchronised: this.#clock.synchronised,
      driver: this.#driver,
      latency: elapsed(sampledAt ?? now, now),
      late: this.#wasLate || overslept,
    };
    this.#emit(...this.#closings.close(now, this.#vector, circumstances));
    this.#wasLate = false;
    this.#vector.close();
    this.#endRound(now);
    this.#emit({ kind: "completed", cycle });
  }

  #endRound(now: Instant): void {
    const { event, moved } = this.#clock.endRound(this.#vector.cycle);
    if (event !== null) this.#report(event);
    if (!moved) return;
    this.#vector.open(this.#clock.cycleAt(now));
    this.#exchange.renumber(this.#vector.cycle);
    this.#overrides.renumber(this.#vector.cycle);
    this.#agreed?.renumber(this.#vector.cycle);
  }

  #sampleMessage(now: Instant, readings: readonly Reading[]): SampleMessage {
    const { cycle } = this.#vector;
    return {
      cycle,
      ...this.#clock.fields(now),
      ...this.#closings.fields(cycle),
      values: this.#samples.sentValues(now, cycle, readings),
    };
  }

  #report(event: CycleEvent): void {
    this.#emit({ kind: "report", event });
  }

  #emit(...outputs: CycleOutput[]): void {
    this.#outputs.push(...outputs);
  }
}
