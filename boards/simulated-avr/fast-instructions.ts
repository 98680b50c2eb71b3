/**
 * The instructions that compiled C spends nine tenths of its time in, chosen by a table that is made
 * once for the whole flash. avr8js finds out what a word means by some forty comparisons, each time;
 * with this, four microcontrollers fit on a machine with two processors. All other instructions
 * are avr8js's, and a test runs both over the same random programs and compares every byte.
 *
 * One difference is meant: the half carry of a subtraction, where avr8js looks at the wrong bit.
 *
 * Source: Atmel, AVR Instruction Set Manual (0856).
 */
import type { CPU } from "avr8js";

/** What is not here; the numbers are those of the switch below. */
const other = 0;

const kinds = {
  ...{ push: 1, pop: 2, ldi: 3, movw: 4, and: 5, subi: 6, rjmp: 7, brbc: 8, brbs: 9, adiw: 10 },
  ...{ lds: 11, sbci: 12, cpi: 13, inc: 14, mov: 15, eor: 16, add: 17, adc: 18, lddY: 19 },
  ...{ lddZ: 20, stdY: 21, stdZ: 22, cp: 23, cpc: 24, sub: 25, sbc: 26, or: 27, andi: 28 },
  ...{ ori: 29, dec: 30, lsr: 31, ror: 32, sts: 33, in: 34, out: 35 },
} as const;

type Kind = keyof typeof kinds;

/** Mask, value, kind: a word is of the first kind that fits. */
const patterns: readonly (readonly [number, number, Kind])[] = [
  [0xfe0f, 0x920f, "push"],
  [0xfe0f, 0x900f, "pop"],
  [0xf000, 0xe000, "ldi"],
  [0xff00, 0x0100, "movw"],
  [0xfc00, 0x2000, "and"],
  [0xf000, 0x5000, "subi"],
  [0xf000, 0xc000, "rjmp"],
  [0xfc00, 0xf400, "brbc"],
  [0xfc00, 0xf000, "brbs"],
  [0xff00, 0x9600, "adiw"],
  [0xfe0f, 0x9000, "lds"],
  [0xf000, 0x4000, "sbci"],
  [0xf000, 0x3000, "cpi"],
  [0xfe0f, 0x9403, "inc"],
  [0xfc00, 0x2c00, "mov"],
  [0xfc00, 0x2400, "eor"],
  [0xfc00, 0x0c00, "add"],
  [0xfc00, 0x1c00, "adc"],
  [0xd208, 0x8008, "lddY"],
  [0xd208, 0x8000, "lddZ"],
  [0xd208, 0x8208, "stdY"],
  [0xd208, 0x8200, "stdZ"],
  [0xfc00, 0x1400, "cp"],
  [0xfc00, 0x0400, "cpc"],
  [0xfc00, 0x1800, "sub"],
  [0xfc00, 0x0800, "sbc"],
  [0xfc00, 0x2800, "or"],
  [0xf000, 0x7000, "andi"],
  [0xf000, 0x6000, "ori"],
  [0xfe0f, 0x940a, "dec"],
  [0xfe0f, 0x9406, "lsr"],
  [0xfe0f, 0x9407, "ror"],
  [0xfe0f, 0x9200, "sts"],
  [0xf800, 0xb000, "in"],
  [0xf800, 0xb800, "out"],
];

/** What each word of the flash is, where it is an instruction. */
export function decoded(flash: Uint16Array): Uint8Array {
  return Uint8Array.from(flash, (word) => {
    const found = patterns.find(([mask, value]) => (word & mask) === value);
    return found === undefined ? other : kinds[found[2]];
  });
}

const sreg = 95;
const stackPointer = 93;
const carry = 0x01;
const zero = 0x02;
const negative = 0x04;
const overflow = 0x08;
const sign = 0x10;
const halfCarry = 0x20;

const registerY = 28;
const registerZ = 30;

const destination = (word: number): number => (word >> 4) & 0x1f;
const upperDestination = (word: number): number => 16 + ((word >> 4) & 0x0f);
const source = (word: number): number => (word & 0x0f) | ((word >> 5) & 0x10);
const constant = (word: number): number => (word & 0x0f) | ((word >> 4) & 0xf0);
const displacement = (word: number): number =>
  (word & 0x07) | ((word >> 7) & 0x18) | ((word >> 8) & 0x20);
const port = (word: number): number => 0x20 + ((word & 0x0f) | ((word >> 5) & 0x30));

/** False where it is not one of these, and nothing was done. */
export function executeFast(cpu: CPU, kind: number, word: number): boolean {
  const { data } = cpu;
  switch (kind) {
    case 1:
      push(cpu, data[destination(word)] as number);
      break;
    case 2:
      data[destination(word)] = pop(cpu);
      break;
    case 3:
      data[upperDestination(word)] = constant(word);
      break;
    case 4: {
      const from = 2 * (word & 0x0f);
      const to = 2 * ((word >> 4) & 0x0f);
      data[to] = data[from] as number;
      data[to + 1] = data[from + 1] as number;
      break;
    }
    case 7:
      jump(cpu, ((word & 0xfff) << 20) >> 20, 1);
      break;
    case 8:
    case 9: {
      const isSet = ((data[sreg] as number) & (1 << (word & 7))) !== 0;
      if (isSet === (kind === 9)) jump(cpu, ((word & 0x3f8) << 22) >> 25, 1);
      break;
    }
    case 10:
      addWord(cpu, word);
      break;
    case 11:
    case 33:
      return direct(cpu, word, kind === 33);
    case 15:
      data[destination(word)] = data[source(word)] as number;
      break;
    case 19:
    case 20:
      data[destination(word)] = cpu.readData(pointed(cpu, word, kind === 19));
      cpu.cycles += 1;
      break;
    case 21:
    case 22:
      cpu.writeData(pointed(cpu, word, kind === 21), data[destination(word)] as number);
      cpu.cycles += 1;
      break;
    case 34:
      data[destination(word)] = cpu.readData(port(word));
      break;
    case 35:
      cpu.writeData(port(word), data[destination(word)] as number);
      break;
    default:
      if (!calculate(cpu, kind, word)) return false;
  }
  jump(cpu, 1, 1);
  return true;
}

/** What works on registers and flags alone. */
function calculate(cpu: CPU, kind: number, word: number): boolean {
  const { data } = cpu;
  const to = destination(word);
  const one = data[to] as number;
  const two = data[source(word)] as number;
  const upper = upperDestination(word);
  const number = constant(word);
  switch (kind) {
    case 5:
      data[to] = logic(data, one & two);
      return true;
    case 6:
      data[upper] = difference(data, data[upper] as number, number, false);
      return true;
    case 12:
      data[upper] = difference(data, data[upper] as number, number, true);
      return true;
    case 13:
      difference(data, data[upper] as number, number, false);
      return true;
    case 14:
    case 30:
      data[to] = stepped(data, one, kind === 14 ? 1 : -1);
      return true;
    case 16:
      data[to] = logic(data, one ^ two);
      return true;
    case 17:
      data[to] = sum(data, one, two, 0);
      return true;
    case 18:
      data[to] = sum(data, one, two, (data[sreg] as number) & carry);
      return true;
    case 23:
      difference(data, one, two, false);
      return true;
    case 24:
      difference(data, one, two, true);
      return true;
    case 25:
      data[to] = difference(data, one, two, false);
      return true;
    case 26:
      data[to] = difference(data, one, two, true);
      return true;
    case 27:
      data[to] = logic(data, one | two);
      return true;
    case 28:
      data[upper] = logic(data, (data[upper] as number) & number);
      return true;
    case 29:
      data[upper] = logic(data, (data[upper] as number) | number);
      return true;
    case 31:
      data[to] = shifted(data, one, 0);
      return true;
    case 32:
      data[to] = shifted(data, one, ((data[sreg] as number) & carry) << 7);
      return true;
    default:
      return false;
  }
}

/** All flashes have a power of two of words. */
function jump(cpu: CPU, words: number, cycles: number): void {
  cpu.pc = (cpu.pc + words) & (cpu.progMem.length - 1);
  cpu.cycles += cycles;
}

function push(cpu: CPU, value: number): void {
  const at = cpu.dataView.getUint16(stackPointer, true);
  cpu.data[at] = value;
  cpu.dataView.setUint16(stackPointer, at - 1, true);
  cpu.cycles += 1;
}

function pop(cpu: CPU): number {
  const at = cpu.dataView.getUint16(stackPointer, true) + 1;
  cpu.dataView.setUint16(stackPointer, at, true);
  cpu.cycles += 1;
  return cpu.data[at] as number;
}

/** LDS and STS: the address is the next word. */
function direct(cpu: CPU, word: number, stores: boolean): true {
  const address = cpu.progMem[cpu.pc + 1] as number;
  const register = destination(word);
  if (stores) cpu.writeData(address, cpu.data[register] as number);
  else cpu.data[register] = cpu.readData(address);
  jump(cpu, 2, 2);
  return true;
}

const pointed = (cpu: CPU, word: number, byY: boolean): number =>
  cpu.dataView.getUint16(byY ? registerY : registerZ, true) + displacement(word);

/** ADIW. */
function addWord(cpu: CPU, word: number): void {
  const register = 24 + 2 * ((word >> 4) & 3);
  const before = cpu.dataView.getUint16(register, true);
  const after = (before + ((word & 0x0f) | ((word >> 2) & 0x30))) & 0xffff;
  cpu.dataView.setUint16(register, after, true);
  const rose = (~before & after & 0x8000) !== 0;
  const fell = (before & ~after & 0x8000) !== 0;
  const isNegative = (after & 0x8000) !== 0;
  const kept = (cpu.data[sreg] as number) & ~(carry | zero | negative | overflow | sign);
  cpu.data[sreg] =
    kept |
    (fell ? carry : 0) |
    (after === 0 ? zero : 0) |
    (isNegative ? negative : 0) |
    (rose ? overflow : 0) |
    (isNegative !== rose ? sign : 0);
  cpu.cycles += 1;
}

const signs = (result: number, overflows: boolean): number =>
  (result === 0 ? zero : 0) |
  ((result & 0x80) !== 0 ? negative : 0) |
  (overflows ? overflow : 0) |
  (((result & 0x80) !== 0) !== overflows ? sign : 0);

function logic(data: Uint8Array, result: number): number {
  const kept = (data[sreg] as number) & ~(zero | negative | overflow | sign);
  data[sreg] = kept | signs(result, false);
  return result;
}

function sum(data: Uint8Array, one: number, two: number, carried: number): number {
  const result = (one + two + carried) & 0xff;
  const carries = (one & two) | ((one | two) & ~result);
  const overflows = ((one & two & ~result) | (~one & ~two & result)) & 0x80;
  const kept = (data[sreg] as number) & 0xc0;
  data[sreg] = kept | signs(result, overflows !== 0) | carriesOf(carries);
  return result;
}

/** @param withCarry SBC and CPC: the carry is taken off, and zero stays zero only if it was */
function difference(data: Uint8Array, one: number, two: number, withCarry: boolean): number {
  const before = data[sreg] as number;
  const result = (one - two - (withCarry ? before & carry : 0)) & 0xff;
  const carries = (~one & two) | ((~one | two) & result);
  const overflows = ((one & ~two & ~result) | (~one & two & result)) & 0x80;
  let flags = signs(result, overflows !== 0) | carriesOf(carries);
  if (withCarry && (before & zero) === 0) flags &= ~zero;
  data[sreg] = (before & 0xc0) | flags;
  return result;
}

const carriesOf = (carries: number): number =>
  ((carries & 0x80) !== 0 ? carry : 0) | ((carries & 0x08) !== 0 ? halfCarry : 0);

/** INC and DEC, which leave the carry alone. */
function stepped(data: Uint8Array, value: number, by: 1 | -1): number {
  const result = (value + by) & 0xff;
  const kept = (data[sreg] as number) & ~(zero | negative | overflow | sign);
  data[sreg] = kept | signs(result, result === (by === 1 ? 0x80 : 0x7f));
  return result;
}

/** LSR and ROR. */
function shifted(data: Uint8Array, value: number, top: number): number {
  const result = (value >> 1) | top;
  const carried = value & 1;
  const isNegative = (result & 0x80) !== 0;
  const kept = (data[sreg] as number) & ~(carry | zero | negative | overflow | sign);
  data[sreg] = kept | carried | signs(result, isNegative !== (carried === 1));
  return result;
}
