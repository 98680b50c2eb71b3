/** The bridge keeps the contract of pin boards, on a device that follows the page. */

import { unoPins } from "../../../boards/bridge/uno-pins.js";
import type { PinFacts } from "../../../boards/pin-board.js";
import { micros, millis } from "../../../src/kernel/time.js";
import { pinBoardContract } from "../../contracts/pin-board.js";
import type { PinAbilities, PinBoardRig } from "../../contracts/pin-board-checks.js";
import { BridgeRig } from "./support/bridge-rig.js";

const abilities: PinAbilities = {
  inputs: ["D2", "A1"],
  outputs: ["D7", "A2"],
  pwm: "D9",
  analog: { pin: "A0", values: [0, 1.25, 3.3, 4.99], within: 0.01 },
  notAble: ["D4", "pwm"],
  // A command there, an answer, and then a sample with the new value back.
  latency: millis(60),
  endsWithin: millis(10),
  edges: true,
  edgeTimeWithin: millis(3),
  togglesMax: 60,
  debounce: true,
  pull: true,
  seesLetGo: true,
  holdsAfterClose: true,
  silentWithin: millis(400),
};

const numberOf = (name: string): number =>
  unoPins.find((pin: PinFacts) => pin.name === name)?.number ?? 0;

function make(): PinBoardRig {
  const rig = new BridgeRig();
  return {
    board: rig.board,
    now: () => rig.now(),
    settle: (wait) => rig.pass(Math.ceil(wait / millis(1))),
    drive: (pin, level) => {
      rig.device.put(rig.now(), numberOf(pin), level);
      rig.clock.advance(micros(10));
    },
    set: (pin, value) => {
      rig.device.pin(numberOf(pin)).volts = value;
    },
    measure: (pin) => rig.device.pin(numberOf(pin)).measure(),
    history: (pin) => [null, ...rig.device.pin(numberOf(pin)).history],
    freeze: (frozen) => {
      rig.device.frozen = frozen;
    },
    end: () => {},
  };
}

pinBoardContract("a bridge on a fake device", { abilities, make });
