/** FIRMATA-1: the contract of pin boards, over our firmware on a simulated ATmega328P. */
import { millis } from "../../../../src/kernel/time.js";
import { pinBoardContract } from "../../../contracts/pin-board.js";
import type { PinBoardRig } from "../../../contracts/pin-board-checks.js";
import { VirtualArduino } from "./virtual-arduino.js";

/** So long an input's level stays before it is changed again, for the board to see it. */
const standing = millis(3);

async function make(): Promise<PinBoardRig> {
  const arduino = new VirtualArduino();
  const opened = await arduino.open();
  if (!opened.ok) throw new Error(opened.message);
  const { mcu } = arduino;
  return {
    board: opened.board,
    now: () => arduino.now(),
    settle: (wait) => arduino.pass(wait),
    drive: async (pin, level) => {
      mcu.setLevel(pin, level);
      await arduino.pass(standing);
    },
    set: (pin, volts) => mcu.setVolts(pin, volts),
    measure: (pin) => arduino.measure(pin),
    history: (pin) => arduino.history(pin),
    freeze: (frozen) => (frozen ? mcu.stopClock() : mcu.startClock()),
    end: () => arduino.end(),
  };
}

pinBoardContract("a Firmata board", {
  abilities: {
    inputs: ["D2", "D4"],
    outputs: ["D8", "D12"],
    pwm: "D9",
    analog: { pin: "A0", values: [0, 1.25, 3.3, 4.9], within: 0.01 },
    notAble: ["D2", "pwm"],
    latency: millis(40),
    endsWithin: millis(0),
    edges: true,
    edgeTimeWithin: millis(10),
    togglesMax: 20,
    debounce: false,
    pull: true,
    seesLetGo: true,
    holdsAfterClose: true,
    silentWithin: millis(700),
  },
  make,
});
