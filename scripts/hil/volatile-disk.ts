/**
 * A disk with a volatile cache of its own: what the guest did not flush is lost when its power
 * fails, in any part, sector by sector (512 bytes) and in any order. Killing QEMU alone would be
 * kinder than a power cut: what QEMU has written to a file of the host stays, flushed or not.
 *
 * It is the file of the simulated disk, here with a real file system on it.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Prng } from "../../src/kernel/prng.js";
import { ModelledFile, sectorBytes } from "../../src/sim/disk/modelled-file.js";
import { type ChangeOrder, thrownTear } from "../../src/sim/disk/tear.js";
import type { Medium } from "./nbd-server.js";

/** A flush takes up to so long, as on a card: in that time much is at stake. */
const flushMsMax = 25;

export class VolatileDisk implements Medium {
  readonly bytes: number;
  readonly #file = new ModelledFile();
  readonly #dice: Prng;
  #order: ChangeOrder = 0;
  #flushedOrder: ChangeOrder = 0;
  /** Counts cuts: a flush that one cut short makes nothing durable. */
  #life = 0;
  flushes = 0;

  /** @param image what is on it at first, durable. */
  constructor(image: Uint8Array, seed: number) {
    this.bytes = image.length;
    this.#dice = new Prng(seed).split("volatile disk");
    this.#file.truncate(0, image.length);
    for (let offset = 0; offset < image.length; offset += sectorBytes) {
      const sector = image.subarray(offset, offset + sectorBytes);
      if (sector.some((byte) => byte !== 0)) this.#file.write(0, offset, sector);
    }
    this.#file.sync(0);
  }

  /** Writes since the last flush: they are what is at stake. */
  get unflushed(): number {
    return this.#order - this.#flushedOrder;
  }

  read(offset: number, length: number): Uint8Array {
    return this.#file.read(offset, length) ?? new Uint8Array(length);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#order += 1;
    this.#file.write(this.#order, offset, bytes);
  }

  async flush(): Promise<void> {
    const [order, life] = [this.#order, this.#life];
    await pause(this.#dice.below(flushMsMax));
    if (life !== this.#life) return;
    this.#file.sync(order);
    this.#flushedOrder = Math.max(this.#flushedOrder, order);
    this.flushes += 1;
  }

  /** The power is gone. @returns how many writes were torn, lost or kept by chance. */
  cut(): number {
    this.#life += 1;
    const { unflushed } = this;
    this.#file.crash(thrownTear(this.#dice, this.#flushedOrder + 1, this.#order));
    this.#flushedOrder = this.#order;
    return unflushed;
  }
}
