/**
 * Reads the sensors that are open, each again and again after a period. A file of the kernel may
 * wait for a converter or for a bus, so it is read on libuv's threads, and no more than two of the
 * four are ever taken: a sensor that hangs keeps one, and the others go on by the other.
 *
 * The source time of a value is when its read began: the quantity was sampled then or later.
 */
import { readFile } from "node:fs/promises";
import type { Clock } from "../../../src/host/monotonic-clock.js";
import type { Duration, Instant } from "../../../src/kernel/time.js";
import type { AnalogLine, Opened, PinFacts, PinValue } from "../../pin-board.js";
import type { AnalogPins } from "../linux-board.js";
import { refused } from "../refusals.js";
import type { Troubles } from "../troubles.js";
import { numberIn, type Sensor } from "./sensor.js";

/** Of libuv's four threads. */
export const readsAtOnceMax = 2;

export interface SensorParts {
  readonly sensors: readonly Sensor[];
  readonly clock: Clock;
  readonly period: Duration;
  readonly troubles: Troubles;
  readonly readText: (path: string) => Promise<string>;
  /** Calls again and again after a period; what it returns ends that. */
  readonly every: (period: Duration, act: () => void) => () => void;
}

export class SensorPins implements AnalogPins {
  readonly pins: readonly PinFacts[];
  readonly #parts: SensorParts;
  /** Those that wait longest for a read come first. */
  readonly #lines = new Set<SensorLine>();
  #reading = 0;
  #stop: (() => void) | null = null;

  constructor(parts: SensorParts) {
    this.#parts = parts;
    this.pins = parts.sensors.map(({ facts }) => facts);
  }

  open(now: Instant, pin: string, onClose: () => void): Opened<AnalogLine> {
    const sensor = this.#parts.sensors.find(({ facts }) => facts.name === pin);
    if (sensor === undefined) return refused("no-such-pin", `there is no sensor ${pin}`);
    const line = new SensorLine(sensor, now, () => {
      this.#lines.delete(line);
      if (this.#lines.size === 0) this.#rest();
      onClose();
    });
    this.#lines.add(line);
    this.#stop ??= this.#parts.every(this.#parts.period, () => this.#wake());
    this.#serve();
    return { ok: true, line };
  }

  #rest(): void {
    this.#stop?.();
    this.#stop = null;
  }

  #wake(): void {
    for (const line of this.#lines) line.due = true;
    this.#serve();
  }

  #serve(): void {
    for (const line of [...this.#lines]) {
      if (this.#reading >= readsAtOnceMax) return;
      if (line.due && !line.reading) void this.#read(line);
    }
  }

  async #read(line: SensorLine): Promise<void> {
    const { clock, readText, troubles } = this.#parts;
    line.due = false;
    line.reading = true;
    this.#reading += 1;
    // It waits behind the others now.
    this.#lines.delete(line);
    this.#lines.add(line);
    const began = clock.now();
    try {
      const trouble = line.take(await readText(line.path), began);
      if (trouble !== null) troubles.count(trouble);
    } catch {
      troubles.count("sensor-failed");
      line.takeNothing(began);
    } finally {
      line.reading = false;
      this.#reading -= 1;
      this.#serve();
    }
  }
}

class SensorLine implements AnalogLine {
  readonly pin: string;
  readonly unit: string;
  due = true;
  reading = false;
  readonly #sensor: Sensor;
  readonly #onClose: () => void;
  #value: PinValue;
  #closed = false;

  constructor(sensor: Sensor, now: Instant, onClose: () => void) {
    this.pin = sensor.facts.name;
    this.unit = sensor.facts.analog?.unit ?? "1";
    this.#sensor = sensor;
    this.#onClose = onClose;
    this.#value = { value: null, sourceTime: now };
  }

  get path(): string {
    return this.#sensor.path;
  }

  read(now: Instant): PinValue {
    const { value, sourceTime } = this.#value;
    return sourceTime <= now ? this.#value : { value, sourceTime: now };
  }

  /** What is wrong with it; null where nothing is. */
  take(text: string, at: Instant): "sensor-garbled" | "sensor-out-of-range" | null {
    const { offset, scale, facts } = this.#sensor;
    const raw = numberIn(text);
    const value = raw === null ? null : (raw + offset) * scale;
    const { min = 0, max = 0 } = facts.analog ?? {};
    const isMeant = value !== null && value >= min && value <= max;
    this.#keep({ value: isMeant ? value : null, sourceTime: at });
    if (isMeant) return null;
    return value === null ? "sensor-garbled" : "sensor-out-of-range";
  }

  /** The driver said that it has none: that is known at once, and not by an old value. */
  takeNothing(at: Instant): void {
    this.#keep({ value: null, sourceTime: at });
  }

  close(_now: Instant): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
  }

  #keep(value: PinValue): void {
    if (!this.#closed) this.#value = value;
  }
}

export const readSensorFile = (path: string): Promise<string> => readFile(path, "latin1");

/** A process may end while sensors are open: the timer does not hold it. */
export function everyPeriod(period: Duration, act: () => void): () => void {
  const timer = setInterval(act, period / 1_000);
  timer.unref();
  return () => clearInterval(timer);
}
