/** A Raspberry Pi that is made up, under the checks of pin boards. */
import { micros, millis } from "../../../../src/kernel/time.js";
import type { PinAbilities, PinBoardRig, PinBoardTrial } from "../../../contracts/pins/rig.js";
import { pi4 } from "./fake-machine.js";
import { sysfsFiles } from "./fake-onoff.js";
import { pwmFilesOfPi4 } from "./fake-pwm.js";
import { openedRig, type PiRigOptions } from "./pi-rig.js";

const offsets = new Map([
  ["GPIO17", 17],
  ["GPIO27", 27],
  ["GPIO22", 22],
  ["P1-16", 23],
]);

const pwmPin = "GPIO18";
const cpuFile = "/sys/class/thermal/thermal_zone0/temp";

export const chardevAbilities: PinAbilities = {
  inputs: ["GPIO17", "GPIO27"],
  outputs: ["GPIO22", "P1-16"],
  pwm: pwmPin,
  analog: { pin: "cpu", values: [48.3, 21, 85.1], within: 1e-9 },
  notAble: ["GPIO17", "analog"],
  latency: millis(0),
  endsWithin: millis(0),
  edges: true,
  edgeTimeWithin: micros(1),
  togglesMax: 10_000,
  debounce: true,
  pull: true,
  seesLetGo: true,
  holdsAfterClose: true,
  silentWithin: null,
};

export const sysfsAbilities: PinAbilities = { ...chardevAbilities, pull: false };

const files = {
  ...pi4,
  ...sysfsFiles,
  ...pwmFilesOfPi4,
  "/sys/class/thermal/thermal_zone0/type": "cpu-thermal\n",
  [cpuFile]: "40000\n",
};

/** @param policy what the kernel does with an output that is given back */
export function piTrial(
  policy: "hold" | "input",
  abilities: PinAbilities,
  options: PiRigOptions,
): PinBoardTrial {
  const measured = { ...abilities, holdsAfterClose: policy === "hold" };
  return { abilities: measured, make: () => make(policy, options) };
}

async function make(policy: "hold" | "input", options: PiRigOptions): Promise<PinBoardRig> {
  const rig = await openedRig({ files, ...options });
  rig.kernel.onRelease = policy;
  const lineOf = (pin: string) => rig.line(offsets.get(pin) ?? -1);
  const turn = async () => {
    rig.onoff.turn();
    await rig.sensors.period();
  };
  return {
    board: rig.board,
    now: () => rig.now,
    settle: async (wait) => {
      rig.clock.advance(wait);
      await turn();
    },
    drive: async (pin, level) => {
      lineOf(pin).outside(rig.now, level);
      await turn();
    },
    set: async (_pin, value) => {
      rig.machine.files.set(cpuFile, `${Math.round(value * 1_000)}\n`);
      await turn();
    },
    measure: (pin) => {
      if (pin === pwmPin) return rig.pwm.duty(0);
      const { direction, level } = lineOf(pin);
      return direction === "output" ? level : null;
    },
    history: (pin) =>
      lineOf(pin).history.map(({ direction, level }) => (direction === "output" ? level : null)),
    freeze: () => {},
    end: () => {
      const open = rig.kernel.openFiles + rig.onoff.exported;
      if (open > 0 || rig.sensors.isRunning) throw new Error(`${open} lines stayed open`);
    },
  };
}
