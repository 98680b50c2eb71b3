/** BYTES-1: commands in the log; BYTES-2: bytes that are no command have no effect. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AnyCommand,
  encodeCommand,
  isAppCommand,
  parseCommand,
} from "../../../src/replication/service/command-bytes.js";
import type {
  Command,
  JudgedCommand,
  LeaderCommand,
} from "../../../src/replication/service/ports.js";
import { Service } from "../../../src/replication/service/service.js";
import { command, name, plain } from "./arbitrary.js";

const count = fc.oneof(fc.nat(300), fc.maxSafeNat());
const positive = count.map((value) => Math.max(value, 1));

const leaders: fc.Arbitrary<LeaderCommand> = fc.oneof(
  fc.record({ kind: fc.constant("expire-session" as const), session: positive }),
  fc.record({ kind: fc.constant("end-lock-delay" as const), lock: name, token: positive }),
);

const judged: fc.Arbitrary<JudgedCommand> = fc.oneof(
  fc.record({ kind: fc.constant("refuse-app" as const), detail: name }),
  fc.record({ kind: fc.constant("known-app" as const), name, argument: plain }),
);

const any: fc.Arbitrary<AnyCommand> = fc.oneof(command, leaders, judged);

const put = (value: Uint8Array): Command => ({
  kind: "put",
  key: "boiler/limit",
  value,
  condition: null,
  ephemeral: false,
});

describe("BYTES-1: a command as bytes", () => {
  it("is parsed as it was", () => {
    fc.assert(
      fc.property(count, count, any, (session, sequence, one) => {
        const bytes = encodeCommand(session, sequence, one);
        expect(parseCommand(bytes)).toEqual({ session, sequence, command: one });
        expect(isAppCommand(bytes)).toBe(one.kind === "app");
      }),
      { numRuns: 1_000 },
    );
  });

  it("takes 118 bytes for a put of 100 under a key of 12, without a session", () => {
    expect(encodeCommand(0, 0, put(new Uint8Array(100)))).toHaveLength(118);
    expect(encodeCommand(1_000_000, 1_000_000, put(new Uint8Array(100)))).toHaveLength(122);
  });

  it("keeps its value when the bytes of the log are written over", () => {
    const service = new Service();
    const bytes = encodeCommand(0, 0, put(new Uint8Array([1, 2, 3])));
    service.apply(1, bytes);
    bytes.fill(255);
    expect(service.query({ kind: "get", key: "boiler/limit" })).toMatchObject({
      found: { value: new Uint8Array([1, 2, 3]) },
    });
  });
});

describe("BYTES-2: other bytes", () => {
  it("have one form: what is parsed is encoded to the same bytes", () => {
    const flip = fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(any, fc.array(flip, { maxLength: 3 }), fc.nat(), (one, flips, cut) => {
        const bytes = encodeCommand(7, 3, one);
        for (const { at, to } of flips) bytes[at % bytes.length] = to;
        const shorter = bytes.subarray(0, bytes.length - (cut % 3));
        const parsed = parseCommand(shorter);
        if (parsed === null) return;
        const again = encodeCommand(parsed.session, parsed.sequence, parsed.command);
        expect([...again]).toEqual([...shorter]);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, number[]]>([
    ["none", []],
    ["of another version", [0x21, 0, 0, 0, 1, 97, 0]],
    ["of no known kind", [0x1f, 0, 0]],
    ["with a number in a longer form", [0x16, 0x80, 0x00, 1]],
    ["with a number beyond the safe ones", [0x16, 255, 255, 255, 255, 255, 255, 255, 127, 1]],
    ["with a name of a space", [0x11, 0, 0, 0, 1, 32, 0]],
    ["with more after the end", [0x16, 1, 1, 0]],
    ["with a flag that is none", [0x11, 0, 0, 4, 1, 97, 0]],
  ])("%s: refused as invalid, to no effect", (_what, bytes) => {
    expect(parseCommand(new Uint8Array(bytes))).toBeNull();
    const service = new Service();
    const { result, events } = service.apply(1, new Uint8Array(bytes));
    expect(result).toMatchObject({ ok: false, reason: "invalid" });
    expect(events).toEqual([]);
    expect(service.query({ kind: "list", prefix: "", after: null, limit: 1 })).toMatchObject({
      keys: [],
    });
  });
});
