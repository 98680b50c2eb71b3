/** Our instructions beside avr8js's, over the same random words and states. */
import { avrInstruction, CPU } from "avr8js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decoded, executeFast } from "../../../boards/simulated-avr/fast-instructions.js";

const flashWords = 1_024;
const ramBytes = 2_048;

interface State {
  readonly words: readonly [number, number];
  readonly pc: number;
  readonly registers: readonly number[];
  readonly flags: number;
}

const ram = Uint8Array.from({ length: ramBytes }, (_, at) => (at * 37) & 0xff);
const flash = new Uint16Array(flashWords);

function cpuOf({ words, pc, registers, flags }: State): CPU {
  const cpu = new CPU(flash, ramBytes);
  cpu.progMem[pc] = words[0];
  cpu.progMem[pc + 1] = words[1];
  cpu.pc = pc;
  cpu.data.set(registers);
  // Pointers into the RAM: beyond it is nothing to compare.
  for (const high of [27, 29, 31]) cpu.data[high] = (cpu.data[high] ?? 0) & 7;
  cpu.data.set(ram, 0x100);
  cpu.SP = 0x400 + (registers[0] ?? 0);
  cpu.data[95] = flags;
  return cpu;
}

const kindOf = (word: number): number => decoded(Uint16Array.of(word))[0] ?? 0;

const sreg = 95;
const halfCarry = 0x20;

/** avr8js looks at bit 0 for the half carry of a subtraction; the manual says bit 3. */
function sameData(ours: CPU, theirs: CPU): boolean {
  for (const { data } of [ours, theirs]) data[sreg] = (data[sreg] ?? 0) & ~halfCarry;
  return Buffer.compare(ours.data, theirs.data) === 0;
}

const byte = fc.integer({ min: 0, max: 255 });
/** Values at which carries and signs turn come often. */
const edgy = fc.oneof(byte, fc.constantFrom(0, 1, 0x0f, 0x10, 0x7f, 0x80, 0x81, 0xff));

const states: fc.Arbitrary<State> = fc.record({
  words: fc.tuple(
    fc.integer({ min: 0, max: 0xffff }),
    // An address for LDS and STS, beyond the registers that have hooks.
    fc.integer({ min: 0x100, max: 0x8ff }),
  ),
  pc: fc.integer({ min: 200, max: 800 }),
  registers: fc.array(edgy, { minLength: 32, maxLength: 32 }),
  flags: byte,
});

describe("AVR-14: the fast instructions", () => {
  test("do what avr8js does, in as many cycles", () => {
    const counts = new Map<number, number>();
    fc.assert(
      fc.property(states, (state) => {
        const ours = cpuOf(state);
        const theirs = cpuOf(state);
        const kind = kindOf(state.words[0]);
        if (kind === 0) return;
        // To jump beyond an end is told apart below.
        expect(executeFast(ours, kind, state.words[0])).toBe(true);
        avrInstruction(theirs);
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
        const wrapped = ((theirs.pc % flashWords) + flashWords) % flashWords;
        expect([ours.pc, ours.cycles]).toEqual([wrapped, theirs.cycles]);
        expect(sameData(ours, theirs)).toBe(true);
      }),
      { numRuns: 4_000 },
    );
    expect(counts.size).toBeGreaterThan(22);
  });

  test("leave every other word to avr8js", () => {
    const all = Uint16Array.from({ length: 0x1_0000 }, (_, word) => word);
    const kinds = decoded(all);
    // CALL, RET, RETI, SEI, SLEEP, WDR, LPM, MUL, SBRS, CPSE, SBIW, ST X+, CBI.
    const others = [0x940e, 0x9508, 0x9518, 0x9478, 0x9588, 0x95a8, 0x9004, 0x9c00, 0xfe00];
    for (const word of [...others, 0x1000, 0x9700, 0x920d, 0x9800]) expect(kinds[word]).toBe(0);
  });

  test("each kind is compared: those that random words seldom are, too", () => {
    const rare = [0x920f, 0x900f, 0x9000, 0x9200, 0x9403, 0x940a, 0x9406, 0x9407, 0x9600];
    const registers = fc.integer({ min: 0, max: 31 });
    fc.assert(
      fc.property(states, fc.constantFrom(...rare), registers, (state, base, register) => {
        const isWord = base === 0x9600;
        const word = base | (isWord ? register | ((register & 7) << 5) : register << 4);
        const given = { ...state, words: [word, state.words[1]] as const };
        const ours = cpuOf(given);
        const theirs = cpuOf(given);
        executeFast(ours, kindOf(word), word);
        avrInstruction(theirs);
        expect([ours.pc, ours.cycles]).toEqual([theirs.pc, theirs.cycles]);
        expect(sameData(ours, theirs)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test("the half carry is that of the lower four bits", () => {
    const [add, subtract] = [0x0c01, 0x1801];
    for (let pair = 0; pair < 0x1_0000; pair += 151) {
      const [one, two] = [pair >> 8, pair & 0xff];
      const flagsAfter = (word: number): number => {
        const registers = [one, two, ...Array.from({ length: 30 }, () => 0)];
        const cpu = cpuOf({ words: [word, 0], pc: 200, registers, flags: 0 });
        executeFast(cpu, kindOf(word), word);
        return (cpu.data[sreg] ?? 0) & halfCarry;
      };
      expect(flagsAfter(add) !== 0).toBe((one & 15) + (two & 15) > 15);
      expect(flagsAfter(subtract) !== 0).toBe((one & 15) < (two & 15));
    }
  });
});
