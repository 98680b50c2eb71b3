/** The modelled disk keeps the contract that the real one keeps. */
import { Prng } from "../../../src/kernel/prng.js";
import type { DiskDone, DiskRequest } from "../../../src/recovery/disk.js";
import { type DiskLatency, sdCardLatency, ssdLatency } from "../../../src/sim/disk/latency.js";
import { ModelledDisk } from "../../../src/sim/disk/modelled-disk.js";
import { never, type TrueTime, worldBegins } from "../../../src/sim/true-time.js";
import { type DiskRig, diskContract } from "../../contracts/disk.js";

class ModelledRig implements DiskRig {
  readonly #disk: ModelledDisk;
  #now: TrueTime = worldBegins;

  constructor(latency: DiskLatency) {
    this.#disk = new ModelledDisk({ dice: new Prng(5), latency });
  }

  request(request: DiskRequest): void {
    this.#disk.submit(this.#now, request);
  }

  settle(): Promise<readonly DiskDone[]> {
    const answers: DiskDone[] = [];
    for (let next = this.#disk.nextAt(); next !== never; next = this.#disk.nextAt()) {
      this.#now = next;
      answers.push(...this.#disk.take(next));
    }
    return Promise.resolve(answers);
  }

  async reopen(): Promise<DiskRig> {
    await this.settle();
    return this;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

diskContract("modelled, fast", () => Promise.resolve(new ModelledRig(ssdLatency)));
diskContract("modelled, a card", () => Promise.resolve(new ModelledRig(sdCardLatency)));
