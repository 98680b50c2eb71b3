/**
 * What persons say about channels, told to the other replicas and taken by this one. When an order
 * is told and taken is the business of overrides.ts; here is who hears of it.
 */
import type { NodeId } from "../../kernel/ids.js";
import { type ChannelCommand, type ChannelOrder, Overrides } from "./overrides.js";
import type { CommandRefusal, CycleOutput } from "./ports.js";
import type { SensorBank } from "./sensor-bank.js";

export class OverrideExchange {
  readonly #overrides: Overrides;
  readonly #sensors: SensorBank;

  constructor(self: NodeId, sensors: SensorBank) {
    this.#overrides = new Overrides(self);
    this.#sensors = sensors;
  }

  /** Why a person's word is not taken; null where it is. */
  whyNot(command: ChannelCommand, synchronised: boolean): CommandRefusal | null {
    if (!synchronised) return "not-aligned";
    return this.#overrides.full ? "busy" : this.#sensors.whyNot(command);
  }

  /** What makes no sense changes nothing. */
  command(cycle: number, command: ChannelCommand, synchronised: boolean): CycleOutput[] {
    if (this.whyNot(command, synchronised) !== null) return [];
    this.#overrides.command(cycle, command);
    return this.tell(cycle);
  }

  /** Whoever is not aligned takes the health of the others when it is, and with it their words. */
  hear(cycle: number, from: NodeId, order: ChannelOrder, synchronised: boolean): void {
    if (synchronised) this.#overrides.hear(cycle, from, order);
  }

  /** Tells the orders of this replica, once more. */
  tell(cycle: number): CycleOutput[] {
    return this.#overrides.toTell(cycle).map((order) => ({ kind: "send-order", order }));
  }

  /** Takes what is due before `cycle` is voted. */
  take(cycle: number): CycleOutput[] {
    return this.#overrides.due(cycle).flatMap((order): CycleOutput[] => {
      const { sensor, channel, word } = order;
      const changed = this.#sensors.take(order);
      if (!changed || word !== "release") return [];
      return [{ kind: "report", event: { kind: "channel-released", sensor, channel } }];
    });
  }

  /** The cycles have other numbers now. */
  renumber(): void {
    this.#overrides.forget();
  }
}
