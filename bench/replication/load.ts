/**
 * The clients of one run, in a process of their own, for every system alike: so many that each have
 * one write outstanding and send the next when it is answered.
 *
 * Run: node load.js SYSTEM CLIENTS WARM-UP-SECONDS SECONDS TARGET...
 *
 * Prints one line of JSON, a `LoadResult`.
 */
import { quantile } from "../median.js";
import { clientsPerConnection, keys, type Store, valueBytes } from "./store.js";
import { openStores } from "./systems.js";

export interface LoadResult {
  readonly puts: number;
  readonly failed: number;
  readonly seconds: number;
  /** From the call to the answer, in ms. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Of the processor, in us for each write: what the clients themselves took. */
  readonly cpuPerPut: number;
}

class Load {
  readonly #store: Store;
  readonly #latencies: number[] = [];
  readonly #value = new Uint8Array(valueBytes).fill(0x61);
  #puts = 0;
  #failed = 0;
  #stopped = false;

  constructor(store: Store) {
    this.#store = store;
  }

  async run(clients: number, warmUpMs: number, ms: number): Promise<LoadResult> {
    const all = Array.from({ length: clients }, () => this.#client());
    await wait(warmUpMs);
    this.#latencies.length = 0;
    const [failedBefore, beganAt, cpu] = [this.#failed, performance.now(), process.cpuUsage()];
    await wait(ms);
    const seconds = (performance.now() - beganAt) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    const latencies = this.#latencies.slice();
    this.#stopped = true;
    await Promise.race([Promise.all(all), wait(5_000)]);
    return {
      puts: latencies.length,
      failed: this.#failed - failedBefore,
      seconds,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      max: quantile(latencies, 1),
      cpuPerPut: (user + system) / Math.max(1, latencies.length),
    };
  }

  async #client(): Promise<void> {
    while (!this.#stopped) {
      this.#puts += 1;
      const key = `bench/${this.#puts % keys}`;
      const sentAt = performance.now();
      try {
        await this.#store.put(key, this.#value);
        this.#latencies.push(performance.now() - sentAt);
      } catch {
        this.#failed += 1;
        await wait(1);
      }
    }
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const [system = "", clients = "1", warmUp = "1", seconds = "3", ...targets] = process.argv.slice(2);
const open = openStores.get(system);
if (open === undefined) throw new Error(`there is no ${system}`);
const store = await open(targets, Math.ceil(Number(clients) / clientsPerConnection));
const result = await new Load(store).run(
  Number(clients),
  1e3 * Number(warmUp),
  1e3 * Number(seconds),
);
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit());
