/** The reader of the black box, in the dog's thread: a consistent picture, in a bounded time. */
import { type Instant, instant } from "../../kernel/time.js";
import {
  type EntityEvidence,
  type RunningEvidence,
  runningKinds,
  type TaskEvidence,
} from "../../watchdog/evidence.js";
import {
  entitiesMax,
  entityWords,
  framesMax,
  namePlaces,
  namesMax,
  neverHigh,
  otherName,
  outputsShownMax,
  places,
  stepsMax,
  stepWords,
  tasksBytesMax,
  timeOf,
} from "./layout.js";

export interface BoxPicture {
  /** It was changed every time we looked: what is below may not fit together. */
  readonly torn: boolean;
  readonly running: readonly RunningEvidence[];
  readonly entities: readonly EntityEvidence[];
  readonly tasks: readonly TaskEvidence[];
  /** The last steps as lines, oldest first. */
  readonly steps: readonly string[];
  /** When the newest of them began; null before the first. */
  readonly lastStepAt: Instant | null;
}

/** A writer that hangs in the middle of a change would keep us for ever. */
const attemptsMax = 64;

export function readBlackBox(buffer: SharedArrayBuffer): BoxPicture {
  const shared = new Int32Array(buffer);
  const words = new Int32Array(shared.length);
  let torn = true;
  for (let attempt = 0; torn && attempt < attemptsMax; attempt += 1) torn = !copy(shared, words);
  const box = new Copy(words);
  return {
    torn,
    running: box.running(),
    entities: box.entities(),
    tasks: box.tasks(),
    steps: box.steps(),
    lastStepAt: box.lastStepAt(),
  };
}

/** False when something was changed meanwhile. */
function copy(shared: Int32Array, words: Int32Array): boolean {
  const before = Atomics.load(shared, places.sequence);
  for (let index = 0; index < words.length; index += 1) words[index] = Atomics.load(shared, index);
  return before % 2 === 0 && Atomics.load(shared, places.sequence) === before;
}

/** A torn copy may hold anything, so every number is taken for what it can be at most. */
class Copy {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(words: Int32Array) {
    this.#words = words;
    this.#bytes = new Uint8Array(words.buffer);
  }

  running(): readonly RunningEvidence[] {
    const depth = this.#count(places.depth, framesMax);
    const since = this.#time(places.since);
    return Array.from({ length: depth }, (_, index) => {
      const frame = this.#word(places.frames + index);
      const kind = runningKinds[Math.floor(frame / namesMax)] ?? "task";
      return { kind, what: this.#name(frame % namesMax), since };
    });
  }

  entities(): readonly EntityEvidence[] {
    const count = this.#count(places.entityCount, entitiesMax);
    return Array.from({ length: count }, (_, index) => {
      const place = places.entities + index * entityWords;
      const never = this.#word(place + 3) === neverHigh;
      return {
        entity: this.#name(this.#word(place)),
        status: this.#name(this.#word(place + 1)),
        fault: null,
        lastCheckpoint: never ? null : this.#time(place + 2),
      };
    });
  }

  tasks(): readonly TaskEvidence[] {
    const length = this.#count(places.tasksLength, tasksBytesMax);
    const from = places.tasks * 4;
    try {
      const text = Buffer.from(this.#bytes.subarray(from, from + length)).toString("utf8");
      return length === 0 ? [] : (JSON.parse(text) as readonly TaskEvidence[]);
    } catch {
      // Torn: the rest of the picture is worth having.
      return [];
    }
  }

  steps(): readonly string[] {
    const all = this.#word(places.stepCount) >>> 0;
    const kept = Math.min(all, stepsMax);
    return Array.from({ length: kept }, (_, index) => this.#stepLine(all - kept + index));
  }

  lastStepAt(): Instant | null {
    const all = this.#word(places.stepCount) >>> 0;
    return all === 0 ? null : this.#time(this.#stepPlace(all - 1));
  }

  #stepLine(step: number): string {
    const place = this.#stepPlace(step);
    const [took, packed] = [this.#word(place + 2), this.#word(place + 3)];
    const since = this.#time(place) - this.#time(places.startedAt);
    const outputs = this.#outputs(place + 4, Math.floor(packed / namesMax));
    const answer = outputs === "" ? "" : ` -> ${outputs}`;
    return `${secondsText(since)} ${this.#name(packed % namesMax)}, ${took} us${answer}`;
  }

  #outputs(place: number, count: number): string {
    const shown = Math.min(Math.max(count, 0), outputsShownMax);
    const names = Array.from({ length: shown }, (_, index) => {
      const word = this.#word(place + (index < outputsShownMax / 2 ? 0 : 1));
      return this.#name((word >>> (8 * (index % 4))) & 0xff);
    });
    return count > shown ? `${names.join(", ")} and ${count - shown} more` : names.join(", ");
  }

  #stepPlace(step: number): number {
    return places.steps + (step % stepsMax) * stepWords;
  }

  #word(place: number): number {
    return this.#words[place] ?? 0;
  }

  #count(place: number, most: number): number {
    return Math.min(Math.max(this.#word(place), 0), most);
  }

  #time(place: number): Instant {
    const time = timeOf(this.#word(place), this.#word(place + 1));
    return instant(Number.isSafeInteger(time) && time >= 0 ? time : 0);
  }

  #name(name: number): string {
    if (name < 0 || name >= this.#word(namePlaces.count)) return otherName;
    const place = namePlaces.bytesAt(name);
    const length = this.#bytes[place] ?? 0;
    const text = this.#bytes.subarray(place + 1, place + 1 + length);
    return Buffer.from(text).toString("latin1");
  }
}

const secondsText = (us: number): string => `+${(us / 1e6).toFixed(6)}`;
