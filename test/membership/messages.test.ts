import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attemptsMax } from "../../src/detection/evidence.js";
import { nodeId } from "../../src/kernel/ids.js";
import { instant } from "../../src/kernel/time.js";
import { bodyBytes } from "../../src/membership/body-size.js";
import { attemptsToldMax, claimBody, parseClaim } from "../../src/membership/claim-body.js";
import {
  type Claim,
  incarnationMax,
  lifeMax,
  rankUnassigned,
} from "../../src/membership/claims.js";
import { claimsMax, messageBody, parseMessage } from "../../src/membership/messages.js";
import { encodeBody } from "../../src/wire/cbor.js";
import { evidenceAt } from "./support/scripted-detector.js";
import { accused, alive, left } from "./support/single.js";

const evidence = {
  ...evidenceAt(77),
  attempts: [
    { via: null, sentAt: instant(1), outcome: "unanswered" },
    { via: nodeId("relay"), sentAt: instant(2 ** 40), outcome: "nack" },
  ],
} as const;

const claims: readonly Claim[] = [
  alive("a", 0),
  alive("a", incarnationMax, { life: lifeMax, rank: rankUnassigned }),
  alive("a", 3, { address: "10.0.0.1:7000", declared: true }),
  alive("a", 3, { address: "[fe80::1]:7000", declared: false }),
  accused("suspect", "a", 3, "b"),
  accused("suspect", "a", 0, "b", { life: 0, evidence }),
  accused("dead", "a", 3, "b", { evidence }),
  left("a", 4),
];

describe("MEMBER-20: bodies", () => {
  it("come back as they were", () => {
    for (const claim of claims) expect(parseClaim(claimBody(claim))).toEqual(claim);
    const contents = [
      { kind: "carry", detector: ["ping", 3] },
      { kind: "carry", detector: null },
      { kind: "sync-request", page: 0 },
      { kind: "sync-reply", page: 7 },
      { kind: "ask" },
      { kind: "outlived", life: lifeMax },
    ] as const;
    for (const content of contents) {
      expect(parseMessage(messageBody(3, 9, claims, content))).toEqual({
        incarnation: 3,
        rank: 9,
        claims,
        malformedClaims: 0,
        content,
      });
    }
  });

  it("later fields are not looked at", () => {
    for (const claim of claims.slice(2, 3)) {
      expect(parseClaim([...claimBody(claim), "later"])).toEqual(claim);
    }
    expect(parseMessage([3, 0, 0, [], null, "later"])).not.toBeNull();
  });

  it("evidence is cut to what a claim may carry, and refused beyond its own maximum", () => {
    const attempts = new Array(attemptsMax).fill(evidence.attempts[0]);
    const long = accused("suspect", "a", 1, "b", { evidence: { ...evidence, attempts } });
    const parsed = parseClaim(claimBody(long));
    expect(parsed).toMatchObject({ evidence: { attempts: attempts.slice(0, attemptsToldMax) } });
    const attempt = [null, 1, 0];
    const tooLong = ["x", 1, 1, 0, new Array(attemptsMax + 1).fill(attempt)];
    expect(parseClaim([1, "a", 1, 1, "b", tooLong])).toBeNull();
  });

  it("are refused where a field is none of ours", () => {
    const bad: unknown[] = [
      null,
      7,
      {},
      [],
      [4, "a", 1, 1],
      [0, "a", 0, 1, 5],
      [0, "A b", 1, 1, 5],
      [0, "a", 2 ** 48, 1, 5],
      [0, "a", 1, 2 ** 32, 5],
      [0, "a", 1, -1, 5],
      [0, "a", 1, 1.5, 5],
      [0, "a", 1, 1, 2 ** 32],
      [0, "a", 1, 1, 5, "nowhere", 1],
      [0, "a", 1, 1, 5, "evil\n:7", 1],
      [0, "a", 1, 1, 5, `${"h".repeat(90)}:7`, 1],
      [1, "a", 1, 1, "a"],
      [1, "a", 1, 1],
      [1, "a", 0, 1, "b"],
      [2, "a", 1, 1, "b", []],
      [2, "a", 1, 1, "b", ["x", 0, -1, 0, []]],
      [2, "a", 1, 1, "b", ["x", 0, 1, 0, [["?", 1, 0]]]],
      [3, "a", 0, 1],
    ];
    for (const body of bad) expect([body, parseClaim(body)]).toEqual([body, null]);
    const badMessages: unknown[] = [
      [],
      [9, 0, 0, []],
      [0, 0, 0],
      [0, -1, 0, []],
      [1, 0, 0, []],
      [1, 0, 0, [], -1],
      [4, 0, 0, [], 0],
      [0, 0, 0, new Array(claimsMax + 1).fill([])],
      [0, 0, 0, [], 1, 2, 3, 4, 5],
    ];
    for (const body of badMessages) expect([body, parseMessage(body)]).toEqual([body, null]);
  });

  it("a claim that is none is counted, and the others are taken", () => {
    const body = [0, 0, 0, [claimBody(left("a", 1)), 7, ["x"]], null];
    expect(parseMessage(body)).toMatchObject({ malformedClaims: 2, claims: [left("a", 1)] });
  });

  it("never throw", () => {
    const field = fc.oneof(fc.anything(), fc.integer({ min: 0, max: 5 }), fc.constant("a"));
    fc.assert(
      fc.property(fc.array(field, { maxLength: 9 }), (body) => {
        parseClaim(body);
        parseMessage(body);
      }),
      { numRuns: 2_000 },
    );
  });

  it("MEMBER-22: their size is never reckoned too small", () => {
    for (const claim of claims) {
      const body = claimBody(claim);
      expect(bodyBytes(body)).toBeGreaterThanOrEqual(encodeBody(body).length);
      expect(bodyBytes(body)).toBeLessThanOrEqual(encodeBody(body).length + 4);
    }
  });
});
