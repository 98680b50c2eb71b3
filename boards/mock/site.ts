/**
 * A site: one plant, the boards around it and the wires between them, made to fit an app. Whoever
 * hosts simulated hardware (the simulator, the parent process of the demo, a replica that runs with
 * `board: mock`) makes one of these and asks it for boards.
 *
 * An app with a sensor `temperature` in degC and an output `heater` as a ratio gets a boiler; its
 * other sensors measure waves, which no output changes.
 */
import { Prng } from "../../src/kernel/prng.js";
import { type Instant, millis, seconds } from "../../src/kernel/time.js";
import type { OutputSpec, SafeState } from "../board.js";
import { Fence } from "../fence.js";
import type { Lines } from "../pins.js";
import { Boiler, type BoilerOptions, smallBoiler } from "./boiler.js";
import { linesTo, MockBoard, type MockSensor, type ToTrue } from "./mock-board.js";
import type { Plant, PlantTime } from "./plant.js";
import { PlantOfParts } from "./plant-of-parts.js";
import { Wave } from "./wave.js";
import { Wiring } from "./wiring.js";

/** What a site must know of an app; every app is one. */
export interface Declarations {
  readonly sensors: { readonly [name: string]: SensorNeed };
  readonly outputs: { readonly [name: string]: OutputNeed };
}

interface Range {
  readonly unit: string;
  readonly min: number;
  readonly max: number;
}

export interface SensorNeed extends Range {
  /** Good sensors differ by far less than this. */
  readonly tolerance: number;
}

export interface OutputNeed extends Range {
  readonly safe: SafeState;
}

export interface SiteOptions {
  readonly declarations: Declarations;
  /** The seed of the sensors' errors. */
  readonly seed: number;
  /** The true time at which the plant begins. */
  readonly begins: PlantTime;
  /**
   * `closed`: the outputs act on the plant. `open`: they do not, and every quantity stands still
   * in the middle of its sensor's range: for replicas that cannot share a plant, and each have
   * their own.
   */
  readonly loop: "closed" | "open";
  /** Instead of the small one. */
  readonly boiler?: BoilerOptions;
  /**
   * `board`, the default: each board knows the rights that came to itself, as boards of their own
   * do. `actuator`: the actuators behind the wires know the rights that came by any board.
   */
  readonly fence?: "board" | "actuator";
}

export interface BoardPlace {
  /** The node's clock, when the board comes out of reset. */
  readonly begins: Instant;
  readonly toTrue: ToTrue;
}

/** Of a wave, in the part of the sensor's range that lies on either side of its middle. */
const waveAmplitude = 0.1;
const wavePeriod = seconds(20);

/** A thermometer of sixteen steps a degree, at a tolerance of one. */
const resolutionPerTolerance = 1 / 16;
const noisePerTolerance = 1 / 20;
/** Two sensors are apart by a fifth of the tolerance at most. */
const offsetPerTolerance = 1 / 10;
const samplingPeriod = millis(5);

export class Site {
  readonly wiring: Wiring;
  readonly outputs: readonly OutputSpec[];
  readonly #options: SiteOptions;
  readonly #dice: Prng;
  readonly #boots = new Map<string, number>();
  readonly #fence: Fence | null;

  constructor(options: SiteOptions) {
    const { declarations, begins, seed } = options;
    this.#options = options;
    this.#dice = new Prng(seed);
    this.#fence = options.fence === "actuator" ? new Fence() : null;
    this.outputs = Object.entries(declarations.outputs).map(([name, output]) => ({
      name,
      unit: output.unit,
      min: output.min,
      max: output.max,
      safe: output.safe,
    }));
    this.wiring = new Wiring(plantFor(options), this.outputs, begins);
  }

  /** For a board that comes out of reset: one that forgot, or that of the actuators. */
  fence(): Fence {
    return this.#fence ?? new Fence();
  }

  /** What is true of the quantity behind a sensor, in its unit. */
  truth(now: PlantTime, sensor: string): number {
    return this.wiring.truth(now, sensor);
  }

  /**
   * The node's board as it comes out of reset: what it drove before is let go. It is off by the
   * same offsets as before: it is the same board.
   */
  makeBoard(node: string, place: BoardPlace): MockBoard {
    const { begins, toTrue } = place;
    const { wiring, outputs } = this;
    wiring.releaseAll(toTrue(begins), node);
    const boots = (this.#boots.get(node) ?? 0) + 1;
    this.#boots.set(node, boots);
    const dice = this.#dice.split(node).split(`boot ${boots}`);
    return new MockBoard({
      board: node,
      sensors: this.#sensorsOf(node),
      outputs,
      wiring,
      toTrue,
      begins,
      dice,
      fence: this.fence(),
    });
  }

  /** The wires from the node's pins: for a board that this site does not make. */
  lines(node: string, toTrue: ToTrue): Lines {
    return linesTo(this.wiring, node, toTrue);
  }

  #sensorsOf(node: string): MockSensor[] {
    const dice = this.#dice.split(node);
    const { sensors } = this.#options.declarations;
    return Object.entries(sensors).map(([name, { unit, min, max, tolerance }]) => ({
      quantity: name,
      channel: { name, unit, min, max },
      noise: tolerance * noisePerTolerance,
      offset: tolerance * offsetPerTolerance * (2 * dice.split(name).fraction() - 1),
      gain: 1,
      resolution: tolerance * resolutionPerTolerance,
      period: samplingPeriod,
    }));
  }
}

function plantFor({ declarations, begins, loop, boiler }: SiteOptions): Plant {
  const parts: Plant[] = [];
  const closed = loop === "closed";
  for (const [name, need] of Object.entries(declarations.sensors)) {
    const isBoiler = closed && name === "temperature" && isBoilerApp(declarations);
    parts.push(isBoiler ? new Boiler(boiler ?? smallBoiler, begins) : waveFor(name, need, closed));
  }
  return new PlantOfParts(parts);
}

function isBoilerApp({ sensors, outputs }: Declarations): boolean {
  const heater = outputs["heater"];
  if (sensors["temperature"]?.unit !== "degC" || heater?.unit !== "ratio") return false;
  return heater.min >= 0 && heater.max <= 1;
}

function waveFor(quantity: string, { min, max }: Range, moves: boolean): Wave {
  const amplitude = moves ? (waveAmplitude * (max - min)) / 2 : 0;
  return new Wave({ quantity, centre: (min + max) / 2, amplitude, period: wavePeriod });
}
