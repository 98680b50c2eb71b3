/** A Raspberry Pi that is made up, under the checks of pin boards. */
import { instant, micros, millis } from "../../../../src/kernel/time.js";
import type { PinAbilities, PinBoardRig, PinBoardTrial } from "../../../contracts/pins/rig.js";
import { openedRig, type PiRigOptions } from "./pi-rig.js";

export const chardevAbilities: PinAbilities = {
  inputs: ["GPIO17", "GPIO27"],
  outputs: ["GPIO22", "P1-16"],
  pwm: null,
  analog: null,
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

const offsets = new Map([
  ["GPIO17", 17],
  ["GPIO27", 27],
  ["GPIO22", 22],
  ["P1-16", 23],
]);

/** @param policy what the kernel does with an output that is given back */
export function chardevTrial(
  policy: "hold" | "input",
  abilities: PinAbilities,
  options: PiRigOptions = {},
): PinBoardTrial {
  const make = async (): Promise<PinBoardRig> => {
    const rig = await openedRig(options);
    rig.kernel.onRelease = policy;
    const lineOf = (pin: string) => rig.line(offsets.get(pin) ?? -1);
    return {
      board: rig.board,
      now: () => instant(rig.now),
      settle: (wait) => {
        rig.clock.advance(wait);
      },
      drive: (pin, level) => lineOf(pin).outside(rig.now, level),
      set: () => {},
      measure: (pin) => {
        const { direction, level } = lineOf(pin);
        return direction === "output" ? level : null;
      },
      history: (pin) =>
        lineOf(pin).history.map(({ direction, level }) => (direction === "output" ? level : null)),
      freeze: () => {},
      end: () => {
        if (rig.kernel.openFiles > 0) throw new Error(`${rig.kernel.openFiles} files stayed open`);
      },
    };
  };
  return { abilities, make };
}
