/** The mock pin board under the checks, in virtual time; also behind decorators. */
import { MockPinBoard } from "../../../boards/mock/pins/mock-pin-board.js";
import { unoShape } from "../../../boards/mock/pins/shape.js";
import type { PinBoard } from "../../../boards/pin-board.js";
import { after, type Instant, instant, millis } from "../../../src/kernel/time.js";
import type { PinAbilities, PinBoardRig, PinBoardTrial } from "./rig.js";

export const mockAbilities: PinAbilities = {
  inputs: ["D2", "D4"],
  outputs: ["D8", "D12"],
  pwm: "D9",
  analog: { pin: "A0", values: [0, 1.25, 5, 3.3], within: 1e-9 },
  notAble: ["D2", "pwm"],
  latency: millis(0),
  endsWithin: millis(0),
  edges: true,
  edgeTimeWithin: millis(0),
  togglesMax: 10_000,
  debounce: true,
  pull: true,
  seesLetGo: true,
  holdsAfterClose: true,
  silentWithin: null,
};

export interface Wrapped {
  readonly board: PinBoard;
  freeze?(now: Instant, frozen: boolean): void;
}

export function mockTrial(
  abilities: PinAbilities = mockAbilities,
  wrap: (board: MockPinBoard) => Wrapped = (board) => ({ board }),
): PinBoardTrial {
  return { abilities, make: () => makeRig(wrap) };
}

function makeRig(wrap: (board: MockPinBoard) => Wrapped): PinBoardRig {
  let now = instant(1_234_567);
  const mock = new MockPinBoard({ shape: unoShape, begins: now });
  const wrapped = wrap(mock);
  return {
    board: wrapped.board,
    now: () => now,
    settle: (wait) => {
      now = after(now, wait);
    },
    drive: (pin, level) => mock.drive(now, pin, level),
    set: (pin, value) => mock.set(now, pin, value),
    measure: (pin) => mock.measure(now, pin),
    history: (pin) => mock.history(now, pin).map(({ value }) => value),
    freeze: (frozen) => wrapped.freeze?.(now, frozen),
    end: () => {},
  };
}
