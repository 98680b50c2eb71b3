/** The settings of `hooks`. Apart from their schema, whose parser a replica does not load. */
import { type Duration, seconds } from "../kernel/time.js";
import type { HooksContent } from "./hooks-schema.js";

type Words = readonly [string, ...string[]];

export interface HooksSettings {
  readonly gain: Words | null;
  readonly loss: Words | null;
  readonly timeout: Duration;
}

/** Null where there are none. */
export function hooksOf(content: HooksContent | undefined): HooksSettings | null {
  if (content?.gain === undefined && content?.loss === undefined) return null;
  const { gain, loss, timeout = seconds(10) } = content;
  return { gain: wordsOf(gain), loss: wordsOf(loss), timeout };
}

const wordsOf = (words: readonly string[] | undefined): Words | null => {
  const [program, ...more] = words ?? [];
  return program === undefined ? null : [program, ...more];
};
