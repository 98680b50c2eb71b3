/**
 * The demo's site with firmware between replicas and plant: the boiler's temperature becomes volts
 * at three bridges, what they measure goes to the replicas, the replicas' commands are votes at the
 * output voter, and the duty of the voter's pin heats the boiler.
 */
import type { Reading } from "../../../../boards/board.js";
import { standingText, stateText } from "../../../../boards/bridge/voter-events.js";
import type { VotedState } from "../../../../boards/bridge/voter-outputs.js";
import type { Boiler } from "../../../../boards/mock/boiler.js";
import { type SensorFault, SensorFaultInjector } from "../../../faults/sensor-faults.js";
import { marksOf } from "../../../host/board-channel.js";
import type { Clock } from "../../../host/monotonic-clock.js";
import type { NodeId } from "../../../kernel/ids.js";
import { Prng } from "../../../kernel/prng.js";
import type { Instant } from "../../../kernel/time.js";
import { writeRefused } from "../../../node/ports.js";
import type {
  FirmwareStage,
  OnWriteRefused,
  SiteRelease,
  SiteWrite,
  StagedSite,
  Told,
} from "../staged-site.js";
import type { FirmwareRack, RackPlace } from "./rack.js";

export interface FirmwareSiteOptions {
  readonly rack: FirmwareRack;
  readonly boiler: Boiler;
  readonly sensor: string;
  readonly unit: string;
  /** Of the sensor: what 0 and 5 volts stand for. */
  readonly min: number;
  readonly max: number;
  readonly tolerance: number;
  readonly output: string;
  /** The one that bridges and voter have: what they heard is never later than its now. */
  readonly clock: Clock;
}

/** The supply of the bridges, to which the thermometers are scaled. */
const voltsMax = 5;

export class FirmwareSite implements StagedSite, FirmwareStage {
  readonly firmware: FirmwareStage = this;
  /** The voter drives; that two do at once is not possible. */
  readonly drivenTwice = 0;
  readonly #options: FirmwareSiteOptions;
  readonly #faults = new Map<NodeId, SensorFaultInjector>();
  readonly #liars = new Set<NodeId>();
  /** What the thermometers say; null for one that says nothing. */
  readonly #said = new Map<NodeId, number | null>();
  readonly #dice = new Prng(1);
  #wasDriven = false;
  #safeAgain = 0;

  constructor(options: FirmwareSiteOptions) {
    this.#options = options;
  }

  get tolerance(): number {
    return this.#options.tolerance;
  }

  channelOf(node: NodeId): string {
    return `${node}/${this.#options.sensor}`;
  }

  advance(now: Instant): void {
    const { boiler, rack, output, sensor } = this.#options;
    boiler.actuate(now, output, Math.min(1, Math.max(0, rack.heaterDuty)));
    const truth = boiler.truth(now, sensor);
    for (const { node, bridge } of rack.places) {
      const value = this.#saidOf(node, truth);
      this.#said.set(node, value);
      if (value !== null) bridge.setVolts("A0", this.#toVolts(value));
    }
    this.#watchOutput();
  }

  readings(node: NodeId): readonly Reading[] {
    const { value: volts, sourceTime } = this.#options.rack
      .at(node)
      .thermometer.read(this.#options.clock.now());
    const { min, max, sensor: channel } = this.#options;
    const value = volts === null ? null : min + (volts / voltsMax) * (max - min);
    return [{ channel, value: this.#said.get(node) === null ? null : value, sourceTime }];
  }

  write(node: NodeId, command: SiteWrite, onRefused: OnWriteRefused = () => {}): void {
    const { output, value, until } = command;
    const { voter } = this.#options.rack.at(node);
    const said = this.#liars.has(node) ? 1 - value : value;
    const marks = { ...marksOf(command), frame: null };
    const result = voter.write(this.#options.clock.now(), output, said, until, marks);
    if (!result.ok) onRefused(writeRefused(command, result));
  }

  release(node: NodeId, { output }: SiteRelease): void {
    const { rack, clock } = this.#options;
    rack.at(node).voter.release(clock.now(), output);
  }

  boardDown(node: NodeId): void {
    const { rack, clock, output } = this.#options;
    rack.at(node).voter.release(clock.now(), output);
  }

  setFault(node: NodeId, fault: SensorFault | null): void {
    if (fault === null) this.#faults.delete(node);
    else this.#faults.set(node, new SensorFaultInjector(fault, this.#dice.split(node)));
  }

  get resets(): number {
    return this.#options.rack.resets;
  }

  get safeAgain(): number {
    return this.#safeAgain;
  }

  takeTold(): readonly Told[] {
    return this.#options.rack.takeTold();
  }

  hang(node: NodeId): void {
    this.#options.rack.at(node).bridge.act("hang");
  }

  setPlugged(node: NodeId, plugged: boolean): void {
    const { line } = this.#options.rack.at(node);
    if (plugged) line.plug();
    else line.unplug();
  }

  setLie(node: NodeId, lies: boolean): void {
    if (lies) this.#liars.add(node);
    else this.#liars.delete(node);
  }

  describe(): readonly string[] {
    const { boiler, sensor, unit, output, rack } = this.#options;
    return [
      `true ${sensor} ${boiler.truth(this.#options.clock.now(), sensor).toFixed(2)} ${unit}`,
      `${output} at ${rack.heaterDuty.toFixed(2)}, ${this.#heaterText()}`,
      `resets of firmware: ${rack.resets}`,
    ];
  }

  rows(): readonly (readonly string[])[] {
    return this.#options.rack.places.map((place) => [
      place.node,
      place.board.health(this.#options.clock.now()).kind,
      this.#voltsText(place),
      ...this.#lineTexts(place),
    ]);
  }

  #voltsText({ thermometer }: RackPlace): string {
    const { value } = thermometer.read(this.#options.clock.now());
    return value === null ? "nothing" : `${value.toFixed(3)} V`;
  }

  #lineTexts({ voter, place }: RackPlace): readonly string[] {
    const { health, replicas } = voter.status(this.#options.clock.now());
    const standing = this.#anyStandings()?.[place] ?? replicas?.[place];
    return [health.kind, standing === undefined ? "" : standingText(standing)];
  }

  /** What the voter thinks of all, by the first line that works. */
  #anyStandings() {
    for (const { voter } of this.#options.rack.places) {
      const { health, replicas } = voter.status(this.#options.clock.now());
      if (health.kind === "live" && replicas !== null) return replicas;
    }
    return null;
  }

  #heaterText(): string {
    const output = this.#verdict();
    if (output === null) return "nobody hears the voter";
    if (output.state !== "driven") return stateText(output.state);
    return `voted by ${output.agreeing.length} of 3`;
  }

  /** What the voter says of the output, by the first line that works. */
  #verdict(): VotedState | null {
    for (const { voter } of this.#options.rack.places) {
      const { health, outputs } = voter.status(this.#options.clock.now());
      if (health.kind === "live") return outputs[0] ?? null;
    }
    return null;
  }

  #watchOutput(): void {
    const state = this.#verdict()?.state ?? "grace";
    const isSafe = state === "no-majority" || state === "no-votes";
    if (isSafe && this.#wasDriven) this.#safeAgain += 1;
    if (isSafe || state === "driven") this.#wasDriven = state === "driven";
  }

  #saidOf(node: NodeId, truth: number): number | null {
    const fault = this.#faults.get(node);
    if (fault === undefined) return truth;
    const reading = {
      channel: this.#options.sensor,
      value: truth,
      sourceTime: this.#options.clock.now(),
    };
    return fault.apply(reading).value;
  }

  #toVolts(value: number): number {
    const { min, max } = this.#options;
    return Math.min(voltsMax, Math.max(0, ((value - min) / (max - min)) * voltsMax));
  }
}
