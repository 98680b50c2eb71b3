/**
 * How a replica keeps its state equal to that of the others: it compares, asks, answers and takes.
 * What a state is and whose stands is the business of replica-state.ts; here is what is said
 * about it.
 */
import { unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Claim, ReplicaState } from "../state/replica-state.js";
import { Joining } from "./joining.js";
import type { StateReply } from "./messages.js";
import type { OverrideExchange } from "./override-exchange.js";
import type { CycleOutput } from "./ports.js";
import type { SensorBank } from "./sensor-bank.js";

export class StateExchange {
  readonly #state: ReplicaState;
  readonly #sensors: SensorBank;
  readonly #overrides: OverrideExchange;
  readonly #joining = new Joining();
  #faults = 0;

  constructor(state: ReplicaState, sensors: SensorBank, overrides: OverrideExchange) {
    this.#state = state;
    this.#sensors = sensors;
    this.#overrides = overrides;
  }

  /** How often this replica's state was found to differ from the one that stands. */
  get faults(): number {
    return this.#faults;
  }

  /** The clock was moved: the newest state stands after `cycle` now. */
  renumber(cycle: number): void {
    this.#state.renumber(cycle);
    this.#joining.begin();
  }

  /** Compares the states after `cycle`; asks for the one that stands where ours does not. */
  compare(cycle: number, claims: readonly Claim[], driver: NodeId | null): CycleOutput[] {
    const judgement = this.#state.judge(cycle, claims, driver);
    switch (judgement.kind) {
      case "stands":
        return [];
      case "began":
        return [report({ kind: "state-joined", cycle, from: null })];
      case "reinstated":
        return [report({ kind: "state-repaired", cycle, from: null })];
      case "ask": {
        const ask = { kind: "send-state-request", target: judgement.target, cycle } as const;
        if (!judgement.diverged) return [ask];
        this.#faults += 1;
        return [report({ kind: "state-diverged", cycle }), ask];
      }
      default:
        return unreachable(judgement);
    }
  }

  /** What a peer that asks is told; nothing where we do not know it, or do not trust it. */
  answer(target: NodeId, cycle: number, votedCycle: number): CycleOutput[] {
    const held = this.#state.stateAfter(cycle);
    if (held === null) return [];
    const health = this.#sensors.snapshot();
    const reply = { cycle, state: held.state, healthCycle: votedCycle, health };
    return [{ kind: "send-state-reply", target, reply }];
  }

  /** Takes what a peer answered, if it is what we asked for. */
  take(from: NodeId, reply: StateReply, votedCycle: number): CycleOutput[] {
    const { cycle } = reply;
    if (!this.#state.isWanted(cycle, reply.state)) return [];
    const fresh = this.#state.standing === "fresh";
    this.#takeHealth(fresh, reply, votedCycle);
    if (fresh && !this.#joining.takesState(reply)) return [];
    if (!this.#state.adopt(cycle, reply.state)) return [];
    return [report({ kind: fresh ? "state-joined" : "state-repaired", cycle, from })];
  }

  /**
   * A state that stands for want of a majority is taken without the health: one that was deaf for a
   * while has excluded those that were not, and must not hand that on.
   */
  #takeHealth(fresh: boolean, reply: StateReply, votedCycle: number): void {
    const takes = fresh
      ? this.#joining.takesHealth(reply, votedCycle)
      : reply.healthCycle === votedCycle && this.#state.isWantedOfMajority(reply.cycle);
    if (!takes || reply.health === null) return;
    this.#sensors.restore(reply.health);
    this.#overrides.restored(reply.healthCycle);
  }
}

type Report = Extract<CycleOutput, { kind: "report" }>;

const report = (event: Report["event"]): Report => ({ kind: "report", event });
