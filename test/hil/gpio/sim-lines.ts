/**
 * Hands and eyes at the lines of a simulated chip, none of which go through what is tested:
 * gpio-sim moves and reads the lines by files of its own, the kernel's list of lines says which are
 * driven, and its trace of every change is the witness that nothing flickered.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Level } from "../../../boards/pin-board.js";
import { resetLine, type SimChip } from "./sim-chips.js";

const trace = "/sys/kernel/tracing/trace";
const list = "/sys/kernel/debug/gpio";

type Place = Pick<SimChip, "base" | "lines">;

export class SimLines {
  #chip: Place;

  constructor(chip: Place) {
    this.#chip = chip;
    writeFileSync("/sys/kernel/tracing/events/gpio/enable", "1");
  }

  /** A chip that was made anew has another number. */
  moveTo(chip: Place): void {
    this.#chip = chip;
  }

  /** The lines are as after power-on, and the trace begins. */
  begin(offsets: readonly number[]): void {
    for (const offset of offsets) resetLine(this.#chip, offset);
    writeFileSync(trace, "");
  }

  drive(offset: number, level: Level): void {
    writeFileSync(this.#file(offset, "pull"), level === 1 ? "pull-up" : "pull-down");
  }

  /** Null where nobody drives it. */
  measure(offset: number): Level | null {
    return this.isDriven(offset) ? this.level(offset) : null;
  }

  /** What a voltmeter shows, whoever makes it. */
  level(offset: number): Level {
    return readFileSync(this.#file(offset, "value"), "utf8").trim() === "1" ? 1 : 0;
  }

  isDriven(offset: number): boolean {
    const line = new RegExp(`^ gpio-${this.#chip.base + offset} .*\\) out `, "m");
    return line.test(readFileSync(list, "utf8"));
  }

  /** By which word the kernel knows its user; null where it has none. */
  user(offset: number): string | null {
    const line = new RegExp(`^ gpio-${this.#chip.base + offset} .*\\|(.*?) *\\) `, "m");
    return line.exec(readFileSync(list, "utf8"))?.[1] ?? null;
  }

  history(offset: number): readonly (Level | null)[] {
    return historyIn(readFileSync(trace, "utf8"), this.#chip.base + offset);
  }

  #file = (offset: number, file: string): string =>
    join(this.#chip.lines, `sim_gpio${offset}`, file);
}

/**
 * What a line has had, by the kernel's trace: a level while it was driven, null while it was not. A
 * level that is set at the same time as the direction is told just before it.
 */
export function historyIn(text: string, gpio: number): readonly (Level | null)[] {
  const had: (Level | null)[] = [];
  let [driven, level]: [boolean, Level] = [false, 0];
  for (const [, number, word] of text.matchAll(/gpio_(?:value|direction): (\d+) +(.*)$/gm)) {
    if (Number(number) !== gpio) continue;
    const set = /^set ([01])$/.exec(word ?? "")?.[1];
    if (set !== undefined) level = set === "1" ? 1 : 0;
    if (/^(in|out) +\(0\)$/.test(word ?? "")) driven = word?.startsWith("out") ?? false;
    else if (set === undefined || !driven) continue;
    had.push(driven ? level : null);
  }
  return had;
}
