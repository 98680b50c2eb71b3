/** The firmware of the repository, as the demo flashes it. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { atmega328p } from "../../../../boards/simulated-avr/atmega328p.js";
import { atmega2560 } from "../../../../boards/simulated-avr/atmega2560.js";
import { parseIntelHex } from "../../../../boards/simulated-avr/intel-hex.js";
import type { Part } from "../../../../boards/simulated-avr/part.js";
import { CliFailure } from "../../exit.js";

export interface FirmwareFlashes {
  readonly bridge: Uint8Array;
  readonly voter: Uint8Array;
}

/** Beside `dist`, in the repository and in the package. */
const folder = new URL("../../../../../firmware-bridge/hex/", import.meta.url);

/** @throws CliFailure where a file is missing or is no firmware for its part */
export async function readFirmware(): Promise<FirmwareFlashes> {
  const [bridge, voter] = await Promise.all([
    readFlash("bridge.hex", atmega328p),
    readFlash("voter.hex", atmega2560),
  ]);
  return { bridge, voter };
}

async function readFlash(name: string, part: Part): Promise<Uint8Array> {
  const file = fileURLToPath(new URL(name, folder));
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CliFailure("notAvailable", `--firmware: there is no ${file} (${reason})`);
  }
  const parsed = parseIntelHex(text, part.flashBytes);
  if (!parsed.ok) throw new CliFailure("invalidFile", `${file}: ${parsed.message}`);
  return parsed.flash;
}
