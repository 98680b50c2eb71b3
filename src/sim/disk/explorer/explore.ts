/**
 * The crash explorer: a workload is run once, and at every point of it the power fails, in every
 * way that the disk allows. From each image that is left a fresh machine starts, and an inspector
 * says whether all that was acknowledged is there. It also fails in the middle of the recovery,
 * and the machine starts once more.
 *
 * A point is every request that was given to the disk and every step of the machine: between two
 * points neither the disk nor what was acknowledged changes. Where the images of a point are more
 * than `imagesMax`, some of them are drawn, and the report says of how many points that was so.
 *
 * Sources: T. Pillai et al., OSDI 2014 (ALICE explores such states of applications); J. Yang et
 * al., "EXPLODE: a lightweight, general system for finding serious storage system errors", OSDI
 * 2006.
 */
import { Prng } from "../../../kernel/prng.js";
import { instant } from "../../../kernel/time.js";
import type { DiskRequest } from "../../../recovery/disk.js";
import { worldBegins } from "../../true-time.js";
import type { DiskLatency } from "../latency.js";
import { ModelledDisk } from "../modelled-disk.js";
import { AllTears } from "./all-tears.js";
import { type LifeEnd, runLife } from "./run-life.js";
import type { Honesty, Inspector, Workload } from "./workload.js";

export interface ExploreOptions {
  readonly seed: number;
  readonly latency: DiskLatency;
  /** Up to so many images of a point are all tried; of more, as many are drawn; 0 for none. */
  readonly imagesMax: number;
  /** In the recovery from each image the power fails at so many points, drawn. */
  readonly secondCrashes: number;
  /** Faults of the workload's disk, switched on before its `count`-th request, from 0. */
  readonly faults?: (disk: ModelledDisk, request: DiskRequest, count: number) => void;
  /** What befalls each image at rest. */
  readonly damage?: (disk: ModelledDisk, dice: Prng) => void;
  /** `torn` unless it is told. */
  readonly honesty?: Honesty;
  /** The steps of one life; 100,000 unless it is told. */
  readonly stepsMax?: number;
}

export interface Violation {
  /** From 0, and what had happened last. */
  readonly point: number;
  readonly after: string;
  /** Which of the point's images. */
  readonly image: string;
  /** Null for a recovery that was not cut. */
  readonly secondCrash: string | null;
  readonly what: string;
}

export interface Exploration {
  /** How the workload itself ended, without a crash. */
  readonly end: LifeEnd;
  readonly points: number;
  /** Points of which every admissible image was tried. */
  readonly exhaustedPoints: number;
  readonly images: number;
  readonly secondCrashes: number;
  readonly violations: readonly Violation[];
  /** The first `violationsKeptMax` of them are kept. */
  readonly violationCount: number;
}

export const violationsKeptMax = 10;

const stepsUsual = 100_000;

export function explore<Input, Output, Ledger>(
  workload: Workload<Input, Output, Ledger>,
  options: ExploreOptions,
): Exploration {
  return new Explorer(workload, options).run();
}

interface Point<Ledger> {
  readonly index: number;
  readonly after: string;
  readonly disk: ModelledDisk;
  readonly ledger: Ledger;
}

interface Image<Ledger> extends Point<Ledger> {
  readonly image: string;
}

class Explorer<Input, Output, Ledger> {
  readonly #workload: Workload<Input, Output, Ledger>;
  readonly #options: ExploreOptions;
  readonly #dice: Prng;
  readonly #violations: Violation[] = [];
  #violationCount = 0;
  #points = 0;
  #exhaustedPoints = 0;
  #images = 0;
  #secondCrashes = 0;

  constructor(workload: Workload<Input, Output, Ledger>, options: ExploreOptions) {
    this.#workload = workload;
    this.#options = options;
    this.#dice = new Prng(options.seed).split("explorer");
  }

  run(): Exploration {
    const end = this.#runWorkload();
    return {
      end,
      points: this.#points,
      exhaustedPoints: this.#exhaustedPoints,
      images: this.#images,
      secondCrashes: this.#secondCrashes,
      violations: this.#violations,
      violationCount: this.#violationCount,
    };
  }

  #runWorkload(): LifeEnd {
    const { latency, faults, stepsMax = stepsUsual } = this.#options;
    const worker = this.#workload.worker();
    const disk = new ModelledDisk({ dice: this.#dice.split("workload"), latency });
    let requests = 0;
    return runLife({
      machine: this.#workload.boot(instant(0)),
      user: worker,
      disk,
      stepsMax,
      beforeRequest: (request) => {
        faults?.(disk, request, requests);
        requests += 1;
      },
      mayFailHere: (after) => {
        this.#atPoint({ index: this.#points, after, disk, ledger: worker.ledger() });
        return true;
      },
    });
  }

  #atPoint(point: Point<Ledger>): void {
    this.#points += 1;
    if (this.#tryAll(point)) this.#exhaustedPoints += 1;
    else this.#trySome(point);
  }

  /** False when they are too many; then none has been tried. */
  #tryAll(point: Point<Ledger>): boolean {
    const tears = new AllTears();
    const images: Image<Ledger>[] = [];
    for (let tear = tears.next(); tear !== null; tear = tears.next()) {
      if (images.length >= this.#options.imagesMax) return false;
      const disk = this.#forkOf(point, images.length);
      disk.crash(worldBegins, tear);
      images.push({ ...point, disk, image: `choices ${tears.choices.join(" ") || "none"}` });
    }
    for (const image of images) this.#tryImage(image);
    return true;
  }

  #trySome(point: Point<Ledger>): void {
    for (let number = 0; number < this.#options.imagesMax; number += 1) {
      const disk = this.#forkOf(point, number);
      disk.crash(worldBegins);
      this.#tryImage({ ...point, disk, image: `drawn ${number}` });
    }
  }

  #forkOf(point: Point<Ledger>, number: number): ModelledDisk {
    return point.disk.fork(this.#dice.split(`point ${point.index} image ${number}`));
  }

  #tryImage(image: Image<Ledger>): void {
    this.#images += 1;
    const dice = this.#dice.split(`at rest ${this.#images}`);
    this.#options.damage?.(image.disk, dice);
    const whole = image.disk.fork(dice.split("whole"));
    const points = this.#recover(image, whole, null);
    for (let number = 0; number < this.#options.secondCrashes; number += 1) {
      this.#crashTwice(image, dice.split(`second ${number}`), points);
    }
  }

  #crashTwice(image: Image<Ledger>, dice: Prng, points: number): void {
    if (points === 0) return;
    this.#secondCrashes += 1;
    const stopAt = dice.below(points);
    const disk = image.disk.fork(dice.split("first recovery"));
    const after = this.#recoverUntil(image, disk, stopAt);
    disk.crash(disk.now);
    this.#recover(image, disk.fork(dice.split("second recovery")), after);
  }

  /** @returns how many points the recovery had. */
  #recover(image: Image<Ledger>, disk: ModelledDisk, secondCrash: string | null): number {
    const inspector = this.#inspectorOf(image);
    let points = 0;
    const wrong = this.#lifeOf(inspector, disk, () => {
      points += 1;
      return true;
    });
    const what = wrong ?? inspector.verdict();
    if (what !== null) this.#note({ ...placeOf(image), secondCrash, what });
    return points;
  }

  /** Runs a recovery up to one of its points. @returns what had happened last. */
  #recoverUntil(image: Image<Ledger>, disk: ModelledDisk, stopAt: number): string {
    let count = 0;
    let last = "the start";
    this.#lifeOf(this.#inspectorOf(image), disk, (after) => {
      last = after;
      count += 1;
      return count <= stopAt;
    });
    return last;
  }

  #lifeOf(
    user: Inspector<Input, Output>,
    disk: ModelledDisk,
    mayFailHere: (after: string) => boolean,
  ): string | null {
    const { stepsMax = stepsUsual } = this.#options;
    const machine = this.#workload.boot(instant(0));
    try {
      const end = runLife({ machine, user, disk, mayFailHere, stepsMax });
      return end === "stuck" || end === "too-long" ? `the recovery is ${end}` : null;
    } catch (error) {
      return `it threw: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  #inspectorOf({ ledger }: Point<Ledger>): Inspector<Input, Output> {
    return this.#workload.inspector(ledger, this.#options.honesty ?? "torn");
  }

  #note(violation: Violation): void {
    this.#violationCount += 1;
    if (this.#violations.length < violationsKeptMax) this.#violations.push(violation);
  }
}

const placeOf = <Ledger>({ index, after, image }: Image<Ledger>) => ({
  point: index,
  after,
  image,
});
