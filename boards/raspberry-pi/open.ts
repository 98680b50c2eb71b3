/**
 * A Raspberry Pi, or another machine under Linux with a GPIO chip, as a board of pins.
 *
 * The way to the lines is the character device wherever the kernel has it in version 2, for it has
 * time stamps, debounce, and first levels without a glitch; sysfs where there is nothing else. It
 * can be chosen, and the board says which it is and why.
 */
import { LocalMachine, type MachineView } from "../../src/host/doctor/machine-view.js";
import type { Clock } from "../../src/host/monotonic-clock.js";
import { type LoopTimer, WakeTimer } from "../../src/host/wake-timer.js";
import type { OpenedBoard, PinRefusal } from "../pin-board.js";
import type { GpioBackEnd } from "./back-end.js";
import { ChardevBackEnd } from "./chardev/chardev-back-end.js";
import { type GpioCalls, systemGpioCalls } from "./chardev/gpio-calls.js";
import { type GpioChip, openChip } from "./chardev/gpio-chip.js";
import { chipPins, headerPins, type LinePin } from "./line-pins.js";
import { type AnalogPins, LinuxBoard, type PwmPins } from "./linux-board.js";
import { type PiModel, piSerialPorts, piWatchdog } from "./pi-models.js";
import { type KnownMachine, modelFor, recognise } from "./recognise.js";
import { refused } from "./refusals.js";
import { Troubles } from "./troubles.js";

export const gpioChoices = ["auto", "chardev", "sysfs"] as const;
export type GpioChoice = (typeof gpioChoices)[number];

export interface RaspberryPiOptions {
  readonly gpio: GpioChoice;
  /** The label of the chip; where it is absent, that of the header, or the only one. */
  readonly chip?: string;
  readonly clock: Clock;
  /** What the machine is made of; tests bring their own. */
  readonly machine?: Partial<PiMachine>;
}

export interface PiMachine {
  readonly view: MachineView;
  readonly gpio: GpioCalls;
  readonly timer: (wake: () => void) => LoopTimer;
}

interface Opening {
  readonly machine: PiMachine;
  readonly known: KnownMachine;
  readonly troubles: Troubles;
  readonly labels: readonly string[] | null;
}

export async function openRaspberryPi(options: RaspberryPiOptions): Promise<OpenedBoard> {
  const { clock, chip, machine: given } = options;
  const machine: PiMachine = {
    view: given?.view ?? new LocalMachine(),
    gpio: given?.gpio ?? systemGpioCalls(),
    timer: given?.timer ?? ((wake) => new WakeTimer(clock, wake)),
  };
  const known = recognise(machine.view);
  const labels = chip !== undefined ? [chip] : known.model === null ? null : [known.model.chip];
  const opening = { machine, known, troubles: new Troubles(), labels };
  const lines = openLines(opening, options.gpio);
  return lines.ok ? { ok: true, board: boardOf(opening, lines) } : lines;
}

interface OpenedLines {
  readonly ok: true;
  readonly backEnd: GpioBackEnd;
  readonly model: PiModel | null;
  readonly lines: readonly LinePin[];
  /** The chip, the way and why that one. */
  readonly told: string;
}

function openLines(opening: Opening, gpio: GpioChoice): OpenedLines | PinRefusal {
  if (gpio === "sysfs") return refused("not-supported", "sysfs is not built yet");
  const { machine, labels } = opening;
  const opened = openChip(machine.gpio, machine.view, labels);
  if (!opened.ok) return opened;
  const why = gpio === "chardev" ? "as it was chosen" : "which this kernel has";
  return byChardev(opening, opened.chip, why);
}

function byChardev(
  { machine, known, troubles }: Opening,
  chip: GpioChip,
  why: string,
): OpenedLines {
  const { gpio: calls, view, timer } = machine;
  const { label, lines } = chip.info;
  const model = modelFor(known, label);
  return {
    ok: true,
    backEnd: new ChardevBackEnd({ calls, chip, machine: view, troubles, timer }),
    model,
    lines: linesOf(model, lines, (offset) => chip.lineInfo(offset)?.name ?? null),
    told: `${chip.path} (${label}) by the GPIO character device, ${why}`,
  };
}

const linesOf = (
  model: PiModel | null,
  lines: number,
  nameOf: (offset: number) => string | null,
): readonly LinePin[] => (model === null ? chipPins(lines, nameOf) : headerPins(() => false));

function boardOf({ known, troubles }: Opening, opened: OpenedLines): LinuxBoard {
  const { backEnd, model, lines, told } = opened;
  const isPi = known.model !== null;
  return new LinuxBoard({
    description: `${known.name}: ${told}${limitsText(model)}`,
    ...{ backEnd, lines, troubles, analog: noSensors, pwm: noPwm },
    watchdogs: isPi ? [piWatchdog] : [],
    serialPorts: isPi ? piSerialPorts : [],
    onClose: () => {},
  });
}

function limitsText(model: PiModel | null): string {
  if (model === null) return "";
  const { voltsMax, milliamperesMax, milliamperesTotalMax } = model.limits;
  const all = `${milliamperesTotalMax} mA in all`;
  return `; at most ${voltsMax} V and ${milliamperesMax} mA a pin, ${all}`;
}

const noSensors: AnalogPins = {
  pins: [],
  open: (_now, pin) => refused("not-able", `${pin} is no sensor`),
};

const noPwm: PwmPins = {
  lack: () => "",
  open: (_now, { pin }) => refused("not-able", `${pin} has no PWM`),
};
