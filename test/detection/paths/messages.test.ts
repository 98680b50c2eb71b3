import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PathWord } from "../../../src/detection/paths/directions.js";
import {
  type HearingReport,
  parseReport,
  peersMax,
  reportBody,
} from "../../../src/detection/paths/messages.js";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { decodeBody, encodeBody } from "../../../src/wire/cbor.js";
import { counterLimit } from "../../../src/wire/envelope.js";
import { a, b, bodyOf, c } from "./watch.js";

const names = [a, b, c];

const word = fc
  .tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 15 }))
  .map(([heard, mask]): PathWord => ({ heard, silent: mask & ~heard }));
const words = fc
  .array(word, { minLength: 3, maxLength: 3 })
  .map(
    (list) =>
      new Map(
        names
          .map((name, index) => [name, list[index] as PathWord] as const)
          .filter(([, { heard, silent }]) => heard + silent > 0),
      ),
  );
const version = fc.integer({ min: 1, max: counterLimit - 1 });
const report: fc.Arbitrary<HearingReport> = fc.record({
  own: fc.record({ count: version, words }),
  relayed: fc.uniqueArray(
    fc.record({ subject: fc.constantFrom(...names), life: version, count: version, words }),
    { selector: ({ subject }) => subject },
  ),
});

describe("a hearing report", () => {
  it("PATH-15: arrives as it was sent", () => {
    fc.assert(
      fc.property(report, (sent) => {
        const bytes = encodeBody(reportBody(names, sent)).slice();
        const decoded = decodeBody(bytes, 0, bytes.length);
        expect(decoded.ok && parseReport(decoded.body, 4)).toEqual(sent);
      }),
    );
  });

  it("PATH-15: of a full cluster fits into a datagram that is not fragmented", () => {
    const many = Array.from({ length: peersMax + 1 }, (_, index) =>
      nodeId(`a-name-of-thirty-two-letters-${100 + index}`),
    );
    const full = new Map(many.map((name) => [name, { heard: 15, silent: 0 }]));
    const row = { life: counterLimit - 1, count: counterLimit - 1, words: full };
    const relayed = many.slice(1).map((subject) => ({ ...row, subject }));
    const body = reportBody(many, { own: row, relayed });
    expect(encodeBody(body).length).toBeLessThan(1_400);
  });

  it.each<readonly [string, unknown]>([
    ["nothing", undefined],
    ["a number", 7],
    ["an empty list", []],
    ["no names", [[], [1, []], []]],
    ["a name that is none", [["A!"], [1, [0]], []]],
    ["a name twice", [["a", "a"], [1, [0, 0]], []]],
    ["names out of order", [["b", "a"], [1, [0, 0]], []]],
    ["no count", [["a"], [0, [0]], []]],
    ["a count that nobody reaches", [["a"], [counterLimit, [0]], []]],
    ["too few words", [["a", "b"], [1, [0]], []]],
    ["a path that there is not", [["a", "b"], [1, [0, 4]], []]],
    ["a silent path that there is not", [["a", "b"], [1, [0, 64]], []]],
    ["a path heard and silent", [["a", "b"], [1, [0, 17]], []]],
    ["a word that is no byte", [["a", "b"], [1, [0, 256]], []]],
    ["a row of nobody", [["a", "b"], [1, [0, 0]], [[2, 1, 1, [0, 0]]]]],
    ["a row of no life", [["a", "b"], [1, [0, 0]], [[1, 0, 1, [0, 0]]]]],
    ["a row of a life too great", [["a", "b"], [1, [0, 0]], [[1, counterLimit, 1, [0, 0]]]]],
    ["two rows of one", [["a"], [1, [0]], Array(2).fill([0, 1, 1, [0]])]],
    ["more fields", [["a"], [1, [0]], [], 0]],
  ])("PATH-15: that is %s is refused whole", (_what, body) => {
    expect(parseReport(body, 2)).toBeNull();
  });

  it("PATH-15: of whatever shape makes nothing throw", () => {
    const piece = fc.oneof(fc.anything(), fc.constantFrom<unknown>(["a", "b"], [1, [0, 0]], []));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), (body) => {
        expect([null, "object"]).toContain(parseReport(body, 2) === null ? null : "object");
      }),
    );
  });

  it("a node of which nothing is said is not in the words", () => {
    const nobody: readonly NodeId[] = [];
    expect([...(parseReport(bodyOf(1, {}), 2)?.own.words.keys() ?? [])]).toEqual(nobody);
  });
});
