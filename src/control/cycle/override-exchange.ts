/**
 * What persons say about channels, told to the other replicas and taken by this one. When an order
 * is told and taken is the business of overrides.ts; here is who hears of it.
 *
 * Every sample carries a digest of the words that its sender knows. While that of a peer differs,
 * whatever it has missed, the words are told to it again.
 */
import type { NodeId } from "../../kernel/ids.js";
import {
  type ChannelCommand,
  type ChannelOrder,
  type CommandRefusal,
  Overrides,
} from "./overrides.js";
import type { CycleOutput } from "./ports.js";
import type { SensorBank } from "./sensor-bank.js";

export class OverrideExchange {
  readonly #overrides: Overrides;
  readonly #sensors: SensorBank;
  /** Whether a peer that counts our cycles knew other words when it spoke last. */
  #differs = false;

  constructor(self: NodeId, sensors: SensorBank) {
    this.#overrides = new Overrides(self);
    this.#sensors = sensors;
  }

  /** Why a person's word is not taken; null where it is. */
  whyNot(command: ChannelCommand, synchronised: boolean): CommandRefusal | null {
    if (!synchronised) return "not-aligned";
    return this.#overrides.full ? "busy" : this.#sensors.whyNot(command);
  }

  /**
   * What makes no sense changes nothing. Not being aligned is no reason here: it was none when the
   * person was told that the word is taken, and may have become one since.
   */
  command(cycle: number, command: ChannelCommand): CycleOutput[] {
    if (this.whyNot(command, true) !== null) return [];
    this.#overrides.command(cycle, command);
    return this.tell(cycle);
  }

  /** Whoever is not aligned counts other cycles, and is told again when it is. */
  hear(cycle: number, order: ChannelOrder, synchronised: boolean): void {
    if (synchronised) this.#overrides.hear(cycle, order);
  }

  /** Of the words that this replica knows; it travels with each sample. */
  get digest(): number {
    return this.#overrides.digest;
  }

  /** Compares the digests of the peers that count our cycles with ours. */
  compare(digests: readonly number[]): void {
    this.#differs = digests.some((digest) => digest !== this.#overrides.digest);
  }

  /** Tells the orders that are to be told in this cycle. */
  tell(cycle: number): CycleOutput[] {
    const orders = this.#overrides.toTell(cycle, this.#differs);
    return orders.map((order) => ({ kind: "send-order", order }));
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

  /** The health of the channels is another's now, as of the closing of `cycle`. */
  restored(cycle: number): void {
    this.#overrides.restored(cycle);
  }

  /** The cycles have other numbers now, and this is `cycle`. */
  renumber(cycle: number): void {
    this.#overrides.renumber(cycle);
  }
}
