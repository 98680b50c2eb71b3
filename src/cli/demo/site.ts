/**
 * What the demo's replicas measure and drive: one plant with a board for each of them, or boards
 * that play a recording; and the sensor faults in between.
 *
 * The replicas' commands come through three pipes, not in the order in which they were given. The
 * site therefore lives a little in the past, and puts what it hears in order of the time stamps
 * (the processes of a machine share their monotonic clock) before the boards hear it. So a board
 * that let go just before another took over is never seen to drive beside it.
 */
import type { Board, Reading } from "../../../boards/board.js";
import type { Site } from "../../../boards/mock/site.js";
import { type SensorFault, SensorFaultInjector } from "../../faults/sensor-faults.js";
import { marksOf } from "../../host/board-channel.js";
import type { NodeId } from "../../kernel/ids.js";
import { Prng } from "../../kernel/prng.js";
import { type Instant, instant, millis } from "../../kernel/time.js";
import { writeRefused } from "../../node/ports.js";
import type { OnWriteRefused, SiteRelease, SiteWrite, StagedSite } from "./staged-site.js";
import { TimeOrder } from "./time-order.js";

export interface DemoSiteOptions {
  /** The wires and, where there is one, the plant. */
  readonly site: Site;
  readonly boards: ReadonlyMap<NodeId, Board>;
  /** The sensor of the app that faults hit, and the output that the picture shows. */
  readonly sensor: string;
  readonly unit: string;
  /** How far apart two healthy channels may be, in `unit`. */
  readonly tolerance: number;
  readonly output: string;
  /** Whether the plant is what the sensors measure, so that its truth is worth telling. */
  readonly closed: boolean;
  readonly begins: Instant;
}

/**
 * How far in the past the site lives: longer than a message takes on a machine that is not stuck.
 */
export const siteDelay = millis(50);

export class DemoSite implements StagedSite {
  readonly firmware = null;
  readonly #options: DemoSiteOptions;
  readonly #order: TimeOrder;
  readonly #faults = new Map<NodeId, SensorFaultInjector>();
  readonly #dice = new Prng(1);
  #now: Instant;

  constructor(options: DemoSiteOptions) {
    this.#options = options;
    this.#order = new TimeOrder(options.begins);
    this.#now = options.begins;
  }

  /** How often a second board began to drive what another drove. */
  get drivenTwice(): number {
    return this.#options.site.wiring.conflictCount;
  }

  get tolerance(): number {
    return this.#options.tolerance;
  }

  channelOf(node: NodeId): string {
    return `${node}/${this.#options.sensor}`;
  }

  /** Takes the site to where the clock was `siteDelay` ago. */
  advance(now: Instant): void {
    const past = instant(Math.max(this.#options.begins, now - siteDelay));
    this.#order.advance(past);
    this.#now = past;
  }

  /** What the node's board says. The stamps are those of the clock: the delay is the site's own. */
  readings(node: NodeId): readonly Reading[] {
    return this.#board(node)
      .read(this.#now)
      .map((reading) => ({
        ...this.#broken(node, reading),
        sourceTime: instant(reading.sourceTime + siteDelay),
      }));
  }

  /** @param onRefused the node's board did not take it; told when its turn has come */
  write(node: NodeId, command: SiteWrite, onRefused: OnWriteRefused = () => {}): void {
    const { at, output, value, until } = command;
    this.#order.tell(at, (done) => {
      const result = this.#board(node).write(done, output, value, until, marksOf(command));
      if (!result.ok) onRefused(writeRefused(command, result));
    });
  }

  release(node: NodeId, { at, output }: SiteRelease): void {
    this.#order.tell(at, (done) => this.#board(node).release(done, output));
  }

  /** The board has lost its power: it drives nothing any more. */
  boardDown(node: NodeId, at: Instant): void {
    const board = this.#board(node);
    for (const { name } of board.outputs) this.#order.tell(at, (done) => board.release(done, name));
  }

  /** Breaks the node's sensor, or mends it. */
  setFault(node: NodeId, fault: SensorFault | null): void {
    if (fault === null) this.#faults.delete(node);
    else this.#faults.set(node, new SensorFaultInjector(fault, this.#dice.split(node)));
  }

  /** The plant in words. */
  describe(): readonly string[] {
    const { site, sensor, unit, output, closed } = this.#options;
    const drivers = site.wiring.driversOf(this.#now, output);
    const value = site.wiring.value(this.#now, output);
    const by = drivers.length === 0 ? "nobody" : drivers.join(" and ");
    const driven = `${output} at ${value.toFixed(2)}, driven by ${by}`;
    if (!closed) return [driven];
    return [`true ${sensor} ${site.truth(this.#now, sensor).toFixed(2)} ${unit}`, driven];
  }

  #broken(node: NodeId, reading: Reading): Reading {
    const fault = this.#faults.get(node);
    if (fault === undefined || reading.channel !== this.#options.sensor) return reading;
    return fault.apply(reading);
  }

  #board(node: NodeId): Board {
    return this.#options.boards.get(node) as Board;
  }
}
