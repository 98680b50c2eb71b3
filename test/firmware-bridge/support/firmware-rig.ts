/**
 * The firmware of the repository on a simulated microcontroller, in virtual time, with a host's end
 * at each of its lines: what goes through `say` is framed, what comes is read into `heard`.
 */
import { readFileSync } from "node:fs";
import { clusterTag } from "../../../boards/bridge/cluster-tag.js";
import { parseDeviceFrame } from "../../../boards/bridge/device-frame.js";
import {
  type DeviceFrame,
  type HostFrame,
  payloadBytesMax,
} from "../../../boards/bridge/frames.js";
import { hostFrame } from "../../../boards/bridge/host-frame.js";
import { atmega328p } from "../../../boards/simulated-avr/atmega328p.js";
import { atmega2560 } from "../../../boards/simulated-avr/atmega2560.js";
import { parseIntelHex } from "../../../boards/simulated-avr/intel-hex.js";
import { Microcontroller } from "../../../boards/simulated-avr/microcontroller.js";
import type { Part } from "../../../boards/simulated-avr/part.js";
import { type Duration, type Instant, millis } from "../../../src/kernel/time.js";
import { ByteStreamReader, toByteStream } from "../../../src/wire/byte-stream.js";

export const cluster = clusterTag("boiler");

export interface Heard<Frame = DeviceFrame> {
  /** When its last byte was there. */
  readonly at: Instant;
  readonly payload: Uint8Array;
  readonly frame: Frame;
}

/** The host's end of one line. */
export class Host {
  readonly heard: Heard[] = [];
  readonly #mcu: Microcontroller;
  readonly #line: number;
  readonly #reader = new ByteStreamReader(payloadBytesMax);

  constructor(mcu: Microcontroller, line: number) {
    this.#mcu = mcu;
    this.#line = line;
    mcu.lines[line]?.listen({ onByte: (byte) => this.#onByte(byte), onUnplugged: () => {} });
  }

  say(frame: HostFrame): void {
    this.sayBytes(toByteStream(hostFrame(frame), payloadBytesMax));
  }

  sayPayload(payload: Uint8Array): void {
    this.sayBytes(toByteStream(payload, payloadBytesMax));
  }

  sayBytes(bytes: Uint8Array): void {
    this.#mcu.lines[this.#line]?.send(bytes);
  }

  /** Everything of that kind, oldest first. */
  of<Kind extends DeviceFrame["kind"]>(
    kind: Kind,
  ): readonly Heard<Extract<DeviceFrame, { readonly kind: Kind }>>[] {
    type Wanted = Heard<Extract<DeviceFrame, { readonly kind: Kind }>>;
    return this.heard.filter((one): one is Wanted => one.frame.kind === kind);
  }

  last<Kind extends DeviceFrame["kind"]>(kind: Kind) {
    return this.of(kind).at(-1)?.frame;
  }

  forget(): void {
    this.heard.length = 0;
  }

  #onByte(byte: number): void {
    for (const payload of this.#reader.push(Uint8Array.of(byte))) {
      const parsed = parseDeviceFrame(payload);
      if (!parsed.ok) throw new Error(`the firmware said ${Buffer.from(payload).toString("hex")}`);
      this.heard.push({ at: this.#mcu.now(), payload: payload.slice(), frame: parsed.frame });
    }
  }
}

export interface FirmwareRig {
  readonly mcu: Microcontroller;
  /** One for each line that the firmware speaks on. */
  readonly hosts: readonly Host[];
  run(milliseconds: number): void;
}

export type Firmware = "bridge" | "bridge-faults" | "voter" | "voter-faults";

const flashes = new Map<Firmware, Uint8Array>();

export function flashOf(firmware: Firmware): Uint8Array {
  const known = flashes.get(firmware);
  if (known !== undefined) return known;
  const text = readFileSync(`firmware-bridge/hex/${firmware}.hex`, "utf8");
  const parsed = parseIntelHex(text, partOf(firmware).flashBytes);
  if (!parsed.ok) throw new Error(`${firmware}: ${parsed.message}`);
  flashes.set(firmware, parsed.flash);
  return parsed.flash;
}

const partOf = (firmware: Firmware): Part =>
  firmware.startsWith("bridge") ? atmega328p : atmega2560;

/**
 * A bridge speaks on its only UART, a voter on 1, 2 and 3.
 *
 * @param flash another program for the same chip
 */
export function powered(firmware: Firmware, flash = flashOf(firmware)): FirmwareRig {
  const mcu = new Microcontroller({ part: partOf(firmware), flash });
  const lines = firmware.startsWith("bridge") ? [0] : [1, 2, 3];
  const hosts = lines.map((line) => new Host(mcu, line));
  return { mcu, hosts, run: (milliseconds) => mcu.runFor(millis(milliseconds)) };
}

export const hostOf = (rig: FirmwareRig, place = 0): Host => {
  const host = rig.hosts[place];
  if (host === undefined) throw new Error(`no line ${place}`);
  return host;
};

/** A bridge that is bound to the cluster, with D13 as an output that is safe at 0. */
export function boundBridge(firmware: "bridge" | "bridge-faults" = "bridge"): FirmwareRig {
  const rig = powered(firmware);
  rig.run(100);
  const host = hostOf(rig);
  host.say({ kind: "bind", oldCluster: 0, cluster, sequence: 1 });
  host.say({
    ...{ kind: "configure", cluster, sequence: 2, pin: 13, use: 2, flags: 0, initial: 0 },
    ...{ safeKind: 1, safeValue: 0, debounceMs: 0 },
  });
  rig.run(50);
  return rig;
}

/** In milliseconds. */
export const inMs = (duration: Duration | number): number => duration / 1_000;
