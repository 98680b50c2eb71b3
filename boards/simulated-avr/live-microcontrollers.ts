/**
 * Microcontrollers that run their firmware in a thread of their own, as fast as the clock on the
 * wall. Their UARTs are byte streams here (`openUart`), so what speaks to a serial port speaks to
 * them; volts, levels and faults are set from here, and outputs are seen.
 *
 * Those of one start share a thread: firmware sleeps most of the time.
 */
import { Worker } from "node:worker_threads";
import { assert, unreachable } from "../../src/kernel/assert.js";
import type { PlannedFault } from "./byte-faults.js";
import type {
  FromThread,
  MicrocontrollerAction,
  MicrocontrollerSpec,
  MicrocontrollerView,
  ToThread,
} from "./thread-messages.js";
import type { LineDirection, LineEnd } from "./uart-line.js";
import type { OpenableLine } from "./uart-stream.js";

/** UARTs of the largest part. */
const linesMax = 4;

/** A thread that does not end in this time is ended, in milliseconds. */
const stopMs = 1_000;

export class LiveMicrocontrollers {
  readonly #worker: Worker;
  readonly #devices: readonly LiveMicrocontroller[];
  readonly #onEnd: (reason: string) => void;
  #stopping = false;
  /** Nothing runs any more. */
  #gone = false;

  /**
   * Fulfilled when they run; rejects where the thread does not begin.
   *
   * @param onEnd the thread has ended by itself: nothing is heard any more
   */
  static async start(
    specs: readonly MicrocontrollerSpec[],
    onEnd: (reason: string) => void = () => {},
  ): Promise<LiveMicrocontrollers> {
    const live = new LiveMicrocontrollers(specs, onEnd);
    await live.#ready();
    return live;
  }

  private constructor(specs: readonly MicrocontrollerSpec[], onEnd: (reason: string) => void) {
    this.#onEnd = onEnd;
    this.#worker = new Worker(new URL("./avr-thread.js", import.meta.url), {
      ...{ workerData: specs, execArgv: [], name: "microcontrollers" },
    });
    const post = (message: ToThread): void => this.#worker.postMessage(message);
    this.#devices = specs.map(({ name }, place) => new LiveMicrocontroller(name, place, post));
    this.#worker.on("message", (message: FromThread) => this.#onMessage(message));
    this.#worker.on("error", (error: unknown) => this.#onGone(String(error)));
    this.#worker.on("exit", () => this.#onGone("the thread has ended"));
  }

  named(name: string): LiveMicrocontroller {
    const found = this.#devices.find((device) => device.name === name);
    assert(found !== undefined, `no microcontroller ${name}`);
    return found;
  }

  /** Stopping twice is harmless. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    const ended = new Promise((resolve) => this.#worker.once("exit", resolve));
    this.#worker.postMessage({ kind: "stop" } satisfies ToThread);
    const force = setTimeout(() => void this.#worker.terminate(), stopMs);
    await ended;
    clearTimeout(force);
  }

  #ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#worker.once("message", () => resolve());
      this.#worker.once("error", reject);
    });
  }

  #onMessage(message: FromThread): void {
    if (message.kind !== "ready" && !this.#gone) this.#devices[message.device]?.onMessage(message);
  }

  #onGone(reason: string): void {
    this.#gone = true;
    for (const device of this.#devices) device.onGone();
    if (!this.#stopping) this.#onEnd(reason);
    this.#stopping = true;
  }
}

export class LiveMicrocontroller {
  readonly name: string;
  /** One for each UART of the largest part; those that this part has not are silent. */
  readonly lines: readonly LiveUartLine[];
  readonly #place: number;
  readonly #post: (message: ToThread) => void;
  #view: MicrocontrollerView | null = null;
  #starts = 0;

  constructor(name: string, place: number, post: (message: ToThread) => void) {
    this.name = name;
    this.#place = place;
    this.#post = post;
    this.lines = Array.from(
      { length: linesMax },
      (_, line) => new LiveUartLine({ device: place, line }, post),
    );
  }

  /** The newest that the thread has told, every 10 ms; null before the first, and after its end. */
  get view(): MicrocontrollerView | null {
    return this.#view;
  }

  /** How often it has started, also after the thread's end. */
  get starts(): number {
    return this.#starts;
  }

  act(action: MicrocontrollerAction): void {
    this.#post({ kind: "act", device: this.#place, action });
  }

  setVolts(pin: string, volts: number): void {
    this.#post({ kind: "volts", device: this.#place, pin, volts });
  }

  setLevel(pin: string, level: 0 | 1 | null): void {
    this.#post({ kind: "level", device: this.#place, pin, level });
  }

  /** For the thread's messages. */
  onMessage(message: Exclude<FromThread, { kind: "ready" }>): void {
    switch (message.kind) {
      case "heard":
        this.lines[message.line]?.onHeard(message.bytes);
        break;
      case "sent":
        this.lines[message.line]?.onSent();
        break;
      case "state":
        this.#view = message.state;
        this.#starts = message.state.starts;
        break;
      default:
        unreachable(message);
    }
  }

  /** The thread has ended: its pins drive nothing, and its lines are dead. */
  onGone(): void {
    this.#view = null;
    for (const line of this.lines) line.onGone();
  }
}

interface LinePlace {
  readonly device: number;
  readonly line: number;
}

export class LiveUartLine implements OpenableLine {
  readonly #place: LinePlace;
  readonly #post: (message: ToThread) => void;
  readonly #ends = new Set<LineEnd>();
  /** By the order of the sends. */
  readonly #unanswered: (() => void)[] = [];
  #plugged = true;

  constructor(place: LinePlace, post: (message: ToThread) => void) {
    this.#place = place;
    this.#post = post;
  }

  get plugged(): boolean {
    return this.#plugged;
  }

  send(bytes: Uint8Array, onSent: () => void): void {
    if (!this.#plugged) {
      onSent();
      return;
    }
    this.#unanswered.push(onSent);
    this.#post({ kind: "send", ...this.#place, bytes });
  }

  listen(end: LineEnd): void {
    this.#ends.add(end);
  }

  leave(end: LineEnd): void {
    this.#ends.delete(end);
  }

  unplug(): void {
    if (!this.#plugged) return;
    this.#post({ kind: "plug", ...this.#place, plugged: false });
    this.onGone();
  }

  plug(): void {
    this.#post({ kind: "plug", ...this.#place, plugged: true });
    this.#plugged = true;
  }

  setBaud(baud: number): void {
    this.#post({ kind: "baud", ...this.#place, baud });
  }

  planFault(direction: LineDirection, fault: PlannedFault): void {
    this.#post({ kind: "spoil", ...this.#place, direction, fault });
  }

  /** For the thread's messages. */
  onHeard(bytes: Uint8Array): void {
    for (const end of this.#ends) for (const byte of bytes) end.onByte(byte);
  }

  onSent(): void {
    this.#unanswered.shift()?.();
  }

  /** Whoever listens is told, and hears nothing any more. */
  onGone(): void {
    this.#plugged = false;
    const ends = [...this.#ends];
    this.#ends.clear();
    for (const end of ends) end.onUnplugged();
  }
}
