/**
 * The black box, written by the loop's thread: what it is doing, and what it did last. When the
 * loop hangs, nobody can ask it any more; the dog's thread reads here what it writes down before it
 * bites.
 *
 * A seqlock with one writer: the sequence is odd while something is changed, and whoever read
 * across a change reads again. All words are accessed atomically, which in JavaScript means in one
 * order for all threads, so no fence is missing on ARM. The writer never waits, and allocates
 * nothing in a step.
 */
import type { Instant } from "../../kernel/time.js";
import { type RunningKind, runningKinds, type TaskEvidence } from "../../watchdog/evidence.js";
import {
  boxBytes,
  entitiesMax,
  entityWords,
  framesMax,
  highWord,
  nameLengthMax,
  namePlaces,
  namesMax,
  neverHigh,
  otherName,
  outputsShownMax,
  places,
  stepsMax,
  stepWords,
  tasksBytesMax,
} from "./layout.js";

export interface BoxedEntity {
  readonly entity: string;
  readonly status: string;
  readonly lastCheckpoint: Instant | null;
}

export class BlackBox {
  readonly buffer = new SharedArrayBuffer(boxBytes);
  readonly #words = new Int32Array(this.buffer);
  readonly #bytes = new Uint8Array(this.buffer);
  readonly #names = new Map<string, number>();
  #depth = 0;
  #steps = 0;

  /** @param startedAt from when the times of steps are told */
  constructor(startedAt: Instant) {
    this.#append(otherName);
    this.#putTime(places.startedAt, startedAt);
  }

  /** Something begins, within what was entered and not left before. */
  enter(kind: RunningKind, what: string, at: Instant): void {
    const frame = runningKinds.indexOf(kind) * namesMax + this.#nameOf(what);
    this.#open();
    if (this.#depth === 0) this.#putTime(places.since, at);
    if (this.#depth < framesMax) this.#put(places.frames + this.#depth, frame);
    this.#depth += 1;
    this.#put(places.depth, this.#depth);
    this.#close();
  }

  /** The innermost is over. */
  leave(): void {
    if (this.#depth === 0) return;
    this.#depth -= 1;
    this.#put(places.depth, this.#depth);
  }

  /** All is over, also what was not left because something threw. */
  leaveAll(): void {
    this.#depth = 0;
    this.#put(places.depth, 0);
  }

  /**
   * A step is over; the oldest of 64 makes room.
   *
   * @param took in microseconds, with the carrying of its outputs
   * @param outputs the first 8 of what it answered, in a word each
   * @param count how many there were
   */
  step(at: Instant, took: number, input: string, outputs: readonly string[], count: number): void {
    const place = places.steps + (this.#steps % stepsMax) * stepWords;
    this.#steps += 1;
    this.#open();
    this.#putTime(place, at);
    this.#put(place + 2, Math.min(took, 0x7fffffff));
    this.#put(place + 3, Math.min(count, 0xffff) * namesMax + this.#nameOf(input));
    this.#put(place + 4, this.#fourNames(outputs, 0, count));
    this.#put(place + 5, this.#fourNames(outputs, outputsShownMax / 2, count));
    this.#put(places.stepCount, this.#steps);
    this.#close();
  }

  /** How the supervised entities stand: the first 16. */
  entities(entities: readonly BoxedEntity[]): void {
    const count = Math.min(entities.length, entitiesMax);
    this.#open();
    this.#put(places.entityCount, count);
    for (let index = 0; index < count; index += 1) {
      const entity = entities[index];
      if (entity !== undefined) this.#entity(places.entities + index * entityWords, entity);
    }
    this.#close();
  }

  /** How the tasks of an executive stand: for when a lock is taken, awaited or given back. */
  tasks(tasks: readonly TaskEvidence[]): void {
    const bytes = fittingJson(tasks);
    this.#open();
    this.#put(places.tasksLength, bytes.length);
    for (let at = 0; at < bytes.length; at += 4) {
      const word =
        byteAt(bytes, at) |
        (byteAt(bytes, at + 1) << 8) |
        (byteAt(bytes, at + 2) << 16) |
        (byteAt(bytes, at + 3) << 24);
      this.#put(places.tasks + at / 4, word);
    }
    this.#close();
  }

  #entity(place: number, { entity, status, lastCheckpoint: last }: BoxedEntity): void {
    this.#put(place, this.#nameOf(entity));
    this.#put(place + 1, this.#nameOf(status));
    if (last !== null) this.#putTime(place + 2, last);
    else this.#put(place + 3, neverHigh);
  }

  #open(): void {
    Atomics.add(this.#words, places.sequence, 1);
  }

  #close(): void {
    Atomics.add(this.#words, places.sequence, 1);
  }

  /** The store keeps the lower 32 bits by itself. */
  #put(place: number, word: number): void {
    Atomics.store(this.#words, place, word);
  }

  #putTime(place: number, time: number): void {
    this.#put(place, time);
    this.#put(place + 1, highWord(time));
  }

  #fourNames(texts: readonly string[], from: number, count: number): number {
    let word = 0;
    const end = Math.min(texts.length, count, from + 4);
    for (let index = from; index < end; index += 1) {
      word |= this.#nameOf(texts[index] ?? "") << (8 * (index - from));
    }
    return word;
  }

  #nameOf(text: string): number {
    return this.#names.get(text) ?? this.#append(text);
  }

  /** A name is whole before the count shows it, so the table needs no sequence. */
  #append(text: string): number {
    const name = this.#names.size;
    if (name >= namesMax) return 0;
    const place = namePlaces.bytesAt(name);
    const length = Math.min(text.length, nameLengthMax);
    this.#bytes[place] = length;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      this.#bytes[place + 1 + index] = code >= 32 && code < 127 ? code : 63;
    }
    this.#names.set(text, name);
    this.#put(namePlaces.count, name + 1);
    return name;
  }
}

const byteAt = (bytes: Uint8Array, index: number): number => bytes[index] ?? 0;

/** As many of them as fit. */
function fittingJson(tasks: readonly TaskEvidence[]): Uint8Array {
  for (let count = tasks.length; count > 0; count = Math.floor(count / 2)) {
    const bytes = Buffer.from(JSON.stringify(tasks.slice(0, count)), "utf8");
    if (bytes.length <= tasksBytesMax) return bytes;
  }
  return new Uint8Array(0);
}
