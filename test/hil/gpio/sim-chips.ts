/**
 * Chips of the kernel's simulated pins (gpio-sim), made and removed through configfs. The kernel
 * gives them numbers in the order in which they are made, as it does with real ones.
 *
 * Source: Linux, Documentation/admin-guide/gpio/gpio-sim.rst.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

const configfs = "/sys/kernel/config/gpio-sim";
const sysfs = "/sys/class/gpio";

export interface SimChip {
  readonly label: string;
  /** `gpiochip0`, as in /dev. */
  readonly name: string;
  /** Of its first line, in sysfs and in the kernel's trace. */
  readonly base: number;
  /** The folder with a folder for each line: the hands at the pins. */
  readonly lines: string;
  remove(): void;
}

const textOf = (path: string): string => readFileSync(path, "utf8").trim();

/** @param lines how many it has */
export function makeChip(label: string, lines: number): SimChip {
  const folder = join(configfs, label);
  const bank = join(folder, "bank");
  mkdirSync(folder);
  mkdirSync(bank);
  writeFileSync(join(bank, "num_lines"), `${lines}`);
  writeFileSync(join(bank, "label"), label);
  writeFileSync(join(folder, "live"), "1");
  const [name, device] = [textOf(join(bank, "chip_name")), textOf(join(folder, "dev_name"))];
  return {
    ...{ label, name },
    base: baseOf(device),
    lines: join("/sys/devices/platform", device, name),
    remove: () => {
      writeFileSync(join(folder, "live"), "0");
      rmdirSync(bank);
      rmdirSync(folder);
    },
  };
}

/** By the device, not by the label: two chips may have the same. */
function baseOf(device: string): number {
  for (const entry of readdirSync(sysfs)) {
    if (!/^gpiochip\d+$/.test(entry)) continue;
    const owner = realpathSync(join(sysfs, entry, "device"));
    if (owner.endsWith(`/${device}`)) return Number(textOf(join(sysfs, entry, "base")));
  }
  throw new Error(`${device} has no chip in ${sysfs}`);
}

/** A line that another program has: it is exported by sysfs, and given back at the end. */
export function takeLine({ base }: Pick<SimChip, "base">, offset: number): () => void {
  writeFileSync(join(sysfs, "export"), `${base + offset}`);
  return () => writeFileSync(join(sysfs, "unexport"), `${base + offset}`);
}

/** An input as after power-on, whatever somebody has left there. */
export function resetLine(chip: Pick<SimChip, "base" | "lines">, offset: number): void {
  const folder = join(sysfs, `gpio${chip.base + offset}`);
  if (!existsSync(folder)) takeLine(chip, offset);
  writeFileSync(join(folder, "direction"), "in");
  writeFileSync(join(sysfs, "unexport"), `${chip.base + offset}`);
  writeFileSync(join(chip.lines, `sim_gpio${offset}`, "pull"), "pull-down");
}
