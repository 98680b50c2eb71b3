/**
 * What a cycle comes to when its vector is closed: the states and the voters are compared with
 * those of the others, persons' words are taken, every sensor is voted, and the app is run on the
 * voted values. When a vector is closed is the business of control-cycle.ts.
 *
 * Fitness is told before commands, and an unfit replica commands nothing: the command of a state
 * that was just found wrong must not reach the gate, nor wait there for the right to drive.
 */
import { majorityOf, type NodeId } from "../../kernel/ids.js";
import { type Duration, type Instant, instant } from "../../kernel/time.js";
import type { VotedInput } from "../app.js";
import type { AppFault, AppSuccess } from "../app-runner.js";
import type { AgreedState } from "../replicated/agreed-state.js";
import type { ReplicaState, Standing } from "../state/replica-state.js";
import type { CycleEvent } from "./events.js";
import type { SampleMessage } from "./messages.js";
import type { OverrideExchange } from "./override-exchange.js";
import type { CycleOptions, CycleOutput, Unfitness } from "./ports.js";
import type { Samples } from "./samples.js";
import { type SensorBank, watchedSensors } from "./sensor-bank.js";
import type { StateExchange } from "./state-exchange.js";
import type { Vector } from "./vector.js";
import { votedInput } from "./voted-input.js";
import { VoterWatch } from "./voter-watch.js";

/** The parts that a closing sets to work; they belong to the cycle. */
export interface ClosingParts {
  readonly samples: Samples;
  readonly sensors: SensorBank;
  readonly state: ReplicaState;
  readonly exchange: StateExchange;
  readonly overrides: OverrideExchange;
  /** Null where the app has no replicated state. */
  readonly agreed: AgreedState | null;
}

/** In what circumstances a vector was closed. */
export interface Circumstances {
  readonly synchronised: boolean;
  /** Who drives, as far as this replica knows. */
  readonly driver: NodeId | null;
  /** Since our own channels were sampled. */
  readonly latency: Duration;
  /** This replica slept: what it misses is its own fault. */
  readonly late: boolean;
}

/** What the next sample tells of the closing before. */
export type ClosingFields = Pick<
  SampleMessage,
  "digest" | "fresh" | "results" | "words" | "settings"
>;

const noCommands: ReadonlyMap<string, number> = new Map();

export class Closings {
  readonly #options: CycleOptions;
  readonly #peers: readonly NodeId[];
  readonly #parts: ClosingParts;
  readonly #watch: VoterWatch;
  #appFaulted = false;
  #unfit: Unfitness | null = "unsynchronised";
  /** Whether the state was compared with the others' since the clock was aligned. */
  #compared = false;
  /** A state made of less than a majority's samples is no evidence for anybody: it is not told. */
  #heardMajority = false;
  #outputs: CycleOutput[] = [];

  constructor(options: CycleOptions, parts: ClosingParts) {
    const { self, nodes, app, voting } = options;
    this.#options = options;
    this.#peers = nodes.filter((node) => node !== self);
    this.#parts = parts;
    this.#watch = new VoterWatch({ self, nodes, sensors: watchedSensors(app, voting) });
  }

  get standing(): Standing {
    return this.#parts.state.standing;
  }

  suspectedVoters(): ReturnType<VoterWatch["standing"]> {
    return this.#watch.standing();
  }

  /** Without its replicated state the app is not run, and there is no state to compare. */
  get #knowsSettings(): boolean {
    return this.#parts.agreed?.known ?? true;
  }

  /** What our sample of `cycle` says of the closing before it. */
  fields(cycle: number): ClosingFields {
    const { state, overrides, agreed } = this.#parts;
    return {
      digest: this.#heardMajority ? state.digestAfter(cycle - 1) : null,
      fresh: state.standing === "fresh",
      results: this.#watch.resultsOf(cycle - 1),
      words: overrides.digest,
      settings: agreed?.told ?? null,
    };
  }

  /** A vector is closed: everything that follows from it, in order. */
  close(now: Instant, vector: Vector, circumstances: Circumstances): readonly CycleOutput[] {
    this.#outputs = [];
    const { synchronised, driver } = circumstances;
    this.#heardMajority = vector.size >= majorityOf(this.#options.nodes.length);
    this.#compared = synchronised;
    if (synchronised) this.#compare(vector, driver);
    this.#emit(...this.fitness(synchronised));
    if (synchronised || this.standing !== "fresh") this.#vote(now, vector, circumstances);
    return this.#outputs;
  }

  /** Whether this replica may drive, where that is news. */
  fitness(synchronised: boolean): CycleOutput[] {
    const unfit = this.#unfitness(synchronised);
    if (unfit === this.#unfit) return [];
    this.#unfit = unfit;
    return [{ kind: "fitness", unfit }];
  }

  #compare(vector: Vector, driver: NodeId | null): void {
    const before = vector.cycle - 1;
    if (this.#knowsSettings) {
      this.#emit(...this.#parts.exchange.compare(before, vector.claims(this.#peers), driver));
    }
    this.#parts.overrides.compare(vector.wordsClaims(this.#peers));
    const results = vector.resultsClaims(this.#peers);
    for (const event of this.#watch.compare(before, results)) this.#report(event);
  }

  #vote(now: Instant, vector: Vector, { latency, late, synchronised }: Circumstances): void {
    const { cycle } = vector;
    const { overrides, samples, sensors, state, agreed } = this.#parts;
    this.#emit(...overrides.take(cycle));
    const clusterTime = instant(cycle * this.#options.cycle);
    const samplesOf = (sensor: string) => samples.of(sensor, vector, now);
    const inputs: Record<string, VotedInput> = {};
    for (const [sensor, closing] of sensors.close(clusterTime, samplesOf, late)) {
      const { verdict, events } = closing;
      for (const event of events) this.#report({ ...event, sensor });
      this.#report({ kind: "voted", cycle, sensor, verdict, latency });
      inputs[sensor] = votedInput(verdict);
    }
    this.#noteResults(cycle, inputs);
    if (!this.#knowsSettings) return;
    const replicated = agreed?.see(cycle, vector.settingsClaims(this.#options.nodes)) ?? null;
    const answer = state.advance(cycle, Object.freeze(inputs), replicated);
    this.#carryAnswer(cycle, answer, synchronised);
  }

  /** A replica that just starts trusts every channel: what it votes is no evidence yet. */
  #noteResults(cycle: number, inputs: Readonly<Record<string, VotedInput>>): void {
    const isEvidence = this.#heardMajority && this.standing !== "fresh";
    const values = Object.values(inputs).map(({ value }) => value);
    this.#watch.note(cycle, isEvidence ? values : null);
  }

  #carryAnswer(cycle: number, answer: AppSuccess | AppFault | null, synchronised: boolean): void {
    if (answer === null) return;
    const faulted = this.#appFaulted;
    this.#appFaulted = !answer.ok;
    if (answer.ok && faulted) this.#report({ kind: "app-recovered", cycle });
    if (!answer.ok && !faulted) {
      this.#report({ kind: "app-faulted", reason: answer.reason, message: answer.message });
    }
    this.#emit(...this.fitness(synchronised));
    const commands = answer.ok && this.#unfit === null ? answer.commands : noCommands;
    this.#emit({ kind: "commands", cycle, commands });
  }

  #unfitness(synchronised: boolean): Unfitness | null {
    if (!synchronised || !this.#compared) return "unsynchronised";
    // Before the state, which a voter that is wrong makes wrong again in every cycle.
    if (this.#watch.suspects(this.#options.self)) return "voter-fault";
    if (this.standing !== "consistent") return "state-fault";
    return this.#appFaulted ? "app-fault" : null;
  }

  #report(event: CycleEvent): void {
    this.#emit({ kind: "report", event });
  }

  #emit(...outputs: CycleOutput[]): void {
    this.#outputs.push(...outputs);
  }
}
