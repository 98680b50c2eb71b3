/**
 * Which way to the lines: the character device wherever the kernel has it in version 2, for it has
 * time stamps, debounce, pulls, and first levels without a glitch; sysfs where there is no more.
 */
import type { Clock } from "../../src/host/monotonic-clock.js";
import type { PinRefusal } from "../pin-board.js";
import type { GpioBackEnd } from "./back-end.js";
import { ChardevBackEnd } from "./chardev/chardev-back-end.js";
import { type GpioChip, openChip } from "./chardev/gpio-chip.js";
import { guardFolderRefusal } from "./guard/guard-folder.js";
import { GuardKeeper } from "./guard/guard-keeper.js";
import type { PiMachine } from "./pi-machine.js";
import { refused } from "./refusals.js";
import { SysfsBackEnd } from "./sysfs/sysfs-back-end.js";
import { findSysfsChip, hasSysfs } from "./sysfs/sysfs-chip.js";
import type { Troubles } from "./troubles.js";

export const gpioChoices = ["auto", "chardev", "sysfs"] as const;
export type GpioChoice = (typeof gpioChoices)[number];

export interface LinesWish {
  readonly gpio: GpioChoice;
  /** Of the chip, any of these; null where it is the only one that is meant. */
  readonly labels: readonly string[] | null;
  readonly machine: PiMachine;
  readonly clock: Clock;
  readonly troubles: Troubles;
  readonly guard: GuardWish;
}

/** `if-possible`: where there can be none the board is opened without one, and says so. */
export type GuardWish = boolean | "if-possible";

export interface OpenedLines {
  readonly ok: true;
  readonly backEnd: GpioBackEnd;
  readonly label: string;
  readonly lines: number;
  /** As the board's description names it; null where it does not. */
  nameOf(offset: number): string | null;
  onClose(): void;
  /** The chip, the way and why that one. */
  readonly told: string;
}

export function openLines(wish: LinesWish): OpenedLines | PinRefusal {
  const { gpio } = wish;
  if (gpio === "sysfs") return bySysfs(wish, "as it was chosen");
  const { machine, labels } = wish;
  const opened = openChip(machine.gpio, machine.view, labels);
  if (opened.ok) {
    return byChardev(wish, opened.chip, gpio === "chardev" ? "as it was chosen" : "which is here");
  }
  if (gpio === "chardev" || opened.reason === "no-permission") return opened;
  if (!hasSysfs(machine.view)) return opened;
  const older = bySysfs(wish, `for ${opened.message}`);
  if (older.ok) return older;
  return refused(opened.reason, `${opened.message}; nor by sysfs: ${older.message}`);
}

function byChardev(wish: LinesWish, chip: GpioChip, why: string): OpenedLines | PinRefusal {
  const { machine, troubles, guard } = wish;
  const { gpio: calls, view, timer, guards, guardFolder: folder } = machine;
  const { label, lines } = chip.info;
  const lack = guard === false ? null : guardFolderRefusal(folder);
  if (guard === true && lack !== null) {
    chip.close();
    return refused("not-supported", `a guard is wanted: ${lack}`);
  }
  const isGuarded = guard !== false && lack === null;
  const keeper = isGuarded ? new GuardKeeper({ label, folder, troubles }) : null;
  return {
    ok: true,
    backEnd: new ChardevBackEnd({ calls, chip, view, troubles, timer, guards, outputs: keeper }),
    ...{ label, lines, onClose: () => keeper?.close() },
    nameOf: (offset) => chip.lineInfo(offset)?.name ?? null,
    told: `${chip.path} (${label}) by the GPIO character device, ${why}${guardText(guard, lack)}`,
  };
}

function bySysfs(wish: LinesWish, why: string): OpenedLines | PinRefusal {
  const { machine, labels, clock, troubles } = wish;
  const { view, timer } = machine;
  const lack = "sysfs has none";
  if (wish.guard === true) {
    return refused("not-supported", `a guard is wanted, and ${lack}: say \`guard: false\``);
  }
  const found = findSysfsChip(view, labels);
  if (!found.ok) return found;
  const loaded = machine.loadOnoff();
  if (!loaded.ok) return refused("not-supported", `sysfs GPIO is there, and ${loaded.reason}`);
  const { chip } = found;
  const { onoff } = loaded;
  return {
    ok: true,
    backEnd: new SysfsBackEnd({ onoff, chip, view, clock, troubles, timer }),
    ...{ label: chip.label, lines: chip.lines, onClose: () => {} },
    nameOf: () => null,
    told:
      `${chip.label} by sysfs and onoff, ${why}; ` +
      `the time of an edge is when this program heard of it${guardText(wish.guard, lack)}`,
  };
}

function guardText(guard: GuardWish, lack: string | null): string {
  if (guard === false) return "";
  const only = "; a guard stands by digital outputs, PWM has none";
  return lack === null ? only : `; outputs have no guard (${lack})`;
}
