/**
 * Keeps the thread or process of one version: starts it, asks it, and ends it. It decides nothing:
 * what it sees it tells, and when to stop and start is the machine's business.
 *
 * Invariants: a version has at most one: the next is started when the one before has ended, however
 * long that takes. Nothing is told of one that was told to stop.
 */
import type { PlainValue } from "../../voting/structured/plain-value.js";
import type { Carrier, CarrierEnd, CarrierEvents, CarrierOptions, Isolation } from "./carrier.js";
import { startProcess } from "./process-carrier.js";
import { startThread } from "./thread-carrier.js";
import { parseVersionMessage, type VersionMessage } from "./version-messages.js";

export interface VersionWorkerOptions extends CarrierOptions {
  readonly isolation: Isolation;
  readonly tell: (event: WorkerEvent) => void;
}

export type WorkerEvent =
  | VersionMessage
  /** It has ended, and was not told to. */
  | ({ readonly kind: "died" } & CarrierEnd);

export class VersionWorker {
  readonly #options: VersionWorkerOptions;
  #carrier: Carrier | null = null;
  /** The end of the one before, while it is awaited. */
  #ending: Promise<void> | null = null;
  #isWanted = false;

  constructor(options: VersionWorkerOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  /** Begins to load the module; `ready`, `refused` or `died` will be told. */
  start(): void {
    this.#isWanted = true;
    if (this.#ending === null) this.#start();
  }

  /** Without effect where none is up: its end was told, or will be. */
  run(call: number, input: PlainValue): void {
    this.#carrier?.post({ call, input });
  }

  /** Hands over now what has arrived and would be told in a moment. */
  drain(): void {
    this.#carrier?.drain();
  }

  /** Ends it, in an endless loop too. Fulfilled when it has ended. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    const carrier = this.#carrier;
    this.#carrier = null;
    if (carrier !== null) this.#ending = carrier.end().then(() => this.#onEnded());
    await this.#ending;
  }

  #onEnded(): void {
    this.#ending = null;
    if (this.#isWanted) this.#start();
  }

  #start(): void {
    const start = this.#options.isolation === "process" ? startProcess : startThread;
    const events: CarrierEvents = {
      message: (message) => {
        if (carrier === this.#carrier) this.#onMessage(message);
      },
      ended: (end) => {
        if (carrier !== this.#carrier) return;
        this.#carrier = null;
        this.#options.tell({ kind: "died", ...end });
      },
    };
    const carrier = start(this.#options, events);
    this.#carrier = carrier;
  }

  #onMessage(message: unknown): void {
    const parsed = parseVersionMessage(message);
    if (parsed !== null) this.#options.tell(parsed);
  }
}
