/**
 * What the pets and the dog share: one time stamp, and a flag to call the dog off. They run in two
 * threads, so every access is atomic; on a 32-bit board half a time stamp would otherwise be read.
 */
const stampBytes = 8;
const flagBytes = 4;

export class Patience {
  readonly buffer: SharedArrayBuffer;
  readonly #petted: BigInt64Array;
  readonly #calledOff: Int32Array;

  /** @param buffer of another `Patience`, from the other thread */
  constructor(buffer = new SharedArrayBuffer(stampBytes + flagBytes)) {
    this.buffer = buffer;
    this.#petted = new BigInt64Array(buffer, 0, 1);
    this.#calledOff = new Int32Array(buffer, stampBytes, 1);
  }

  pet(): void {
    Atomics.store(this.#petted, 0, process.hrtime.bigint());
  }

  /** How long it was not petted, in milliseconds. */
  sincePet(): number {
    return Number(process.hrtime.bigint() - Atomics.load(this.#petted, 0)) / 1e6;
  }

  callOff(): void {
    Atomics.store(this.#calledOff, 0, 1);
  }

  get isCalledOff(): boolean {
    return Atomics.load(this.#calledOff, 0) === 1;
  }
}
