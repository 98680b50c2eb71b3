/**
 * The processor: avr8js's instruction set and memory, run by a loop of ours.
 *
 * avr8js has no sleep and takes an interrupt right after SEI. A real AVR executes one instruction
 * more, which is what makes "SEI, SLEEP" safe: without that, a wake-up between the two is lost, and
 * firmware that is right would hang here. And as a sleeping processor does nothing until the next
 * event of a peripheral, the loop goes there in one step: an idle second costs next to nothing. An
 * endless loop of one jump, which is how firmware hangs, is skipped in the same way.
 *
 * Time is the count of clock cycles. It goes on over a reset: a new core begins where the old one
 * stopped.
 */
import { avrInstruction, CPU } from "avr8js";
import { assert } from "../../src/kernel/assert.js";
import { decoded, executeFast } from "./fast-instructions.js";

/** Bound here once: a module that is loaded by a test runner puts a getter before every call. */
const executeOne = avrInstruction;

interface ClockEvent {
  readonly at: number;
  readonly callback: () => void;
}

/** Events of peripherals that are to come: two for each of some twenty units. */
export const clockEventsMax = 64;

/** avr8js adds 256 bytes of registers to the RAM; the 2560 has 512. */
const registersOfAvr8js = 0x100;

const smcr = 0x53;
const sleepEnable = 1;

const opcodeSei = 0x9478;
const opcodeReti = 0x9518;
const opcodeSleep = 0x9588;
const opcodeJumpToItself = 0xcfff;

/** What an interrupt takes beyond avr8js's two cycles, with a return address of two bytes. */
const interruptCycles = 2;
const wakeCycles = 4;

export class Core extends CPU {
  /** Sorted, the next one last. */
  readonly #events: ClockEvent[] = [];
  /** By the words of the flash. */
  readonly #kinds: Uint8Array;
  #nextEventAt = Number.POSITIVE_INFINITY;
  #target = 0;
  /** The next event, or the end of the run where that comes first. */
  #limit = 0;
  #asleep = false;
  /** One more instruction before an interrupt is taken. */
  #shielded = false;
  #stopped = false;
  #hung = false;
  #held = false;

  /**
   * @param dataBytes registers and RAM
   * @param cycles the time at which it begins
   */
  constructor(flash: Uint8Array, dataBytes: number, cycles: number) {
    super(new Uint16Array(flash.slice().buffer), dataBytes - registersOfAvr8js);
    this.cycles = cycles;
    this.#kinds = decoded(this.progMem);
  }

  get asleep(): boolean {
    return this.#asleep;
  }

  /** Ends `run` after the event that is being run: this core will not run again. */
  stop(): void {
    this.#stopped = true;
  }

  /** From now on it executes nothing and takes no interrupt; its peripherals go on. */
  hang(): void {
    this.#hung = true;
  }

  /** It is in its reset: the first instruction is executed after so many cycles. */
  hold(cycles: number, onBegin: () => void): void {
    this.#held = true;
    this.addClockEvent(() => {
      this.#held = false;
      onBegin();
    }, cycles);
  }

  /** Runs until that cycle, or a little beyond it, as no instruction is cut in two. */
  run(target: number): void {
    this.#target = target;
    this.#lookAhead();
    while (this.cycles < target && !this.#stopped) {
      if (this.cycles >= this.#nextEventAt) this.#runEvents();
      else if (this.#hung || this.#held) this.#skip(1);
      else if (this.#mayInterrupt()) this.#interrupt();
      else if (this.#asleep) this.#skip(1);
      else this.#execute();
    }
  }

  override addClockEvent(callback: () => void, cycles: number): () => void {
    this.at(this.cycles + Math.max(1, cycles), callback);
    return callback;
  }

  override clearClockEvent(callback: () => void): boolean {
    const index = this.#events.findIndex((event) => event.callback === callback);
    if (index < 0) return false;
    this.#events.splice(index, 1);
    this.#lookAhead();
    return true;
  }

  override updateClockEvent(callback: () => void, cycles: number): boolean {
    if (!this.clearClockEvent(callback)) return false;
    this.addClockEvent(callback, cycles);
    return true;
  }

  /** Of events of the same cycle, the one that was added first is run first. */
  at(cycle: number, callback: () => void): void {
    assert(this.#events.length < clockEventsMax, "peripherals plan more and more events");
    let place = this.#events.length;
    while (place > 0 && (this.#events[place - 1]?.at ?? 0) <= cycle) place -= 1;
    this.#events.splice(place, 0, { at: cycle, callback });
    this.#lookAhead();
  }

  #lookAhead(): void {
    this.#nextEventAt = this.#events.at(-1)?.at ?? Number.POSITIVE_INFINITY;
    this.#limit = Math.min(this.#target, this.#nextEventAt);
  }

  #runEvents(): void {
    while (this.#nextEventAt <= this.cycles && !this.#stopped) {
      const event = this.#events.pop();
      this.#lookAhead();
      event?.callback();
    }
  }

  #mayInterrupt(): boolean {
    return this.nextInterrupt >= 0 && this.interruptsEnabled && !this.#shielded;
  }

  #interrupt(): void {
    if (this.#asleep) this.cycles += wakeCycles;
    this.#asleep = false;
    this.tick();
    this.cycles += interruptCycles + (this.pc22Bits ? 1 : 0);
  }

  /** To the next event, or the end of the run: nothing happens before. */
  #skip(stride: number): void {
    this.cycles += Math.ceil((this.#limit - this.cycles) / stride) * stride;
  }

  /**
   * Instructions up to the next event, interrupt or sleep: the loop in which all the time is spent.
   */
  #execute(): void {
    const { progMem } = this;
    const kinds = this.#kinds;
    do {
      const opcode = progMem[this.pc] ?? 0;
      if ((opcode & 0xfe0f) === 0x9408) this.#executeSpecial(opcode);
      else if (opcode === opcodeJumpToItself && !this.#shielded) this.#skip(2);
      else {
        this.#shielded = false;
        const kind = kinds[this.pc] ?? 0;
        if (kind === 0 || !executeFast(this, kind, opcode)) executeOne(this);
      }
    } while (this.cycles < this.#limit && !this.#asleep && this.nextInterrupt < 0);
  }

  #executeSpecial(opcode: number): void {
    const wasEnabled = this.interruptsEnabled;
    executeOne(this);
    this.#shielded = opcode === opcodeReti || (opcode === opcodeSei && !wasEnabled);
    if (opcode === opcodeSleep) this.#asleep = ((this.data[smcr] ?? 0) & sleepEnable) !== 0;
  }
}
