/**
 * A GPIO chip in sysfs, by its label. Lines have numbers there that count over all chips from a
 * base, and the base of a Pi's header was 0, is 512 since kernel 6.6, and was 399 or 571 on a Pi 5:
 * so it is looked up, always.
 */
import { type MachineView, numberAt } from "../../../src/host/doctor/machine-view.js";
import type { PinRefusal } from "../../pin-board.js";
import { refused } from "../refusals.js";

export const gpioClass = "/sys/class/gpio";

export interface SysfsChip {
  readonly label: string;
  readonly base: number;
  readonly lines: number;
}

export type SysfsChipResult = { readonly ok: true; readonly chip: SysfsChip } | PinRefusal;

export const hasSysfs = (view: MachineView): boolean => view.names(gpioClass).includes("export");

/** @param labels any of these; null where it is the only chip that is meant */
export function findSysfsChip(
  view: MachineView,
  labels: readonly string[] | null,
): SysfsChipResult {
  const names = view.names(gpioClass);
  if (!hasSysfs(view)) {
    const remedy = "use `gpio: chardev`";
    return refused("not-supported", `this kernel has no sysfs GPIO (${gpioClass}): ${remedy}`);
  }
  const folders = names.filter((name) => /^gpiochip\d{1,5}$/.test(name));
  const chips = folders.flatMap((name) => chipAt(view, `${gpioClass}/${name}`));
  const wanted = chips.filter(({ label }) => labels?.includes(label) ?? true);
  const [chip] = wanted;
  const there = chips.map(({ label, lines }) => `${label} (${lines} lines)`).join(", ");
  if (chip === undefined) {
    const what = labels === null ? "a GPIO chip" : `the GPIO chip ${labels.join(" or ")}`;
    const has = there === "" ? "none" : there;
    return refused("no-such-chip", `${what} is wanted, and ${gpioClass} has ${has}`);
  }
  if (wanted.length === 1) return { ok: true, chip };
  return refused("no-such-chip", `say by \`chip:\` and a label which chip is meant: ${there}`);
}

function chipAt(view: MachineView, folder: string): readonly SysfsChip[] {
  const base = numberAt(view, `${folder}/base`);
  const lines = numberAt(view, `${folder}/ngpio`);
  if (base === null || lines === null) return [];
  return [{ label: view.text(`${folder}/label`) ?? "", base, lines }];
}
