/** Displays and registers: bits that are shifted out. */

import { expect } from "vitest";
import type { Bench } from "./bench.js";
import { five } from "./five.js";
import { trial } from "./trial.js";

/** What a shift register would have taken: the data line at each rising edge of the clock. */
function recordBits({ io, at }: Bench, data: string, clock: number): number[] {
  const bits: number[] = [];
  const write = io.digitalWrite.bind(io);
  Object.assign(io, {
    digitalWrite: (pin: number, level: number): void => {
      write(pin, level);
      if (pin === clock && level === 1) bits.push(Number(at(data)));
    },
  });
  return bits;
}

const bitsOf = (byte: number): readonly number[] =>
  [...byte.toString(2).padStart(8, "0")].map(Number);

export const displayTrials = [
  trial("ShiftRegister.send", (bench) => {
    const bits = recordBits(bench, "D2", 3);
    const register = new five.ShiftRegister({ pins: { data: 2, clock: 3, latch: 4 } });
    register.send(0b1010_0110);
    expect(bits).toEqual(bitsOf(0b1010_0110));
    expect(bench.at("D4")).toBe(1);
  }),

  trial("ShiftRegister.display on seven segments", (bench) => {
    const bits = recordBits(bench, "D2", 3);
    const register = new five.ShiftRegister({
      ...{ pins: { data: 2, clock: 3, latch: 4, reset: 9 } },
    });
    register.display(1);
    expect(bits).toHaveLength(8);
    expect(bits.slice(1).filter((bit) => bit === 1)).toHaveLength(2);
  }),

  trial("Led.Matrix (MAX7219)", (bench) => {
    const matrix = new five.Led.Matrix({ pins: { data: 2, clock: 3, cs: 4 } });
    const bits = recordBits(bench, "D2", 3);
    matrix.row(1, 0b0110_0000);
    expect(bits).toEqual([...bitsOf(2), ...bitsOf(0b0110_0000)]);
    expect(bench.at("D4")).toBe(1);
  }),

  trial("Led.Digits (MAX7219)", (bench) => {
    const digits = new five.Led.Digits({ pins: { data: 2, clock: 3, cs: 4 } });
    const bits = recordBits(bench, "D2", 3);
    digits.print("8");
    expect(bits.length).toBeGreaterThanOrEqual(16);
    expect(bits.length % 16).toBe(0);
  }),

  trial("LedControl", (bench) => {
    const control = new five.LedControl({
      pins: { data: 2, clock: 3, cs: 4 },
    });
    const bits = recordBits(bench, "D2", 3);
    control.brightness(0, 100);
    expect(bits).toEqual([...bitsOf(10), ...bitsOf(15)]);
  }),

  trial("LCD, parallel", (bench) => {
    const lcd = new five.LCD({ pins: [7, 8, 9, 10, 11, 12] });
    const nibbles: number[] = [];
    const write = bench.io.digitalWrite.bind(bench.io);
    Object.assign(bench.io, {
      digitalWrite: (pin: number, level: number): void => {
        if (pin === 8 && level === 0 && bench.at("D8") === 1) {
          const data = ["D12", "D11", "D10", "D9"].map((name) => Number(bench.at(name)));
          nibbles.push(Number.parseInt(data.join(""), 2));
        }
        write(pin, level);
      },
    });
    lcd.print("A");
    expect(nibbles.slice(-2)).toEqual([4, 1]);
  }),

  trial("board.shiftOut", (bench) => {
    const bits = recordBits(bench, "D2", 3);
    const { board } = new five.Led(13);
    board.shiftOut(2, 3, true, 0x5a);
    expect(bits).toEqual(bitsOf(0x5a));
  }),
];
