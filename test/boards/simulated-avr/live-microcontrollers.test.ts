/** Microcontrollers in their thread, by the clock on the wall: the built program's. */
import { afterEach, describe, expect, it } from "vitest";
import { atmega328p } from "../../../boards/simulated-avr/atmega328p.js";
import type {
  LiveMicrocontrollers,
  LiveUartLine,
} from "../../../boards/simulated-avr/live-microcontrollers.js";
import { openUart } from "../../../boards/simulated-avr/uart-stream.js";
import { builtFile, isBuilt } from "../../host/support/built.js";
import { beatsIn, flashOf, probeHex } from "./rig.js";

const file = "boards/simulated-avr/live-microcontrollers.js";

/** Until it is so; a machine that is busy may take long. */
async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error("it did not come to that");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

let live: LiveMicrocontrollers | null = null;
afterEach(() => live?.stop());

async function started(onEnd: (reason: string) => void = () => {}) {
  const { LiveMicrocontrollers: Live } = await import(builtFile(file));
  const flash = flashOf(atmega328p, probeHex(atmega328p));
  const spec = { name: "probe", part: "ATmega328P", flash, watched: ["D8"] };
  live = (await Live.start([spec], onEnd)) as LiveMicrocontrollers;
  const chip = live.named("probe");
  const line = chip.lines[0] as LiveUartLine;
  const stream = await openUart(line);
  const heard: number[] = [];
  stream.on("data", (bytes: Buffer) => heard.push(...bytes));
  return { chip, line, stream, heard };
}

describe.skipIf(!isBuilt([file]))("AVR-19: microcontrollers in a thread", () => {
  it("are heard, take volts, show their pins, and are reset by their watchdog", async () => {
    const { chip, stream, heard } = await started();
    chip.setVolts("A0", 2.5);
    await until(() => beatsIn(heard).at(-1)?.analog === 512);
    stream.write("o");
    await until(() => chip.view?.pins.get("D8")?.drive === "high");
    chip.act("hang");
    await until(() => chip.view?.start?.cause === "watchdog");
    heard.length = 0;
    await until(() => beatsIn(heard).length > 1);
    expect(chip.view?.starts).toBe(2);
  });

  it("AVR-20: whose thread ends show no pin any more", async () => {
    const reasons: string[] = [];
    const { chip, stream, heard } = await started((reason) => reasons.push(reason));
    await until(() => beatsIn(heard).length > 0);
    stream.write("o");
    await until(() => chip.view?.pins.get("D8")?.drive === "high");
    // The thread cannot do what is no action, and dies of it.
    chip.act("nothing that it knows" as "hang");
    await until(() => reasons.length > 0 && stream.destroyed);
    expect(chip.view).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(chip.view).toBeNull();
  });

  it("a line that is unplugged closes its stream, and can be opened again", async () => {
    const { line, stream } = await started();
    line.unplug();
    await until(() => stream.destroyed);
    await expect(openUart(line)).rejects.toMatchObject({ code: "ENOENT" });
    line.plug();
    const again = await openUart(line);
    let bytes = 0;
    again.on("data", (more: Buffer) => {
      bytes += more.length;
    });
    await until(() => bytes > 0);
  });
});
