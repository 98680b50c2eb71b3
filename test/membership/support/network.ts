/** Machines, and a network in memory between them: virtual time, dice, and cuts by the test. */
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { type Timeout, timeout } from "../../../src/kernel/machine.js";
import { Prng } from "../../../src/kernel/prng.js";
import { type Instant, instant } from "../../../src/kernel/time.js";
import { Membership } from "../../../src/membership/membership.js";
import type { MembershipOptions } from "../../../src/membership/options.js";
import type {
  MembershipEvent,
  MembershipInput,
  MembershipOutput,
  MembershipSettings,
} from "../../../src/membership/ports.js";
import { RosterIndex } from "../../../src/membership/roster-index.js";
import { detectorSettings, lifeOf, settings } from "./single.js";
import { steadyKind } from "./steady-kind.js";

export interface NetworkOptions {
  readonly seed?: number;
  /** Of each message and target. */
  readonly loss?: number;
  readonly rosterStarts?: "expected" | "alive";
  readonly settings?: Partial<MembershipSettings>;
}

export interface Told {
  readonly at: number;
  readonly by: NodeId;
  readonly event: MembershipEvent;
}

interface Flying {
  readonly at: Instant;
  readonly to: NodeId;
  readonly input: MembershipInput;
}

const delayMax = 5_000;

export class Network {
  readonly machines = new Map<NodeId, Membership>();
  readonly events: Told[] = [];
  now: Instant = instant(0);
  /** Frames that were put on the network, once per target, and the bytes of none. */
  frames = 0;
  readonly #options: NetworkOptions;
  readonly #dice: Prng;
  readonly #lives = new Map<NodeId, number>();
  readonly #addresses = new Map<string, NodeId>();
  /** When each machine is to be woken, as it has last said. */
  readonly #deadlines = new Map<NodeId, number>();
  readonly #flying: Flying[] = [];
  #cut: (source: NodeId, target: NodeId) => boolean = () => false;

  constructor(options: NetworkOptions = {}) {
    this.#options = options;
    this.#dice = new Prng(options.seed ?? 1);
  }

  /** All of one roster. */
  static of(count: number, options: NetworkOptions = {}): Network {
    const network = new Network({ ...options });
    const names = nodes(count);
    const rosterIndex = new RosterIndex(names);
    for (const name of names) {
      network.start(name, { roster: names, rosterIndex, settings: network.settings("roster") });
    }
    return network;
  }

  settings(kind: "roster" | "open"): MembershipSettings {
    const admission = kind === "roster" ? { kind } : { kind, membersMax: 128 };
    return { ...settings, admission, ...this.#options.settings };
  }

  /** A node in its next life; without a roster it knows nobody but itself. */
  start(name: NodeId, options: Partial<MembershipOptions> = {}): Membership {
    const life = options.life ?? (this.#lives.get(name) ?? lifeOf(0)) + 1;
    this.#lives.set(name, life);
    this.#addresses.set(addressOf(name), name);
    const machine = new Membership({
      now: this.now,
      self: name,
      life,
      address: null,
      roster: [name],
      rosterStarts: this.#options.rosterStarts ?? "expected",
      settings: this.settings("open"),
      detector: steadyKind((source, target) => this.#reaches(source, target)),
      detectorSettings,
      dice: this.#dice.split(`${name}/${life}`),
      ...options,
    });
    this.machines.set(name, machine);
    this.#deadlines.set(name, this.now);
    return machine;
  }

  stop(name: NodeId): void {
    this.machines.delete(name);
    this.#deadlines.delete(name);
  }

  /** From now on what this holds of is lost; heals by `() => false`. */
  cut(cut: (source: NodeId, target: NodeId) => boolean): void {
    this.#cut = cut;
  }

  feed(name: NodeId, input: MembershipInput): void {
    this.#step(name, input);
  }

  /** Lets so many seconds pass, or ends as soon as `isDone`; true if it was. */
  pass(seconds: number, isDone: () => boolean = () => false): boolean {
    const until = instant(this.now + Math.round(seconds * 1_000_000));
    let nextLook = this.now;
    for (;;) {
      if (this.now >= nextLook) {
        if (isDone()) return true;
        nextLook = instant(this.now + 100_000);
      }
      const next = this.#next();
      if (next > until) break;
      this.now = instant(Math.max(this.now, next));
      this.#deliver();
      this.#wake();
    }
    this.now = until;
    return isDone();
  }

  /** Do all running nodes hold exactly these members alive? */
  agree(names: readonly NodeId[]): boolean {
    return [...this.machines.values()].every((machine) => {
      const alive = machine.members().filter(({ state }) => state === "alive");
      return alive.length === names.length && alive.every(({ member }) => names.includes(member));
    });
  }

  leaders(): ReadonlySet<NodeId | null> {
    return new Set([...this.machines.values()].map((machine) => machine.leader()));
  }

  kinds(from = 0): readonly string[] {
    return this.events.slice(from).map(({ event }) => event.kind);
  }

  #step(name: NodeId, input: MembershipInput | Timeout): void {
    const machine = this.machines.get(name);
    if (machine === undefined) return;
    const outputs = machine.step(this.now, input);
    this.#deadlines.set(name, machine.deadline() ?? Number.POSITIVE_INFINITY);
    this.#carry(name, outputs);
  }

  #reaches(source: NodeId, target: NodeId): boolean {
    return this.machines.has(source) && !this.#cut(source, target);
  }

  #next(): number {
    let next = this.#flying[0]?.at ?? Number.POSITIVE_INFINITY;
    for (const deadline of this.#deadlines.values()) next = Math.min(next, deadline);
    return next;
  }

  #deliver(): void {
    while ((this.#flying[0]?.at ?? Number.POSITIVE_INFINITY) <= this.now) {
      const { to, input } = this.#flying.shift() as Flying;
      this.feed(to, input);
    }
  }

  #wake(): void {
    for (const [name, deadline] of this.#deadlines) {
      if (deadline <= this.now) this.#step(name, timeout);
    }
  }

  #carry(source: NodeId, outputs: readonly MembershipOutput[]): void {
    for (const output of outputs) {
      if (output.kind === "event") {
        this.events.push({ at: this.now, by: source, event: output.event });
      } else if (output.kind === "send") {
        for (const target of output.targets) this.#send(source, target, output.body);
      } else if (output.kind === "send-to-address") {
        const target = this.#addresses.get(output.address);
        if (target !== undefined) this.#send(source, target, output.body);
      }
    }
  }

  #send(source: NodeId, target: NodeId, body: unknown): void {
    this.frames += 1;
    if (this.#cut(source, target) || this.#dice.chance(this.#options.loss ?? 0)) return;
    const life = this.#lives.get(source) ?? 0;
    const at = instant(this.now + 1 + this.#dice.below(delayMax));
    const origin = addressOf(source);
    const input = { kind: "message", from: source, life, origin, body } as const;
    let place = this.#flying.length;
    while (place > 0 && (this.#flying[place - 1] as Flying).at > at) place -= 1;
    this.#flying.splice(place, 0, { at, to: target, input });
  }
}

export const addressOf = (name: NodeId): string => `${name}:7000`;

export const node = (number: number): NodeId => nodeId(`n${String(number).padStart(3, "0")}`);
export const nodes = (count: number): readonly NodeId[] =>
  Array.from({ length: count }, (_, number) => node(number));
