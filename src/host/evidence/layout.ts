/**
 * Where things are in the black box: a piece of memory that the loop's thread writes and the dog's
 * thread reads. Everything is a 32-bit word, so that every access can be atomic; a time is two of
 * them. Names stand once in a table that only grows, and are a number everywhere else.
 */

/** What is run within what: an input, an output, an entity or a task. Deeper is not kept. */
export const framesMax = 4;
export const stepsMax = 64;
export const entitiesMax = 16;
export const tasksBytesMax = 4_096;

/** Name 0 is that of all that found no room. */
export const namesMax = 256;
export const otherName = "others";
/** In characters of ASCII; what is longer is cut. */
export const nameLengthMax = 31;

/** Time low, time high, microseconds that it took, input and number of outputs, 8 outputs. */
export const stepWords = 6;
export const outputsShownMax = 8;
/** Name, status, time of the last checkpoint low and high. */
export const entityWords = 4;
const nameBytes = nameLengthMax + 1;
const wordBytes = 4;

/** In words from the beginning. */
export const places = {
  /** Odd while it is being written. */
  sequence: 0,
  /** How many frames are entered; may be more than are kept. */
  depth: 1,
  since: 2,
  frames: 4,
  /** Of all steps, modulo 2^32: the newest stands at (count - 1) % stepsMax. */
  stepCount: 4 + framesMax,
  startedAt: 5 + framesMax,
  steps: 7 + framesMax,
  entityCount: 7 + framesMax + stepsMax * stepWords,
  entities: 8 + framesMax + stepsMax * stepWords,
  tasksLength: 8 + framesMax + stepsMax * stepWords + entitiesMax * entityWords,
  tasks: 9 + framesMax + stepsMax * stepWords + entitiesMax * entityWords,
} as const;

const nameCountAt = places.tasks + tasksBytesMax / wordBytes;

export const namePlaces = {
  count: nameCountAt,
  /** In bytes from the beginning: a length, and the text. */
  bytesAt: (name: number): number => (nameCountAt + 1) * wordBytes + name * nameBytes,
} as const;

export const boxBytes = (nameCountAt + 1) * wordBytes + namesMax * nameBytes;

/** A time in microseconds fits in 53 bits. */
export const highWord = (time: number): number => Math.floor(time / 4_294_967_296);
export const timeOf = (low: number, high: number): number => high * 4_294_967_296 + (low >>> 0);

/** `lastCheckpoint` of an entity that never checked in. */
export const neverHigh = -1;
