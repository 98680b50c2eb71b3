/** The firmware that is checked, and devices that run it. */
import { join } from "node:path";
import { Device } from "./device.js";

export interface HexFiles {
  readonly harness: string;
  /** The folder of the .hex files. */
  readonly folder: string;
}

export const bridgeUart = 0;
/** By place. */
export const voterUarts = [1, 2, 3] as const;

/** @param faults with the frame that makes it hang */
export const startBridge = ({ harness, folder }: HexFiles, faults: boolean): Promise<Device> =>
  Device.start({
    harness,
    processor: "atmega328p",
    hex: join(folder, faults ? "bridge-faults.hex" : "bridge.hex"),
    uarts: [bridgeUart],
  });

export const startVoter = ({ harness, folder }: HexFiles, faults: boolean): Promise<Device> =>
  Device.start({
    harness,
    processor: "atmega2560",
    hex: join(folder, faults ? "voter-faults.hex" : "voter.hex"),
    uarts: voterUarts,
  });

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
