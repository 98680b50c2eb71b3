/**
 * One control cycle and peers that are a script: by default each answers our sample with one of its
 * own that agrees with ours in everything, a moment later. A test replaces what a peer says.
 */
import type { Reading } from "../../boards/board.js";
import type { App } from "../../src/control/app.js";
import { channel } from "../../src/control/channels.js";
import { ControlCycle } from "../../src/control/cycle/control-cycle.js";
import type { SampleMessage } from "../../src/control/cycle/messages.js";
import type { CycleInput, CycleOptions, CycleOutput } from "../../src/control/cycle/ports.js";
import type { ProfileChoice } from "../../src/control/protection/protection.js";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { type Timeout, timeout } from "../../src/kernel/machine.js";
import { due, type Instant, instant, micros, millis } from "../../src/kernel/time.js";

/** What a peer sends for our sample; null for nothing. */
export type PeerScript = (mine: SampleMessage) => SampleMessage | null;

export interface SeenOutput {
  readonly at: Instant;
  readonly output: CycleOutput;
}

export const peerDelay = micros(300);

export const agreeing: PeerScript = (mine) => ({
  ...mine,
  sentAt: mine.sentAt + peerDelay,
  echoes: mine.echoes.map(() => null),
});

interface Arrival {
  readonly at: Instant;
  readonly input: CycleInput;
}

export class CycleBench {
  readonly options: CycleOptions;
  readonly cycle: ControlCycle;
  readonly seen: SeenOutput[] = [];
  readonly peers = new Map<NodeId, PeerScript>();
  read: (at: Instant) => Reading[] = (at) => [{ channel: "level", value: 20, sourceTime: at }];
  #now = instant(1_050_000);
  #arrivals: Arrival[] = [];

  constructor(app: App, count = 3, rereadsMax = 0, sampleProtection: ProfileChoice = null) {
    const nodes = Array.from({ length: count }, (_, index) => nodeId(`n${index + 1}`));
    const self = nodeId("n1");
    const names = Object.keys(app.sensors);
    const channels = new Map(
      names.map((name) => [name, nodes.map((node) => channel(node, name))] as const),
    );
    this.options = {
      self,
      nodes,
      app,
      channels,
      voting: new Map(),
      rereadsMax,
      sampleProtection,
      cycle: millis(100),
      cutoff: millis(50),
      skewMax: micros(12_500),
      sampleAgeMax: millis(200),
      latenessMax: millis(75),
    };
    for (const node of nodes.slice(1)) this.peers.set(node, agreeing);
    this.cycle = new ControlCycle(this.#now, this.options);
  }

  get now(): Instant {
    return this.#now;
  }

  feed(input: CycleInput | Timeout): readonly CycleOutput[] {
    const outputs = this.cycle.step(this.#now, input);
    for (const output of outputs) {
      this.seen.push({ at: this.#now, output });
      if (output.kind === "read") this.feed({ kind: "readings", readings: this.read(this.#now) });
      if (output.kind === "send-sample") this.#answer(output.message);
    }
    return outputs;
  }

  /** A sample that arrives `delay` microseconds from now. */
  arrive(from: NodeId, message: SampleMessage, delay = 0): void {
    const at = instant(this.#now + delay);
    this.#arrivals.push({ at, input: { kind: "sample", from, message } });
  }

  /** Serves the cycle in time until then. */
  run(ms: number): void {
    const end = instant(this.#now + ms * 1_000);
    for (let next = this.#next(); next <= end; next = this.#next()) {
      if (next > this.#now) this.#now = instant(next);
      if (due(this.cycle.deadline(), this.#now)) this.feed(timeout);
      this.#deliver();
    }
    this.#now = end;
  }

  /** Lets time pass with nobody awake; then the timers go first, as in the live loop. */
  sleep(ms: number): void {
    this.#now = instant(this.#now + ms * 1_000);
    for (let round = 0; round < 10 && due(this.cycle.deadline(), this.#now); round += 1) {
      this.feed(timeout);
    }
    this.#deliver();
  }

  /** Runs until just before the next cycle begins. */
  runToEndOfCycle(): void {
    const begins = (this.cycle.status().cycle + 1) * this.options.cycle;
    this.run((begins - 1 - this.#now) / 1_000);
  }

  of<Kind extends CycleOutput["kind"]>(kind: Kind): Extract<CycleOutput, { kind: Kind }>[] {
    const outputs = this.seen.map(({ output }) => output);
    return outputs.filter((output) => output.kind === kind) as Extract<
      CycleOutput,
      { kind: Kind }
    >[];
  }

  events(kind: string) {
    return this.of("report")
      .map(({ event }) => event)
      .filter((event) => event.kind === kind);
  }

  forget(): void {
    this.seen.length = 0;
  }

  #answer(mine: SampleMessage): void {
    for (const [peer, script] of this.peers) {
      const message = script(mine);
      if (message !== null) this.arrive(peer, message, peerDelay);
    }
  }

  #deliver(): void {
    const ready = this.#arrivals.filter(({ at }) => at <= this.#now);
    this.#arrivals = this.#arrivals.filter((arrival) => !ready.includes(arrival));
    for (const { input } of ready) this.feed(input);
  }

  #next(): number {
    const deadline = this.cycle.deadline() ?? Number.POSITIVE_INFINITY;
    return Math.min(deadline, ...this.#arrivals.map(({ at }) => at));
  }
}
