/** Bodies as a hostile or broken member might send them. */
import fc from "fast-check";

/** No detector has such a body. */
export const malformed: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  "ping",
  "",
  {},
  [],
  { kind: "message" },
  new Uint8Array(9),
  [-1],
  [0.5],
  ["1"],
  [null, 1],
  [[]],
  [{}],
  [2 ** 53],
  new Array(2_000).fill(1),
  [Number.MAX_SAFE_INTEGER + 1, 1],
];

/** Any body that can come from the wire, and not seldom nearly a right one. */
export const plainData = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: -2, max: 3 }),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.string({ maxLength: 40 }),
    fc.constantFrom("pi-01", "pi-02", "pi-03"),
    fc.array(tie("value"), { maxLength: 6 }),
    fc.dictionary(fc.string({ maxLength: 5 }), tie("value"), { maxKeys: 3 }),
  ),
})).value;
