import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  grantBody,
  parseGrant,
  parseRelease,
  parseRequest,
  releaseBody,
  requestBody,
} from "../../../src/control/lease/messages.js";

const integers = fc.integer({ min: 1, max: 2 ** 48 - 1 });

const hostile: readonly unknown[] = [
  null,
  undefined,
  7,
  "[1]",
  {},
  { 0: 1, length: 1 },
  [],
  [0],
  [-1],
  [1.5],
  [Number.NaN],
  [Number.POSITIVE_INFINITY],
  [2 ** 48],
  [2 ** 53],
  [1n],
  ["1"],
  [null],
  [[1]],
  [1, 2, 3],
  new Array(3),
  new Uint8Array([1]),
];

describe("the bodies of the lease", () => {
  it("LEASE-16: come back as they were", () => {
    fc.assert(
      fc.property(integers, integers, (round, bootId) => {
        expect(parseRequest(requestBody(round))).toBe(round);
        expect(parseRelease(releaseBody(round))).toBe(round);
        expect(parseGrant(grantBody({ round, bootId }))).toEqual({ round, bootId });
      }),
    );
  });

  it.each(hostile.map((body, index) => [index, body]))(
    "LEASE-16: hostile %i is refused",
    (_, body) => {
      expect(parseRequest(body)).toBeNull();
      expect(parseRelease(body)).toBeNull();
      expect(parseGrant(body)).toBeNull();
    },
  );

  it("LEASE-16: a body of another kind is refused", () => {
    expect(parseRequest(grantBody({ round: 1, bootId: 1 }))).toBeNull();
    expect(parseGrant(requestBody(1))).toBeNull();
    expect(parseGrant([1, -1])).toBeNull();
  });

  it("LEASE-16: anything at all is refused or well formed, and nothing throws", () => {
    fc.assert(
      fc.property(fc.anything(), (body) => {
        const round = parseRequest(body);
        expect(round === null || Number.isSafeInteger(round)).toBe(true);
        const grant = parseGrant(body);
        expect(grant === null || Number.isSafeInteger(grant.bootId)).toBe(true);
      }),
    );
  });
});
