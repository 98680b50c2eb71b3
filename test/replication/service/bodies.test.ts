/** BODY-1: what is sent arrives as it was, through CBOR; BODY-2: what makes no sense is refused. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sessionLeaseMin } from "../../../src/replication/service/limits.js";
import type { ClientRequest } from "../../../src/replication/service/ports.js";
import { encodeReply, parseReply } from "../../../src/replication/service/reply-bodies.js";
import {
  encodeRequest,
  parseRequest,
  requestIdOf,
} from "../../../src/replication/service/request-bodies.js";
import { decodeBody, encodeBody } from "../../../src/wire/cbor.js";
import { reply, request } from "./arbitrary.js";

function throughCbor(body: unknown): unknown {
  const bytes = encodeBody(body);
  const decoded = decodeBody(bytes, 0, bytes.length);
  return decoded.ok ? decoded.body : undefined;
}

/** Puts something else into one place of a body. */
function spoil(body: unknown, path: readonly number[], spoiled: unknown): unknown {
  const [head, ...rest] = path;
  if (!Array.isArray(body) || body.length === 0 || head === undefined) return spoiled;
  const place = head % body.length;
  return body.map((item, index) => (index === place ? spoil(item, rest, spoiled) : item));
}

const rubbish = fc.oneof(
  fc.constantFrom(-1, 0.5, 2 ** 53, null, true, "", "a b", "ä", new Uint8Array(5_000), [], {}),
  fc.anything(),
);

describe("BODY-1: round trips", () => {
  it("of requests", () => {
    fc.assert(
      fc.property(request, (one) => {
        const body = throughCbor(encodeRequest(one));
        expect(parseRequest(body)).toEqual(one);
        expect(requestIdOf(body)).toBe(one.id);
      }),
      { numRuns: 500 },
    );
  });

  it("of replies", () => {
    fc.assert(
      fc.property(reply, (one) => {
        expect(parseReply(throughCbor(encodeReply(one)))).toEqual(one);
      }),
      { numRuns: 500 },
    );
  });
});

describe("BODY-2: hostile bodies", () => {
  const path = fc.array(fc.nat(5), { maxLength: 5 });

  it("are refused, or are requests of which every field is sound", () => {
    fc.assert(
      fc.property(request, path, rubbish, (one, where, what) => {
        const parsed = parseRequest(spoil(encodeRequest(one), where, what));
        if (parsed !== null) expect(parseRequest(encodeRequest(parsed))).toEqual(parsed);
        expect(Number.isSafeInteger(requestIdOf(what))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it("are refused, or are replies of which every field is sound", () => {
    fc.assert(
      fc.property(reply, path, rubbish, (one, where, what) => {
        const parsed = parseReply(spoil(encodeReply(one), where, what));
        if (parsed !== null) expect(parseReply(encodeReply(parsed))).toEqual(parsed);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["an object", { kind: "members", id: 1 }],
    ["no such kind", ["explode", 1]],
    ["a member too many", ["members", 1, 2]],
    ["a session without a number", ["command", 1, 5, 0, ["close-session"]]],
    ["a number without a session", ["command", 1, 0, 5, ["close-session"]]],
    ["a key of a space", ["query", 1, "stale", ["get", "a b"]]],
    ["a key without letters", ["query", 1, "stale", ["get", ""]]],
    ["a key of 129 letters", ["query", 1, "stale", ["get", "a".repeat(129)]]],
    ["a page of 1,001", ["query", 1, "stale", ["list", "", null, 1_001]]],
    ["a page of none", ["query", 1, "stale", ["list", "", null, 0]]],
    ["a freshness that is none", ["query", 1, "fresh", ["app"]]],
    ["a value of text", ["command", 1, 0, 0, ["put", "a", "text", null, false]]],
    ["a value too long", ["command", 1, 0, 0, ["put", "a", new Uint8Array(4_097), null, false]]],
    ["a lease too short", ["command", 1, 0, 0, ["open-session", "n", sessionLeaseMin - 1]]],
    ["a lock-delay beyond a minute", ["command", 1, 2, 1, ["acquire", "l", true, 60_000_001]]],
    ["an argument that is no data", ["command", 1, 0, 0, ["app", "a", new Uint8Array(1)]]],
  ])("%s is refused", (_what, body) => {
    expect(parseRequest(body)).toBeNull();
  });

  it("at its bounds a request is taken", () => {
    const longest: ClientRequest = {
      kind: "command",
      id: 0,
      session: 0,
      sequence: 0,
      command: {
        kind: "put",
        key: "k".repeat(128),
        value: new Uint8Array(4_096),
        condition: null,
        ephemeral: false,
      },
    };
    expect(parseRequest(encodeRequest(longest))).toEqual(longest);
  });
});
