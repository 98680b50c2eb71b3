/**
 * johnny-five's I2C calls over an optional port. A board of pins has no I2C bus; whoever has one
 * beside it (a Pi's /dev/i2c-1) brings it, and without one every call throws and says so.
 */

export interface I2cPort {
  write(address: number, bytes: readonly number[]): void;
  /** @param register null to read without naming one first */
  read(address: number, register: number | null, length: number): Promise<readonly number[]>;
}

type Handler = (bytes: readonly number[]) => void;

/** `register` is left out by some callers, and then the last two have moved forward. */
export type ReadArguments =
  | readonly [address: number, register: number, length: number, handler: Handler]
  | readonly [address: number, length: number, handler: Handler];

/** Of one read. */
export const i2cBytesMax = 255;
/** Reads that go on for ever. */
export const continuousReadsMax = 64;

export class IoI2c {
  readonly #port: I2cPort | null;
  readonly #onFailure: (error: unknown) => void;
  readonly #continuous: ReadArguments[] = [];
  /** Those of them that wait for an answer: a bus that hangs is not asked more and more. */
  readonly #waiting = new Set<ReadArguments>();

  /** @param onFailure told of a read that was rejected: the component hears nothing */
  constructor(port: I2cPort | null, onFailure: (error: unknown) => void) {
    this.#port = port;
    this.#onFailure = onFailure;
  }

  /** johnny-five says which device, and how slow; a port needs neither. */
  config(): void {
    this.#needed();
  }

  /** Either all bytes at once, or a register and then its bytes. */
  write(address: number, registerOrBytes: number | readonly number[], bytes?: unknown): void {
    const first = Array.isArray(registerOrBytes) ? registerOrBytes : [registerOrBytes];
    const rest = Array.isArray(bytes) ? bytes : bytes === undefined ? [] : [bytes];
    this.#needed().write(address, [...first, ...rest].map(byteOf));
  }

  readOnce(...read: ReadArguments): void {
    this.#needed();
    this.#read(read);
  }

  /** Reads now, and again with every `readAgain`. */
  readOn(...read: ReadArguments): void {
    this.#needed();
    if (this.#continuous.length === continuousReadsMax) {
      throw new Error(`more than ${continuousReadsMax} I2C reads that go on for ever`);
    }
    this.#continuous.push(read);
    this.#read(read);
  }

  readAgain(): void {
    for (const read of this.#continuous) if (!this.#waiting.has(read)) this.#read(read);
  }

  #read(read: ReadArguments): void {
    const [address] = read;
    const [register, length, handler] =
      read.length === 4 ? [read[1], read[2], read[3]] : [null, read[1], read[2]];
    const count = Math.min(length, i2cBytesMax);
    const reading = this.#needed().read(address, register, count);
    this.#waiting.add(read);
    reading
      .finally(() => this.#waiting.delete(read))
      .then(handler)
      .catch(this.#onFailure);
  }

  #needed(): I2cPort {
    if (this.#port !== null) return this.#port;
    throw new Error(
      "this board has no I2C bus: give one as `i2c` to JohnnyFiveIo, or use a component " +
        "that is wired to pins",
    );
  }
}

const byteOf = (value: unknown): number => Number(value) & 0xff;
