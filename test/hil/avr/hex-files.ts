/** The firmware that is checked, and devices that run it. */
import { join } from "node:path";
import { Device } from "./device.js";
import type { SimavrOptions } from "./simavr.js";

export interface HexFiles {
  readonly harness: string;
  /** The folder of the .hex files. */
  readonly folder: string;
}

export const bridgeUart = 0;
/** By place. */
export const voterUarts = [1, 2, 3] as const;

/** @param faults with the frame that makes it hang */
export const simavrOf = (
  kind: "bridge" | "voter",
  { harness, folder }: HexFiles,
  faults: boolean,
): SimavrOptions => ({
  harness,
  processor: kind === "bridge" ? "atmega328p" : "atmega2560",
  hex: join(folder, faults ? `${kind}-faults.hex` : `${kind}.hex`),
  uarts: kind === "bridge" ? [bridgeUart] : voterUarts,
});

export const startBridge = (files: HexFiles, faults: boolean): Promise<Device> =>
  Device.start(simavrOf("bridge", files, faults));

export const startVoter = (files: HexFiles, faults: boolean): Promise<Device> =>
  Device.start(simavrOf("voter", files, faults));

/** Ends the device whatever comes of it. */
export async function withDevice(
  starting: Promise<Device>,
  use: (device: Device) => Promise<void>,
): Promise<void> {
  const device = await starting;
  try {
    await use(device);
  } finally {
    device.end();
  }
}
