/**
 * What the schema is made of: kinds of values, each with its refusal and its meaning. Every error
 * text here completes the sentence "expected ...".
 */
import { z } from "zod";
import {
  durationExpected,
  durationPattern,
  type Parsed,
  parseDuration,
  parseSize,
  sizeExpected,
  sizePattern,
} from "./quantity.js";

export interface About {
  readonly description: string;
  /** What holds when the key is absent, in words. */
  readonly fallback?: string;
}

const meta = ({ description, fallback }: About) =>
  fallback === undefined ? { description } : { description, "x-default": fallback };

export const text = (expected: string, pattern: RegExp, about: About) =>
  z.string({ error: expected }).regex(pattern, { error: expected }).meta(meta(about));

export const filePath = (about: About) => text("the path of a file or folder", /\S/, about);

export const number = (expected: string, min: number, max: number, about: About) =>
  z
    .number({ error: expected })
    .min(min, { error: expected })
    .max(max, { error: expected })
    .meta(meta(about));

export const whole = (expected: string, min: number, max: number, about: About) =>
  z
    .int({ error: expected })
    .min(min, { error: expected })
    .max(max, { error: expected })
    .meta(meta(about));

/** A text that our own parser reads; its refusal says what was expected. */
export const parsedText = <Value>(
  expected: string,
  pattern: string,
  parse: (input: unknown) => Parsed<Value>,
  about: About,
) =>
  z
    .string({ error: expected })
    .regex(new RegExp(pattern), { error: expected })
    .transform((input, context) => {
      const parsed = parse(input);
      if (parsed.ok) return parsed.value;
      context.issues.push({ code: "custom", message: parsed.expected, input });
      return z.NEVER;
    })
    .meta(meta(about));

export const duration = (description: string, fallback: string) =>
  parsedText(durationExpected, durationPattern, parseDuration, { description, fallback });

export const size = (description: string, fallback: string) =>
  parsedText(sizeExpected, sizePattern, parseSize, { description, fallback });

export const mapping = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, { error: "a mapping of keys to values" });

export const named = <Value extends z.ZodType>(value: Value) =>
  z.record(z.string(), value, { error: "a mapping of names to values" });
