/**
 * A bridge as firmware-bridge/protocol.md describes it, in the time of a test: its pins, its
 * outputs that end by themselves, its supervision, and the faults that one can do to it. What it
 * says goes to `say`; whoever holds it ticks it once a millisecond.
 */
import { timeout } from "../../../../src/kernel/machine.js";
import { due, type Instant, instant, millis } from "../../../../src/kernel/time.js";
import {
  type QuestionDeviceOutput,
  QuestionWatchdog,
} from "../../../../src/watchdog/question-answer/device.js";
import {
  at16,
  at48,
  beatBytes,
  doneBytes,
  edgesBytes,
  helloBytes,
  samplesBytes,
} from "./device-bytes.js";

export interface FakeBridgeOptions {
  readonly say: (payload: Uint8Array) => void;
  readonly cluster?: number;
}

type Level = 0 | 1;

/** An initial value stands no longer without a command. */
const initialHoldUs = 1_000_000;

export class FakePin {
  use = 0;
  flags = 0;
  safeKind = 0;
  safeValue = 0;
  debounceMs = 0;
  ready = false;
  /** What the chip drives, 0 to 65,535 as at the pin; null where it is an input. */
  driven: number | null = null;
  heldUntil: Instant | null = null;
  /** From outside; null where nobody drives. */
  outside: Level | null = null;
  volts = 0;
  edgeCount = 0;
  waiting: [Level, number][] = [];
  settled: Level = 0;
  movedAt: Instant | null = null;
  readonly history: (number | null)[] = [];

  get activeLow(): boolean {
    return (this.flags & 2) !== 0;
  }

  get isOutput(): boolean {
    return this.use === 2 || this.use === 4;
  }

  /** As a voltmeter has it. */
  get level(): Level {
    if (this.driven !== null) return this.driven >= 32_768 ? 1 : 0;
    return this.outside ?? ((this.flags & 1) !== 0 ? 1 : 0);
  }

  drive(value: number): void {
    const atPin = this.activeLow ? 65_535 - value : value;
    this.#put(this.use === 4 ? atPin : atPin >= 32_768 ? 65_535 : 0);
  }

  letGo(): void {
    this.#put(null);
  }

  makeSafe(): void {
    this.heldUntil = null;
    if (this.safeKind === 1) this.drive(this.safeValue);
    else if (this.safeKind === 0) this.letGo();
  }

  /** What a voltmeter shows: a level or a duty; null where nobody drives it from inside. */
  measure(): number | null {
    return this.driven === null ? null : this.driven / 65_535;
  }

  #put(driven: number | null): void {
    if (this.driven === driven) return;
    this.driven = driven;
    this.history.push(this.measure());
  }
}

export class FakeBridge {
  readonly pins = new Map<number, FakePin>();
  /** Of every command that came, its type and result. */
  readonly taken: [type: number, result: number][] = [];
  cluster: number;
  /** The newest right to drive that it has seen; 0 before the first. */
  newestToken = 0;
  version = 2;
  device = 1;
  boots = 1;
  cause = 1;
  /** Hung: it does and hears nothing, and its time goes on. */
  frozen = false;
  /** It hears nothing of the host. */
  deaf = false;
  /** Answers to so many commands are lost. */
  answersToLose = 0;
  /** So many commands are lost. */
  commandsToLose = 0;
  /** Instead of the right results. */
  resultFor: ((type: number) => number | null) | null = null;
  samplingMs = 20;
  dog: QuestionWatchdog | null = null;
  dogOutputs: QuestionDeviceOutput[] = [];
  errors = 0;
  refused = 0;
  readonly #say: (payload: Uint8Array) => void;
  #startedAt: Instant;
  #now: Instant;
  #beats = 0;
  #samples = 0;
  #lastSequence: number | null = null;
  #nextBeatAt: number;
  #nextSampleAt: number;

  constructor(now: Instant, { say, cluster = 0 }: FakeBridgeOptions) {
    this.#say = say;
    this.cluster = cluster;
    this.#now = now;
    this.#startedAt = now;
    this.#nextBeatAt = now + 50_000;
    this.#nextSampleAt = now + 20_000;
    for (let number = 2; number <= 19; number += 1) this.pins.set(number, new FakePin());
  }

  pin(number: number): FakePin {
    const pin = this.pins.get(number);
    if (pin === undefined) throw new Error(`no pin ${number}`);
    return pin;
  }

  /** Device time. */
  get time(): number {
    return (this.#now - this.#startedAt) % 2 ** 32;
  }

  /** The start lies back so far: to come near to the wrap of its time. */
  age(us: number): void {
    this.#startedAt = (this.#startedAt - us) as Instant;
  }

  /** As at a start of the firmware: safe states are in EEPROM, all else is gone. */
  reset(now: Instant, cause: number): void {
    this.#now = now;
    this.#startedAt = now;
    this.boots = cause === 1 ? 1 : this.boots + 1;
    this.cause = cause;
    if (cause === 1) this.newestToken = 0;
    this.dog = null;
    this.#lastSequence = null;
    this.frozen = false;
    this.samplingMs = 20;
    this.#nextBeatAt = now + 50_000;
    this.#nextSampleAt = now + 20_000;
    for (const pin of this.pins.values()) this.#resetPin(pin);
    this.hello();
  }

  hello(): void {
    const { version, device, cause, boots, cluster, time } = this;
    this.#say(helloBytes({ version, device, cause, boots, cluster, time }));
  }

  receive(now: Instant, bytes: Uint8Array): void {
    this.#now = now;
    if (this.frozen || this.deaf) return;
    const type = bytes[0] ?? 0;
    if (type === 0x02) {
      this.#lastSequence = null;
      this.hello();
    } else if (type === 0x41) this.#stepDog(now, bytes);
    else if (this.commandsToLose > 0) this.commandsToLose -= 1;
    else this.#command(now, type, bytes);
  }

  /** An edge from outside is seen at once, as by an interrupt. */
  put(now: Instant, number: number, level: Level | null): void {
    this.#now = now;
    const pin = this.pin(number);
    const before = pin.level;
    pin.outside = level;
    if (pin.level === before || pin.use !== 1) return;
    if (pin.debounceMs > 0) pin.movedAt = now;
    else this.#edge(pin, now);
  }

  tick(now: Instant): void {
    this.#now = now;
    for (const pin of this.pins.values()) {
      if (pin.heldUntil !== null && due(pin.heldUntil, now)) pin.makeSafe();
    }
    // Holds end by a timer of their own in this model, so that a hung one is no worse than real.
    if (this.frozen) return;
    for (const pin of this.pins.values()) this.#debounce(pin, now);
    this.#tellEdges();
    if (this.dog !== null) this.#carry(this.dog.step(now, timeout));
    if (now >= this.#nextBeatAt) this.#beat();
    if (now >= this.#nextSampleAt) this.#sample();
  }

  #beat(): void {
    this.#nextBeatAt += 50_000;
    if (this.#nextBeatAt <= this.#now) this.#nextBeatAt = this.#now + 50_000;
    const configured = [...this.pins.values()].some((pin) => pin.ready) ? 1 : 0;
    const armed = this.dog !== null ? 2 : 0;
    const failed = this.dog?.bitten === true ? 4 : 0;
    const state = configured | armed | failed | (this.cluster === 0 ? 0 : 8);
    const { time, errors, refused } = this;
    this.#say(beatBytes({ sequence: this.#beats, time, state, errors, refused }));
    this.#beats = (this.#beats + 1) % 65_536;
  }

  #sample(): void {
    this.#nextSampleAt = this.#now + this.samplingMs * 1_000;
    const sampled = [...this.pins].filter(([, pin]) => (pin.flags & 8) !== 0 && pin.use !== 0);
    for (let at = 0; at < sampled.length; at += 8) {
      const values = sampled
        .slice(at, at + 8)
        .map(([number, pin]) => [number, sampleOf(pin)] as const);
      this.#say(samplesBytes(this.#samples, this.time, values));
      this.#samples = (this.#samples + 1) % 65_536;
    }
  }

  #edge(pin: FakePin, at: Instant): void {
    pin.settled = pin.level;
    if ((pin.flags & 4) === 0) return;
    pin.edgeCount = (pin.edgeCount + 1) % 65_536;
    const level = (pin.activeLow ? 1 - pin.level : pin.level) as Level;
    pin.waiting.push([level, (at - this.#startedAt) % 2 ** 32]);
    if (pin.waiting.length > 64) pin.waiting.shift();
  }

  #debounce(pin: FakePin, now: Instant): void {
    if (pin.movedAt === null || now - pin.movedAt < pin.debounceMs * 1_000) return;
    const at = pin.movedAt;
    pin.movedAt = null;
    if (pin.level !== pin.settled) this.#edge(pin, at);
  }

  #tellEdges(): void {
    for (const [number, pin] of this.pins) {
      while (pin.waiting.length > 0) {
        const edges = pin.waiting.splice(0, 8);
        const last = (pin.edgeCount - pin.waiting.length + 65_536) % 65_536;
        this.#say(edgesBytes(number, last, edges));
      }
    }
  }

  #command(now: Instant, type: number, bytes: Uint8Array): void {
    const sequence = at16(bytes, type === 0x24 ? 5 : 3);
    const check = this.resultFor?.(type) ?? this.#check(type, bytes, sequence);
    const result = check === 0 ? this.#run(now, type, bytes) : check;
    if (result === 0) this.#lastSequence = sequence;
    else if (result !== 4) this.refused += 1;
    this.taken.push([type, result]);
    if (this.answersToLose > 0) this.answersToLose -= 1;
    else this.#say(doneBytes(sequence, result, bytes[5] ?? 0));
  }

  #check(type: number, bytes: Uint8Array, sequence: number): number {
    if (this.cluster === 0 && type !== 0x24) return 7;
    if (at16(bytes, 1) !== this.cluster) return 1;
    const ahead = this.#lastSequence === null ? 1 : (sequence - this.#lastSequence) & 0xffff;
    if (ahead === 0) return 4;
    if (ahead > 32_767) return 5;
    return this.dog?.bitten === true && type !== 0x23 ? 6 : 0;
  }

  #run(now: Instant, type: number, bytes: Uint8Array): number {
    switch (type) {
      case 0x20:
        return this.#set(now, bytes);
      case 0x21:
        return this.#configure(now, bytes);
      case 0x22:
        this.samplingMs = at16(bytes, 5);
        return this.samplingMs < 5 || this.samplingMs > 10_000 ? 3 : 0;
      case 0x23:
        return this.#supervise(now, bytes);
      case 0x24:
        this.cluster = at16(bytes, 3);
        return 0;
      case 0x25:
        return this.#release(bytes[5] ?? 0);
      default:
        return 2;
    }
  }

  #set(now: Instant, bytes: Uint8Array): number {
    const pin = this.pins.get(bytes[5] ?? 0);
    const hold = at16(bytes, 8);
    if (!this.#passes(at48(bytes, 10))) return 8;
    if (pin === undefined || !pin.ready || !pin.isOutput) return 2;
    if (hold < 1 || hold > 60_000) return 3;
    pin.drive(at16(bytes, 6));
    pin.heldUntil = instant(now + hold * 1_000);
    return 0;
  }

  #passes(token: number): boolean {
    if (token < this.newestToken) return false;
    this.newestToken = token;
    return true;
  }

  #mayBegin(bytes: Uint8Array): boolean {
    const token = at48(bytes, 14);
    const isOutput = bytes[6] === 2 || bytes[6] === 4;
    const beginsSafe = !isOutput || (bytes[10] === 1 && at16(bytes, 8) === at16(bytes, 11));
    return token === 0 ? this.newestToken === 0 || beginsSafe : this.#passes(token);
  }

  #configure(now: Instant, bytes: Uint8Array): number {
    const pin = this.pins.get(bytes[5] ?? 0);
    if (!this.#mayBegin(bytes)) return 8;
    if (pin === undefined) return 2;
    pin.use = bytes[6] ?? 0;
    pin.flags = bytes[7] ?? 0;
    pin.safeKind = bytes[10] ?? 0;
    pin.safeValue = at16(bytes, 11);
    pin.debounceMs = bytes[13] ?? 0;
    pin.ready = true;
    pin.heldUntil = pin.isOutput ? instant(now + initialHoldUs) : null;
    pin.edgeCount = 0;
    pin.waiting = [];
    pin.movedAt = null;
    if (pin.isOutput) pin.drive(at16(bytes, 8));
    else pin.letGo();
    pin.settled = pin.level;
    return 0;
  }

  #release(number: number): number {
    for (const [own, pin] of this.pins) {
      if ((number === 255 || own === number) && pin.ready && pin.isOutput) pin.makeSafe();
    }
    const pin = this.pins.get(number);
    return number === 255 || (pin?.ready === true && pin.isOutput) ? 0 : 2;
  }

  #supervise(now: Instant, bytes: Uint8Array): number {
    const [opens, wait, first] = [at16(bytes, 5), at16(bytes, 7), at16(bytes, 9)];
    this.dog = null;
    if (wait === 0) return 0;
    this.dog = new QuestionWatchdog(now, {
      ...{ opens: millis(opens), timeout: millis(wait), firstTimeout: millis(first) },
      ...{ errorsAtStart: bytes[11] ?? 0, errorStep: bytes[12] ?? 0 },
      ...{ errorsMax: bytes[13] ?? 0, seed: bytes[14] ?? 0 },
    });
    this.#carry(this.dog.step(now, timeout));
    return 0;
  }

  #stepDog(now: Instant, bytes: Uint8Array): void {
    if (this.dog !== null) this.#carry(this.dog.step(now, { kind: "answer", bytes }));
  }

  #carry(outputs: readonly QuestionDeviceOutput[]): void {
    for (const output of outputs) {
      this.dogOutputs.push(output);
      if (output.kind === "question") this.#say(output.bytes);
      else if (output.kind === "bite") this.#release(255);
      else this.errors = output.errors;
    }
  }

  #resetPin(pin: FakePin): void {
    pin.ready = false;
    pin.heldUntil = null;
    pin.edgeCount = 0;
    pin.waiting = [];
    pin.movedAt = null;
    if (pin.isOutput && pin.safeKind === 1) pin.drive(pin.safeValue);
    else pin.letGo();
    if (!pin.isOutput) pin.flags = 0;
    pin.flags &= ~8;
  }
}

function sampleOf(pin: FakePin): number {
  if (pin.use === 3) return Math.min(1_023, Math.floor((pin.volts / 5) * 1_024));
  const level = pin.debounceMs > 0 ? pin.settled : pin.level;
  return pin.activeLow ? 1 - level : level;
}
