/**
 * Clients that write and read while members die, and the history of what they were told. Every
 * acknowledged write of a key of its own is remembered as well: it must be there in the end.
 */
import { HistoryRecorder } from "../../../../src/consistency/history/recorder.js";
import type { OperationStatus } from "../../../../src/consistency/operation.js";
import type { Value } from "../../../../src/consistency/value.js";
import { connect } from "../../../../src/host/state/client.js";
import { type StateClient, StateRefusal } from "../../../../src/host/state/client-ports.js";
import { Prng } from "../../../../src/kernel/prng.js";
import { seconds } from "../../../../src/kernel/time.js";

/** Keys that all clients fight about at a time. */
const sharedKeys = 3;

interface Told {
  readonly status: OperationStatus;
  readonly output: Value;
}

export class Load {
  readonly recorder = new HistoryRecorder({ model: "key-value" });
  /** Keys that were told as written, each once. */
  readonly acknowledged: string[] = [];
  readonly refusals = new Map<string, number>();
  readonly #paths: readonly string[];
  readonly #dice: Prng;
  readonly #began = performance.now();
  #epoch = 0;
  #stopped = false;
  #clients: Promise<void>[] = [];
  #last = 0;
  done = 0;

  constructor(paths: readonly string[], seed: number) {
    this.#paths = paths;
    this.#dice = new Prng(seed);
  }

  /** Half of them with a session, half without; each begins at another member. */
  start(count: number): void {
    for (let index = 0; index < count; index += 1) {
      const turn = index % this.#paths.length;
      const paths = [...this.#paths.slice(turn), ...this.#paths.slice(0, turn)];
      this.#clients.push(this.#client(`c${index}`, paths, index % 2 === 0));
    }
  }

  /** Other keys from now on, so that no check has to look at all of the history at once. */
  nextEpoch(): void {
    this.#epoch += 1;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#clients);
  }

  async #client(name: string, paths: readonly string[], exactlyOnce: boolean): Promise<void> {
    const options = { paths, exactlyOnce, timeout: seconds(5), lease: seconds(60) };
    const client = await connect(options);
    const dice = this.#dice.split(name);
    // A process that was told nothing goes on under another name.
    for (let life = 1; !this.#stopped; ) {
      const status = await this.#one(client, `${name}.${life}`, dice);
      if (status === "unknown") life += 1;
    }
    client.leave();
  }

  #one(client: StateClient, process: string, dice: Prng): Promise<OperationStatus> {
    const key = `e${this.#epoch}/k${dice.below(sharedKeys)}`;
    const choice = dice.below(10);
    if (choice < 3) return this.#record(process, "get", key, null, () => get(client, key));
    if (choice < 5) return this.#own(client, process);
    this.#last += 1;
    const value = `v${this.#last}`;
    if (choice < 8) {
      return this.#record(process, "put", key, { value }, async () => {
        return { version: (await client.put(key, value)).version };
      });
    }
    if (choice < 9) {
      const version = dice.below(6);
      return this.#record(process, "put", key, { value, version }, async () => {
        return { version: (await client.cas(key, version, value)).version };
      });
    }
    return this.#record(process, "delete", key, null, async () => {
      await client.delete(key);
      return null;
    });
  }

  /** A key that nobody else ever writes. */
  async #own(client: StateClient, process: string): Promise<OperationStatus> {
    this.#last += 1;
    const key = `own/${this.#last}`;
    const put = async (): Promise<Value> => ({ version: (await client.put(key, "1")).version });
    const status = await this.#record(process, "put", key, { value: "1" }, put);
    if (status === "ok") this.acknowledged.push(key);
    return status;
  }

  async #record(
    process: string,
    kind: string,
    key: string,
    input: Value,
    ask: () => Promise<Value>,
  ): Promise<OperationStatus> {
    const operation = this.recorder.invoke(this.#now(), { process, kind, key, input });
    const { status, output } = await ask().then(
      (given): Told => ({ status: "ok", output: given }),
      (error: unknown): Told => this.#refused(error, kind),
    );
    this.recorder.return(this.#now(), operation, status, output);
    if (status === "ok") this.done += 1;
    return status;
  }

  #refused(error: unknown, kind: string): Told {
    if (!(error instanceof StateRefusal)) throw error;
    const { reason } = error;
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
    const isUnknown = reason === "unknown-outcome" || reason === "session-lost";
    if (isUnknown && kind !== "get") return { status: "unknown", output: null };
    return { status: "fail", output: { reason } };
  }

  #now(): number {
    return Math.round(1_000 * (performance.now() - this.#began));
  }
}

async function get(client: StateClient, key: string): Promise<Value> {
  const { found } = await client.get(key);
  if (found === null) return null;
  return { value: Buffer.from(found.value).toString(), version: found.version };
}
