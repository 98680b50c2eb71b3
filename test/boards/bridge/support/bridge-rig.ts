/**
 * A bridge board and a fake bridge on a line in virtual time: every frame takes a while, and time
 * passes a millisecond at a time. Nothing sleeps.
 */
import type { BridgeBoard } from "../../../../boards/bridge/bridge-board.js";
import { clusterTag } from "../../../../boards/bridge/cluster-tag.js";
import type { BridgeEvent } from "../../../../boards/bridge/events.js";
import { makeBridge } from "../../../../boards/bridge/make-bridge.js";
import type { BridgeSession } from "../../../../boards/bridge/session.js";
import { after, type Instant, micros, millis } from "../../../../src/kernel/time.js";
import { ManualClock } from "../../../host/support/manual-clock.js";
import { FakeBridge } from "./fake-bridge.js";

export const cluster = "boiler";

interface Travelling {
  readonly at: number;
  readonly to: "host" | "device";
  readonly payload: Uint8Array;
}

export interface RigOptions {
  /** How long a frame travels, in microseconds. */
  readonly transit?: number;
  readonly deviceCluster?: number;
  readonly firstSequence?: number;
  /** Let time pass until the board can be used; by default so. */
  readonly meet?: boolean;
}

const tickEvery = 20;

export class BridgeRig {
  readonly clock = new ManualClock();
  readonly device: FakeBridge;
  readonly session: BridgeSession;
  readonly board: BridgeBoard;
  readonly events: BridgeEvent[] = [];
  /** Payloads of the host, as they left it. */
  readonly said: Uint8Array[] = [];
  transit: number;
  /** Does a frame to there get lost? */
  loses: ((to: "host" | "device", payload: Uint8Array) => boolean) | null = null;
  /** The host does not run: what comes waits for it. */
  stopped = false;
  #travelling: Travelling[] = [];
  #millis = 0;

  constructor({
    transit = 1_500,
    deviceCluster = 0,
    firstSequence = 1,
    meet = true,
  }: RigOptions = {}) {
    this.transit = transit;
    const now = this.clock.now();
    this.device = new FakeBridge(now, {
      say: (payload) => this.#travel("host", payload),
      cluster: deviceCluster,
    });
    const { session, board } = makeBridge({
      ...{ clock: this.clock, cluster, node: "pi-1", lineTime: micros(3_000) },
      firstSequence,
      send: (payload) => {
        this.said.push(payload);
        this.#travel("device", payload);
      },
      lineCounts: () => [],
      endLine: async () => {},
      onEvent: (_, event) => this.events.push(event),
    });
    this.session = session;
    this.board = board;
    if (meet) this.pass(300);
  }

  now(): Instant {
    return this.clock.now();
  }

  /** So many milliseconds from now. */
  later(ms: number): Instant {
    return after(this.now(), millis(ms));
  }

  kinds(): readonly string[] {
    return this.events.map(({ kind }) => kind);
  }

  /** In milliseconds. */
  pass(ms: number): void {
    for (let count = 0; count < ms; count += 1) this.#step();
  }

  /** From the device to the host, whatever it is. */
  inject(payload: Uint8Array): void {
    this.session.onPayload(this.now(), payload);
  }

  #step(): void {
    const now = this.clock.advance(1_000);
    this.#millis += 1;
    this.device.tick(now);
    this.#deliver(now);
    if (!this.stopped && this.#millis % tickEvery === 0) this.session.tick(now);
  }

  #deliver(now: Instant): void {
    const isDue = (one: Travelling): boolean =>
      one.at <= now && !(this.stopped && one.to === "host");
    const due = this.#travelling.filter(isDue);
    this.#travelling = this.#travelling.filter((one) => !isDue(one));
    for (const { to, payload } of due) {
      if (to === "host") this.session.onPayload(now, payload);
      else this.device.receive(now, payload);
    }
  }

  #travel(to: "host" | "device", payload: Uint8Array): void {
    if (this.loses?.(to, payload) === true) return;
    this.#travelling.push({ at: this.clock.now() + this.transit, to, payload: payload.slice() });
  }
}

export const ourTag = clusterTag(cluster);
