/**
 * A GPIO chip by its label. Its number is no name: the header of a Pi 5 was gpiochip4 until kernel
 * 6.6.20 and is gpiochip0 since 6.6.47 (the same kind of change broke sysfs on all of them).
 */
import { constants } from "node:os";
import type { MachineView } from "../../../src/host/doctor/machine-view.js";
import type { PinRefusal } from "../../pin-board.js";
import { codeOf, errorName, noPermission, refused } from "../refusals.js";
import {
  type ChipInfo,
  chipInfoIn,
  type LineConfig,
  type LineInfo,
  lineFileIn,
  lineInfoIn,
  lineInfoRequest,
  lineRequest,
  requests,
  sizes,
} from "./gpio-abi.js";
import type { GpioCalls } from "./gpio-calls.js";

/** How the kernel names us where it says who has a line. */
export const consumer = "holdfast";

const { ENOTTY, EINVAL } = constants.errno;

export type LineAnswer =
  | { readonly ok: true; readonly file: number }
  | { readonly ok: false; readonly errno: number };

export class GpioChip {
  readonly path: string;
  readonly info: ChipInfo;
  readonly #calls: GpioCalls;
  readonly #file: number;

  constructor(calls: GpioCalls, file: number, path: string, info: ChipInfo) {
    this.#calls = calls;
    this.#file = file;
    this.path = path;
    this.info = info;
  }

  request(offset: number, config: LineConfig): LineAnswer {
    const bytes = lineRequest(offset, consumer, config);
    const errno = this.#calls.ioctl(this.#file, requests.getLine, bytes);
    return errno === 0 ? { ok: true, file: lineFileIn(bytes) } : { ok: false, errno };
  }

  /** Null where the kernel does not tell. */
  lineInfo(offset: number): LineInfo | null {
    const bytes = lineInfoRequest(offset);
    const errno = this.#calls.ioctl(this.#file, requests.getLineInfo, bytes);
    return errno === 0 ? lineInfoIn(bytes) : null;
  }

  /** Since 5.10. An older kernel does not know the question, and a chip has a line 0. */
  get knowsVersion2(): boolean {
    const bytes = lineInfoRequest(0);
    const errno = this.#calls.ioctl(this.#file, requests.getLineInfo, bytes);
    return errno !== ENOTTY && errno !== EINVAL;
  }

  close(): void {
    this.#calls.close(this.#file);
  }
}

export type ChipResult = { readonly ok: true; readonly chip: GpioChip } | PinRefusal;

/** @param labels any of these; null where it is the only chip that is meant */
export function openChip(
  calls: GpioCalls,
  machine: MachineView,
  labels: readonly string[] | null,
): ChipResult {
  if (calls.refusal !== null) {
    const what = "the GPIO character device needs system calls";
    return refused("not-supported", `${what}: ${calls.refusal}; \`npm install koffi\``);
  }
  const found = calls.chips().map((path) => openOne(calls, path));
  const chips = found.flatMap((one) => (one.ok ? [one.chip] : []));
  const wanted = chips.filter(({ info }) => labels?.includes(info.label) ?? true);
  const [chip] = wanted;
  for (const one of chips) if (one !== chip || wanted.length > 1) one.close();
  if (chip === undefined) return noChip(machine, labels, found);
  if (wanted.length > 1) return severalChips(wanted);
  if (chip.knowsVersion2) return { ok: true, chip };
  chip.close();
  return refused(
    "not-supported",
    `${chip.path} does not know version 2 of the GPIO interface: use kernel 5.10 or newer`,
  );
}

type OneChip =
  | { readonly ok: true; readonly chip: GpioChip }
  | { readonly ok: false; readonly path: string; readonly code: string };

function openOne(calls: GpioCalls, path: string): OneChip {
  let file: number;
  try {
    file = calls.open(path);
  } catch (error) {
    return { ok: false, path, code: codeOf(error) };
  }
  const bytes = new Uint8Array(sizes.chipInfo);
  const errno = calls.ioctl(file, requests.getChipInfo, bytes);
  if (errno === 0) {
    return { ok: true, chip: new GpioChip(calls, file, path, chipInfoIn(bytes)) };
  }
  calls.close(file);
  return { ok: false, path, code: errorName(errno) };
}

function noChip(
  machine: MachineView,
  labels: readonly string[] | null,
  found: readonly OneChip[],
): PinRefusal {
  const what = labels === null ? "a GPIO chip" : `the GPIO chip ${labels.join(" or ")}`;
  const closed = found.flatMap((one) => (one.ok ? [] : [one]));
  const forbidden = closed.find(({ code }) => code === "EACCES" || code === "EPERM");
  if (forbidden !== undefined) return noPermission(machine, forbidden.path, `${what} is wanted`);
  if (found.length === 0) {
    return refused("no-such-chip", `${what} is wanted, and this machine has no /dev/gpiochip*`);
  }
  const there = found.map((one) => (one.ok ? chipText(one.chip) : `${one.path} (${one.code})`));
  return refused("no-such-chip", `${what} is wanted, and this machine has ${there.join(", ")}`);
}

function severalChips(chips: readonly GpioChip[]): PinRefusal {
  const there = chips.map(chipText).join(", ");
  return refused("no-such-chip", `say by \`chip:\` and a label which chip is meant: ${there}`);
}

const chipText = ({ path, info }: GpioChip): string =>
  `${path} (${info.label}, ${info.lines} lines)`;
