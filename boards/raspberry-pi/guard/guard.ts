/**
 * Stands by the outputs of a process that may be killed. The kernel frees the lines of a process
 * that is gone, and what they do then is up to the driver: the kernels of Raspberry Pi OS leave
 * them as they were, those of others make inputs of them. The guard has the same lines open, so
 * nothing is freed: when the process ends without a good-bye it puts each into its safe state and
 * holds it there, until a successor wants it.
 *
 * A successor is heard only when the process is gone: else anybody could take lines away from it.
 * Its word may come before the news of the death does, and is kept for a moment.
 */
import type { SafeState } from "../../board.js";
import { ChardevDriver } from "../chardev/chardev-driver.js";
import type { GpioCalls } from "../chardev/gpio-calls.js";
import { type LineDriver, makeSafe } from "../timed-output.js";
import type { GuardWord } from "./guard-words.js";

export interface GuardedLine {
  readonly pin: string;
  readonly offset: number;
  /** Of this process. */
  readonly file: number;
  readonly safe: SafeState;
  readonly activeLow: boolean;
}

/** How long a word of a successor waits for the death, in milliseconds. */
export const wantWaitMax = 1_000;

interface Held {
  readonly line: GuardedLine;
  readonly driver: LineDriver;
}

export class Guard {
  readonly #held: Map<number, Held>;
  readonly #tell: (text: string) => void;
  readonly #wanted = new Map<number, number>();
  #isAlone = false;

  constructor(lines: readonly GuardedLine[], calls: GpioCalls, tell: (text: string) => void) {
    this.#held = new Map(lines.map((line) => [line.offset, held(line, calls)]));
    this.#tell = tell;
  }

  /** It may end. */
  get isDone(): boolean {
    return this.#held.size === 0;
  }

  /** @param now in milliseconds, of any clock that does not go back */
  hear(now: number, word: GuardWord): void {
    switch (word.kind) {
      case "bye":
        for (const offset of [...this.#held.keys()]) this.#letGo(offset);
        return;
      case "drop":
        this.#letGo(word.offset);
        return;
      case "want":
        if (this.#isAlone) this.#letGo(word.offset);
        else if (this.#held.has(word.offset)) this.#wanted.set(word.offset, now);
        return;
      default:
        word satisfies never;
    }
  }

  /** The process is gone, and said no good-bye. */
  orphaned(now: number): void {
    if (this.#isAlone) return;
    this.#isAlone = true;
    const texts = [...this.#held.values()].flatMap((one) => safeText(one) ?? []);
    for (const [offset, at] of this.#wanted) if (now - at <= wantWaitMax) this.#letGo(offset);
    // When all is done: whoever hears it may be slow, or gone.
    for (const text of texts) this.#tell(text);
  }

  #letGo(offset: number): void {
    this.#held.get(offset)?.driver.shut();
    this.#held.delete(offset);
  }
}

/** Makes the line safe; what there is to tell of it. */
function safeText({ line: { pin, safe }, driver }: Held): string | null {
  if (safe.kind === "hold") return null;
  const trouble = makeSafe(driver, safe);
  return trouble === null
    ? `${pin} was put into its safe state: its process was killed`
    : `${pin} could not be put into its safe state (${trouble})`;
}

/** Whether it is an output now is not known: direction and level are set in one step. */
const held = (line: GuardedLine, calls: GpioCalls): Held => {
  const { file, activeLow } = line;
  return { line, driver: new ChardevDriver({ calls, file, activeLow, isOutput: false }) };
};
