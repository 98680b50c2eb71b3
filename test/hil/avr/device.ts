/** A device of ours in simavr: frames instead of bytes, on each of its lines. */
import { parseDeviceFrame } from "../../../boards/bridge/device-frame.js";
import {
  type DeviceFrame,
  type HostFrame,
  payloadBytesMax,
} from "../../../boards/bridge/frames.js";
import { hostFrame } from "../../../boards/bridge/host-frame.js";
import { ByteStreamReader, toByteStream } from "../../../src/wire/byte-stream.js";
import { Simavr, type SimavrOptions } from "./simavr.js";

export interface Told<Frame extends DeviceFrame = DeviceFrame> {
  readonly uart: number;
  /** When its last byte had come, in microseconds; up to a quarter of a millisecond late. */
  readonly at: number;
  readonly frame: Frame;
}

export type FrameKind = DeviceFrame["kind"];
type FrameOf<Kind extends FrameKind> = Extract<DeviceFrame, { readonly kind: Kind }>;

/** So long after power-on every firmware has said hello, in microseconds. */
const helloMax = 100_000;

export class Device {
  readonly chip: Simavr;
  readonly #readers: ReadonlyMap<number, ByteStreamReader>;
  #told: Told[] = [];

  private constructor(options: SimavrOptions) {
    this.chip = new Simavr(options);
    const readers = options.uarts.map(
      (uart) => [uart, new ByteStreamReader(payloadBytesMax)] as const,
    );
    this.#readers = new Map(readers);
  }

  static async start(options: SimavrOptions): Promise<Device> {
    const device = new Device(options);
    await device.run(helloMax);
    return device;
  }

  /** Lets so many microseconds pass; what is told in them is kept until somebody takes it. */
  async run(micros: number): Promise<void> {
    for (const { uart, at, bytes } of await this.chip.run(micros)) {
      for (const payload of this.#readers.get(uart)?.push(bytes) ?? []) {
        const parsed = parseDeviceFrame(payload);
        if (!parsed.ok) throw new Error(`UART ${uart} said a frame that is none: ${parsed.reason}`);
        this.#told.push({ uart, at, frame: parsed.frame });
      }
    }
  }

  async runSeconds(seconds: number): Promise<void> {
    await this.run(seconds * 1_000_000);
  }

  /** What was told since the last time, oldest first. */
  take(): readonly Told[] {
    const told = this.#told;
    this.#told = [];
    return told;
  }

  /** Of one kind and one UART; the rest is forgotten. */
  takeOf<Kind extends FrameKind>(kind: Kind, uart: number): readonly Told<FrameOf<Kind>>[] {
    return this.take().flatMap(({ frame, ...rest }) =>
      frame.kind === kind && rest.uart === uart ? [{ ...rest, frame: frame as FrameOf<Kind> }] : [],
    );
  }

  say(uart: number, frame: HostFrame): void {
    this.chip.say(uart, toByteStream(hostFrame(frame), payloadBytesMax));
  }

  sayBytes(uart: number, bytes: Uint8Array): void {
    this.chip.say(uart, bytes);
  }

  /** How many frames of a UART were broken. */
  broken(uart: number): number {
    const counts = this.#readers.get(uart)?.counts();
    return counts === undefined ? 0 : counts.badChecksum + counts.malformed + counts.tooLong;
  }

  end(): void {
    this.chip.end();
  }
}
