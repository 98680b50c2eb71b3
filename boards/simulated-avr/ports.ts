/**
 * The ports of one start of a microcontroller: avr8js's, with the masks of the pin-change
 * interrupts put right. (avr8js looks for the enable bit in the wrong register when a mask is
 * written, and not at all when PCICR is.)
 */
import { AVRIOPort, PinState } from "avr8js";
import { assert } from "../../src/kernel/assert.js";
import type { AVRInterruptConfig } from "./avr-interrupt.js";
import type { Core } from "./core.js";
import type { ExternalInterruptPart, Part, PinChangePart, PortPart } from "./part.js";
import type { PinAction } from "./timer.js";

/** What a pin does: it drives a level, or it is an input, pulled up or let go. */
export type PinDrive = "low" | "high" | "pulled-up" | "input";

const pinChangeControl = 0x68;
const pinChangeFlags = 0x3b;
const externalFlags = 0x3c;
const externalMask = 0x3d;
const externalControlA = 0x69;

/** As avr8js counts them. */
const overrides: Readonly<Record<PinAction, number>> = {
  "let-go": 0,
  connect: 1,
  set: 2,
  clear: 3,
  toggle: 4,
};

export class Ports {
  readonly #ports: ReadonlyMap<string, AVRIOPort>;

  /** @param onChange after a port, or a timer on a pin of it, has changed something */
  constructor(core: Core, part: Part, onChange: (letter: string) => void) {
    this.#ports = new Map(
      part.ports.map((port) => [port.letter, new AVRIOPort(core, configOf(part, port))]),
    );
    for (const [letter, port] of this.#ports) port.addListener(() => onChange(letter));
    hookPinChanges(core, part.pinChanges);
  }

  /** @param pin as in the datasheet: `PB5` */
  drive(pin: string): PinDrive {
    switch (this.#port(pin).pinState(bitOf(pin))) {
      case PinState.Low:
        return "low";
      case PinState.High:
        return "high";
      case PinState.InputPullUp:
        return "pulled-up";
      default:
        return "input";
    }
  }

  setInput(pin: string, level: boolean): void {
    this.#port(pin).setPin(bitOf(pin), level);
  }

  /** A timer that has its pin works it, whatever the port's register says. */
  override(pin: string, action: PinAction): void {
    this.#port(pin).timerOverridePin(bitOf(pin), overrides[action]);
  }

  #port(pin: string): AVRIOPort {
    const port = this.#ports.get(pin.charAt(1));
    assert(port !== undefined, `no port for ${pin}`);
    return port;
  }
}

const bitOf = (pin: string): number => Number(pin.charAt(2));

function configOf(part: Part, { letter, address, external }: PortPart) {
  const bits = Array.from({ length: 8 }, (_, bit) => external.find((one) => one.bit === bit));
  const pinChange = pinChangeOf(part, letter);
  return {
    ...{ PIN: address, DDR: address + 1, PORT: address + 2 },
    externalInterrupts: bits.map((one) => (one === undefined ? null : externalConfig(one))),
    ...(pinChange === null ? {} : { pinChange }),
  };
}

const externalConfig = ({ index, vector }: ExternalInterruptPart) => ({
  ...{ EICR: externalControlA + (index >> 2), EIMSK: externalMask, EIFR: externalFlags },
  ...{ index, iscOffset: 2 * (index & 3), interrupt: vector },
});

function pinChangeOf(part: Part, letter: string) {
  for (const { index, mask, vector, members } of part.pinChanges) {
    const member = members.find((one) => one.letter === letter);
    if (member === undefined) continue;
    return {
      ...{ PCIE: index, PCICR: pinChangeControl, PCIFR: pinChangeFlags, PCMSK: mask },
      ...{ pinChangeInterrupt: vector, mask: member.bits, offset: member.offset },
    };
  }
  return null;
}

function hookPinChanges(core: Core, groups: readonly PinChangePart[]): void {
  const interrupts: readonly AVRInterruptConfig[] = groups.map(({ index, vector }) => ({
    address: vector,
    ...{ flagRegister: pinChangeFlags, flagMask: 1 << index },
    ...{ enableRegister: pinChangeControl, enableMask: 1 << index },
  }));
  core.writeHooks[pinChangeControl] = (value) => {
    core.data[pinChangeControl] = value;
    for (const interrupt of interrupts) core.updateInterruptEnable(interrupt, value);
    return true;
  };
  for (const { mask } of groups) {
    core.writeHooks[mask] = (value) => {
      core.data[mask] = value;
      return true;
    };
  }
}
