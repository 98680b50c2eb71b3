/** A Raspberry Pi, or another machine under Linux with a GPIO chip, as a board of pins. */
import type { Clock } from "../../src/host/monotonic-clock.js";
import { type Duration, millis } from "../../src/kernel/time.js";
import type { OpenedBoard } from "../pin-board.js";
import { SensorPins } from "./analog/sensor-pins.js";
import { findSensors } from "./analog/sensors.js";
import { chipPins, headerPins, type LinePin } from "./line-pins.js";
import { LinuxBoard } from "./linux-board.js";
import { type GpioChoice, type GuardWish, type OpenedLines, openLines } from "./open-lines.js";
import { type PiMachine, thisMachine } from "./pi-machine.js";
import { type PiModel, piSerialPorts, piWatchdog } from "./pi-models.js";
import { HardwarePwm } from "./pwm/hardware-pwm.js";
import { type KnownMachine, modelFor, recognise } from "./recognise.js";
import { Troubles } from "./troubles.js";

export type { GpioChoice } from "./open-lines.js";

export interface RaspberryPiOptions {
  readonly gpio: GpioChoice;
  /** The label of the chip; where it is absent, that of the header, or the only one. */
  readonly chip?: string;
  readonly clock: Clock;
  /**
   * Is a small process to stand by, which puts outputs into their safe state when this one is
   * killed? By the character device only.
   */
  readonly guard?: GuardWish;
  /** How often a sensor is read while it is open; every 100 ms where nothing else is said. */
  readonly samplePeriod?: Duration;
  /** What the machine is made of; this one where it is absent. */
  readonly machine?: PiMachine;
}

const samplePeriod = millis(100);

export async function openRaspberryPi(options: RaspberryPiOptions): Promise<OpenedBoard> {
  const { gpio, clock, chip, guard = false } = options;
  const machine = options.machine ?? thisMachine(clock);
  const known = recognise(machine.view);
  const labels = chip !== undefined ? [chip] : known.model === null ? null : [known.model.chip];
  const troubles = new Troubles();
  const opened = openLines({ gpio, labels, machine, clock, troubles, guard });
  if (!opened.ok) return opened;
  const board = boardOf({ ...options, machine, known, troubles }, opened, () => stop());
  // Also when nobody closed it, and when an error ended the process: nothing of it waits.
  const stop = machine.atExit(() => board.close(clock.now()));
  return { ok: true, board };
}

interface Opening extends RaspberryPiOptions {
  readonly machine: PiMachine;
  readonly known: KnownMachine;
  readonly troubles: Troubles;
}

function boardOf(opening: Opening, opened: OpenedLines, onClose: () => void): LinuxBoard {
  const { known, machine, troubles, clock, samplePeriod: period = samplePeriod } = opening;
  const { view, timer, readText, every } = machine;
  const model = modelFor(known, opened.label);
  const mustGuard = opening.guard === true;
  const pwm = new HardwarePwm({ view, model, files: machine.pwm, troubles, timer, mustGuard });
  const lines = linesOf(model, opened, pwm);
  const sensors = findSensors(view, namesOf(lines));
  const isPi = known.model !== null;
  return new LinuxBoard({
    description: `${known.name}: ${opened.told}${limitsText(model)}`,
    ...{ backEnd: opened.backEnd, lines, pwm, troubles },
    analog: new SensorPins({ sensors, clock, period, troubles, readText, every }),
    watchdogs: isPi ? [piWatchdog] : [],
    serialPorts: isPi ? piSerialPorts : [],
    onClose: () => {
      opened.onClose();
      onClose();
    },
  });
}

function linesOf(
  model: PiModel | null,
  { lines, nameOf }: OpenedLines,
  pwm: HardwarePwm,
): readonly LinePin[] {
  return model === null ? chipPins(lines, nameOf) : headerPins((line) => pwm.has(line));
}

const namesOf = (lines: readonly LinePin[]): ReadonlySet<string> =>
  new Set(lines.flatMap(({ facts }) => [facts.name, ...facts.aliases].map(inSmallLetters)));

const inSmallLetters = (name: string): string => name.toLowerCase();

function limitsText(model: PiModel | null): string {
  if (model === null) return "";
  const { voltsMax, milliamperesMax, milliamperesTotalMax } = model.limits;
  const all = `${milliamperesTotalMax} mA in all`;
  return `; at most ${voltsMax} V and ${milliamperesMax} mA a pin, ${all}`;
}
