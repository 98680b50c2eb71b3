/**
 * The story of one machine whose power fails again and again: it boots, recovers its log, goes on
 * writing, says on its console what is durable, and is killed in the middle of a write. The disk is
 * ours, and tears what was not flushed. What the console had said must be there at the next boot.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Prng } from "../../src/kernel/prng.js";
import type { GuestImage } from "./guest-image.js";
import { type GuestEnd, makeDisk, runGuest } from "./machine.js";
import { NbdServer } from "./nbd-server.js";
import { runFolder } from "./places.js";
import { type Console, parseConsole } from "./power-loss-console.js";
import { VolatileDisk } from "./volatile-disk.js";

export interface PowerLossOptions {
  readonly name: string;
  readonly image: GuestImage;
  readonly rounds: number;
  readonly seed: number;
  /** Of one round. */
  readonly secondsMax: number;
}

export interface PowerLossEnd {
  /** Rounds whose start found all that the console had said before; the first start is none. */
  readonly recovered: number;
  /** The last entry that the console called durable. */
  readonly acknowledged: number;
  readonly repairs: number;
  readonly flushes: number;
  /** Rounds in which the disk had something to tear. */
  readonly tornRounds: number;
  readonly complaints: readonly string[];
  readonly seconds: number;
  readonly folder: string;
}

const lookEveryMs = 50;

/** From the first durable entry of a round until the power fails: up to so long. */
const writesForMsMax = 1_500;

/** Then the next write is waited for, up to so long. */
const atStakeMsMax = 5_000;

const memoryMiB = 320;

export async function runPowerLoss(options: PowerLossOptions): Promise<PowerLossEnd> {
  // What an earlier run left behind must not be taken for the word of a guest of this one.
  await rm(runFolder(options.name), { recursive: true, force: true });
  const folder = await mkdtemp(join(tmpdir(), "hil-disk-"));
  try {
    const image = join(folder, "image");
    await makeDisk(image);
    const disk = new VolatileDisk(await readFile(image), options.seed);
    return await new Series(options, disk, join(folder, "socket")).run();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

class Series {
  readonly #options: PowerLossOptions;
  readonly #disk: VolatileDisk;
  readonly #sockets: string;
  readonly #dice: Prng;
  readonly #complaints: string[] = [];
  #acknowledged = 0;
  #recovered = 0;
  #repairs = 0;
  #tornRounds = 0;

  constructor(options: PowerLossOptions, disk: VolatileDisk, sockets: string) {
    this.#options = options;
    this.#disk = disk;
    this.#sockets = sockets;
    this.#dice = new Prng(options.seed).split("power cuts");
  }

  /** One start more than there are cuts: the last one is there to look. */
  async run(): Promise<PowerLossEnd> {
    const start = performance.now();
    const { rounds } = this.#options;
    for (let round = 0; round <= rounds && this.#complaints.length === 0; round += 1) {
      await this.#runRound(round);
    }
    return {
      recovered: this.#recovered,
      acknowledged: this.#acknowledged,
      repairs: this.#repairs,
      flushes: this.#disk.flushes,
      tornRounds: this.#tornRounds,
      complaints: this.#complaints,
      seconds: Number(((performance.now() - start) / 1000).toFixed(1)),
      folder: runFolder(this.#options.name),
    };
  }

  async #runRound(round: number): Promise<void> {
    const socket = `${this.#sockets}-${round}`;
    const server = await NbdServer.listen(socket, this.#disk);
    const power = new AbortController();
    const guest = this.#startGuest(round, socket, power.signal);
    const watched = this.#waitUntilCut(guest, round).finally(() => power.abort());
    const end = await guest;
    await watched;
    server.close();
    if (this.#disk.cut() > 0) this.#tornRounds += 1;
    this.#judge(round, parseConsole(await consoleOf(end.folder)), end);
  }

  #startGuest(round: number, socket: string, power: AbortSignal): Promise<GuestEnd> {
    const { image, secondsMax } = this.#options;
    return runGuest({
      ...{ name: this.#nameOf(round), image, secondsMax, memoryMiB, power, modules: [] },
      script: "power-loss.sh",
      variables: { ROUND: String(round) },
      // The guest sees a disk with a cache that it has to flush; no page of the host's holds it.
      disk: `file=nbd+unix:///?socket=${socket},cache=none`,
    });
  }

  /** Until entries have become durable for a while, or the guest has ended without. */
  async #waitUntilCut(guest: Promise<GuestEnd>, round: number): Promise<void> {
    const isLast = round === this.#options.rounds;
    let running = true;
    const ended = guest.then(() => {
      running = false;
    });
    const folder = runFolder(this.#nameOf(round));
    while (running) {
      const { recovered, durable, complaints } = parseConsole(await consoleOf(folder));
      if (complaints.length > 0 || (isLast && recovered !== null)) return;
      if (durable !== null) break;
      await Promise.race([pause(lookEveryMs), ended]);
    }
    await Promise.race([pause(this.#dice.below(writesForMsMax)), ended]);
    // In the middle of a write: something is on its way that was not flushed.
    const until = performance.now() + atStakeMsMax;
    while (running && this.#disk.unflushed === 0 && performance.now() < until) await pause(1);
  }

  readonly #nameOf = (round: number): string => join(this.#options.name, `round-${round}`);

  #judge(round: number, console: Console, end: GuestEnd): void {
    const { recovered, durable, repairs, complaints } = console;
    const complain = (text: string) => this.#complaints.push(`round ${round}: ${text}`);
    for (const text of complaints) complain(text);
    if (recovered === null) {
      complain(`the guest did not come to its log in ${end.seconds} s ${end.complaint}`);
      return;
    }
    if (recovered < this.#acknowledged) {
      complain(`recovered up to ${recovered}, where ${this.#acknowledged} were acknowledged`);
      return;
    }
    // Who has written nothing has had nothing to lose.
    if (durable === null && round < this.#options.rounds) complain("no entry became durable");
    if (round > 0) this.#recovered += 1;
    this.#repairs += repairs;
    this.#acknowledged = Math.max(this.#acknowledged, durable ?? 0);
  }
}

const consoleOf = (folder: string): Promise<string> =>
  readFile(join(folder, "console"), "utf8").catch(() => "");
