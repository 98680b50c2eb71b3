/** A fleet of machines of a few lines: each beats to all others, and notes what it hears. */
import { type NodeId, nodeId } from "../../../../src/kernel/ids.js";
import type { Machine, Timeout } from "../../../../src/kernel/machine.js";
import { Prng } from "../../../../src/kernel/prng.js";
import {
  after,
  type Duration,
  due,
  type Instant,
  instant,
  micros,
  millis,
} from "../../../../src/kernel/time.js";
import type { DelayModel } from "../../../../src/sim/delay.js";
import {
  Fleet,
  type FleetMember,
  type FleetOptions,
  type FleetProtocol,
} from "../../../../src/sim/fleet/fleet.js";

export type ToyInput =
  | { readonly kind: "heard"; readonly from: NodeId; readonly life: number; readonly body: unknown }
  | { readonly kind: "was-late"; readonly by: Duration }
  | { readonly kind: "put-off"; readonly until: Instant };

export interface ToyOutput {
  readonly targets: readonly NodeId[];
  readonly body: unknown;
}

export class ToyMember implements Machine<ToyInput, ToyOutput> {
  readonly steps: { readonly at: number; readonly what: string }[] = [];
  readonly #others: readonly NodeId[];
  readonly #period: Duration;
  #next: Instant;
  #beats = 0;

  constructor(others: readonly NodeId[], period: Duration, now: Instant) {
    this.#others = others;
    this.#period = period;
    this.#next = after(now, period);
  }

  step(now: Instant, input: ToyInput | Timeout): readonly ToyOutput[] {
    const at = now / 1_000;
    if (input.kind === "heard") {
      this.steps.push({ at, what: `${input.from}/${input.life} says ${String(input.body)}` });
    } else this.steps.push({ at, what: input.kind });
    if (input.kind === "put-off") this.#next = input.until;
    if (input.kind !== "timeout" || !due(this.#next, now)) return [];
    this.#next = after(now, this.#period);
    this.#beats += 1;
    return [{ targets: this.#others, body: this.#beats }];
  }

  deadline(): Instant | null {
    return this.#next;
  }
}

export interface ToyFleetOptions {
  readonly count?: number;
  readonly seed?: number;
  readonly period?: Duration;
  readonly delay?: DelayModel;
  readonly loss?: number;
  readonly late?: FleetProtocol<ToyInput, ToyOutput>["late"];
}

export const at = (ms: number): Instant => instant(ms * 1_000);

const oneMs: DelayModel = { kind: "uniform", min: millis(1), max: millis(1) };

export function toyFleet(given: ToyFleetOptions = {}) {
  const { count = 2, seed = 1, period = millis(10), delay = oneMs, loss = 0 } = given;
  const members = Array.from({ length: count }, (_, index) => nodeId(`n${index + 1}`));
  const lives = new Map<NodeId, ToyMember[]>();
  const make = ({ id }: FleetMember, _life: number, now: Instant): ToyMember => {
    const others = members.filter((other) => other !== id);
    const member = new ToyMember(others, period, now);
    lives.set(id, [...(lives.get(id) ?? []), member]);
    return member;
  };
  const options: FleetOptions<ToyInput, ToyOutput> = {
    members,
    dice: new Prng(seed),
    delay,
    loss,
    latenessMax: micros(2_000),
    protocol: {
      make,
      received: ({ from, life, body }) => ({ kind: "heard", from, life, body }),
      late: given.late ?? ((by) => ({ kind: "was-late", by })),
      sent: (output) => output,
    },
  };
  const fleet = new Fleet(options);
  for (const id of members) fleet.boot(id);
  const stepsOf = (id: NodeId, life = 1) => lives.get(id)?.[life - 1]?.steps ?? [];
  const heardBy = (id: NodeId, life = 1) =>
    stepsOf(id, life).flatMap(({ at: when, what }) =>
      what.includes(" says ") ? [`${when} ${what}`] : [],
    );
  return { fleet, members, stepsOf, heardBy };
}
