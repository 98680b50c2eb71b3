/**
 * Faults put on the columns of a recording, as one reader of the sensors is told them. A fault on
 * several columns is a common mode: each of them has the same dice, so that the same disturbance is
 * on all. Several faults on one column are applied in the order of the command line.
 *
 * Only what is two-faced tells readers apart: all else is the same to each, dice included.
 */
import type { PlacedFault } from "../../faults/fault-text.js";
import { type Readable, SensorFaultInjector } from "../../faults/sensor-faults.js";
import { Prng } from "../../kernel/prng.js";

/** A fault of the command line, with its text as it was given. */
export interface InjectedFault extends Omit<PlacedFault, "channel"> {
  readonly text: string;
  /** One, or several for a common mode. */
  readonly channels: readonly string[];
}

/** One fault on one of its channels. */
export interface Hit {
  readonly fault: InjectedFault;
  readonly channel: string;
}

/** In the order of the faults, and in each in that of its channels. */
export const hitsOf = (faults: readonly InjectedFault[]): Hit[] =>
  faults.flatMap((fault) => fault.channels.map((channel) => ({ fault, channel })));

/** How many readers a two-faced sensor is read by: the replicas of the smallest cluster. */
const readersOfTwoFaced = 3;

export const readerCountOf = (faults: readonly InjectedFault[]): number =>
  faults.some(({ fault }) => fault.kind === "two-faced") ? readersOfTwoFaced : 1;

/** @param hit the place in `hitsOf` */
export type ChangeTold = (hit: number, before: Readable, after: Readable) => void;

interface Running extends Hit {
  readonly index: number;
  readonly injector: SensorFaultInjector;
}

export class Injection {
  readonly #running: readonly Running[];

  /**
   * @param channels the columns of the recording; each fault names some of them
   * @param reader 0 for the one whose votes are told
   */
  constructor(
    faults: readonly InjectedFault[],
    channels: readonly string[],
    seed: number,
    reader: number,
  ) {
    const dice = new Prng(seed);
    this.#running = hitsOf(faults).map((hit) => {
      const { fault, text } = hit.fault;
      const shared = dice.split(`${faults.indexOf(hit.fault)} ${text}`);
      const own = fault.kind === "two-faced" ? shared.split(`reader ${reader}`) : shared;
      const index = channels.indexOf(hit.channel);
      return { ...hit, index, injector: new SensorFaultInjector(fault, own) };
    });
  }

  /** @param told is given every reading that a fault changes, with what the fault was given */
  apply(row: number, clean: readonly Readable[], told?: ChangeTold): Readable[] {
    const readings = [...clean];
    this.#running.forEach(({ fault: { begin, end }, index, injector }, hit) => {
      if (row < begin || (end !== null && row >= end)) return;
      const before = readings[index] as Readable;
      const after = injector.apply(before);
      if (after === before) return;
      readings[index] = after;
      told?.(hit, before, after);
    });
    return readings;
  }
}
