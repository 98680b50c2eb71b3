/** The signals that ask a program to end. A terminal that is closed tells it by SIGHUP. */
const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Catches them until it is closed. To be closed when the replicas have ended: they need a moment to
 * let go of their outputs, and a second, impatient signal must not take it from them.
 */
export class EndingSignals {
  readonly #came: Promise<void>;
  #tell: () => void = () => {};
  readonly #onSignal = (): void => this.#tell();

  constructor() {
    this.#came = new Promise((resolve) => {
      this.#tell = resolve;
    });
    for (const signal of endingSignals) process.on(signal, this.#onSignal);
  }

  /** Fulfilled by the first. */
  get came(): Promise<void> {
    return this.#came;
  }

  close(): void {
    for (const signal of endingSignals) process.off(signal, this.#onSignal);
  }
}
