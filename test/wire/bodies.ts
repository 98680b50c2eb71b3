/** Arbitrary plain bodies: what a frame may carry, compared with `toEqual`. */
import fc from "fast-check";

const markless = (text: string): boolean => !text.startsWith("\ufeff");

const text = fc.string({ unit: "binary", maxLength: 40 }).filter(markless);
const key = text.filter((candidate) => candidate !== "__proto__");

const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);

const leaf = fc.oneof(
  fc.constantFrom(null, true, false),
  number,
  text,
  fc.string({ unit: "grapheme", maxLength: 150 }).filter(markless),
  fc.uint8Array({ maxLength: 40 }),
);

/**
 * Small enough for a frame, up to 8 levels deep. -0 is left out: it arrives as 0, as the room's
 * README says.
 */
export const plainBody: fc.Arbitrary<unknown> = fc.letrec<{ item: unknown }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 8, depthSize: "small" },
    leaf,
    fc.array(tie("item"), { maxLength: 5 }),
    fc.dictionary(key, tie("item"), { maxKeys: 5 }),
  ),
})).item;
