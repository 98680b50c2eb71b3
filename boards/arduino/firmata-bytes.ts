/**
 * Messages to a board with Firmata (protocol 2.5, firmata.org). Numbers go as seven bits a byte,
 * the low ones first. The level of one pin has a message of its own: that of a whole port, which
 * clients use, would switch pull-ups of inputs that happen to be high.
 */
import { assert } from "../../src/kernel/assert.js";
import type { Level } from "../pin-board.js";
import { modes } from "./io-pins.js";

/** Of a board; the protocol has seven bits for a pin. */
export const firmataPinsMax = 128;

const low = (value: number): number => value & 0x7f;
const high = (value: number): number => (value >> 7) & 0x7f;

function sysex(command: number, ...data: readonly number[]): readonly number[] {
  assert(
    data.every((byte) => byte >= 0 && byte < 0x80),
    `a data byte of more than seven bits among ${data.join(" ")}`,
  );
  return [0xf0, command, ...data, 0xf7];
}

export const askVersion = (): readonly number[] => [0xf9];
export const askFirmware = (): readonly number[] => sysex(0x79);
export const askCapabilities = (): readonly number[] => sysex(0x6b);
export const askMapping = (): readonly number[] => sysex(0x69);

/** Answered by the pin's mode, and what it was told. */
export const askState = (pin: number): readonly number[] => sysex(0x6d, pin);

export const setMode = (pin: number, mode: number): readonly number[] => [0xf4, pin, mode];

/** For an output. */
export const setLevel = (pin: number, level: Level): readonly number[] => [0xf5, pin, level];

/** Sets every output of the port; at an input a 1 is its pull-up, and a 0 nothing. */
export const setPort = (port: number, levels: number): readonly number[] => [
  ...[0x90 | port, low(levels), high(levels)],
];

/** A duty for PWM, a pulse in microseconds for a servo. */
export function setAnalog(pin: number, value: number): readonly number[] {
  if (pin < 16) return [0xe0 | pin, low(value), high(value)];
  return sysex(0x6f, pin, low(value), high(value));
}

/** Tells the port's levels at once, and from then on whenever one changes. */
export const reportPort = (port: number): readonly number[] => [0xd0 | port, 1];

export const reportChannel = (channel: number, on: boolean): readonly number[] => [
  ...[0xc0 | channel, Number(on)],
];

export const setSamplingInterval = (milliseconds: number): readonly number[] =>
  sysex(0x7a, low(milliseconds), high(milliseconds));

/**
 * Makes the pin an output that has the level from its first instant: an input, whose latch is then
 * set by the message of its port, and only then driven.
 *
 * @param levels of the other outputs of the port, which the message sets as well
 */
export function driveFromInput(pin: number, level: Level, levels: number): readonly number[] {
  const bit = 1 << (pin & 7);
  const latched = level === 1 ? setPort(pin >> 3, levels | bit) : [];
  return [
    ...setMode(pin, modes.INPUT),
    ...latched,
    ...setMode(pin, modes.OUTPUT),
    ...setLevel(pin, level),
  ];
}
