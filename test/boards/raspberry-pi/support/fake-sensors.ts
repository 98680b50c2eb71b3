/** Files of sensors that answer when the test lets them, and a period that ends when it says so. */
import type { FakeMachine } from "./fake-machine.js";

export class FakeSensors {
  readonly #machine: FakeMachine;
  /** Reads of these paths wait until they are let go. */
  readonly hanging = new Map<string, (() => void)[]>();
  readonly failing = new Set<string>();
  readonly reads: string[] = [];
  #act: (() => void) | null = null;

  constructor(machine: FakeMachine) {
    this.#machine = machine;
  }

  get isRunning(): boolean {
    return this.#act !== null;
  }

  /** One period is over; what can answer has answered afterwards. */
  async period(): Promise<void> {
    this.#act?.();
    await this.settled();
  }

  /** Promises are kept in turns: a few let every chain of them end. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  }

  hang(path: string): void {
    this.hanging.set(path, []);
  }

  letGo(path: string): void {
    const waiting = this.hanging.get(path) ?? [];
    this.hanging.delete(path);
    for (const go of waiting) go();
  }

  async read(path: string): Promise<string> {
    this.reads.push(path);
    const waiting = this.hanging.get(path);
    if (waiting !== undefined) await new Promise<void>((resolve) => waiting.push(resolve));
    const text = this.#machine.text(path);
    if (text === null || this.failing.has(path)) throw new Error("EIO");
    return `${text}\n`;
  }

  every(act: () => void): () => void {
    this.#act = act;
    return () => {
      this.#act = null;
    };
  }
}
