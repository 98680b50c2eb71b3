/** The bridge keeps the contract of pin boards with its real firmware, on a simulated chip. */
import { micros, millis } from "../../../src/kernel/time.js";
import { pinBoardContract } from "../../contracts/pin-board.js";
import type { PinAbilities, PinBoardRig } from "../../contracts/pin-board-checks.js";
import { AvrBridgeRig } from "./support/avr-rig.js";

const abilities: PinAbilities = {
  inputs: ["D2", "A1"],
  outputs: ["D7", "A2"],
  pwm: "D9",
  analog: { pin: "A0", values: [0, 1.25, 3.3, 4.99], within: 0.02 },
  notAble: ["D4", "pwm"],
  latency: millis(45),
  endsWithin: millis(10),
  edges: true,
  edgeTimeWithin: millis(5),
  togglesMax: 12,
  debounce: true,
  pull: true,
  seesLetGo: true,
  holdsAfterClose: true,
  silentWithin: millis(700),
};

const measuredPins = ["D7", "A2", "D9"];

function make(): PinBoardRig {
  const rig = new AvrBridgeRig();
  const { mcu } = rig;
  const histories = new Map<string, (number | null)[]>();
  for (const pin of measuredPins) histories.set(pin, [mcu.probe(pin).level]);
  return {
    board: rig.board,
    now: () => rig.now(),
    settle: (wait) => rig.pass(Math.ceil(wait / millis(1))),
    drive: (pin, level) => {
      mcu.setLevel(pin, level);
      // The interrupt takes a moment.
      mcu.runFor(micros(100));
      rig.clock.advance(100);
    },
    set: (pin, value) => mcu.setVolts(pin, value),
    measure: (pin) => {
      const probe = mcu.probe(pin);
      if (probe.level === null) return null;
      probe.takeDuty();
      rig.pass(4);
      const duty = probe.takeDuty();
      return pin === "D9" ? duty : Math.round(duty);
    },
    history: (pin) => {
      const { changes } = mcu.probe(pin).takeChanges();
      const levels = changes.map(({ drive }) => ({ low: 0, high: 1 })[drive as "low"] ?? null);
      histories.get(pin)?.push(...levels);
      return histories.get(pin) ?? null;
    },
    freeze: (frozen) => (frozen ? mcu.stopClock() : mcu.startClock()),
    end: () => {},
  };
}

pinBoardContract("a bridge with its firmware on a simulated ATmega328P", { abilities, make });
