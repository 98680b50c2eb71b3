import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { snapshotBytesMax } from "../../../src/recovery/log/ports.js";
import { encodeMessage, parseMessage } from "../../../src/replication/raft/encoding.js";
import { numberMax } from "../../../src/replication/raft/fields.js";
import type { RaftMessage } from "../../../src/replication/raft/messages.js";
import { packEntries, packedBytes } from "../../../src/replication/raft/pack.js";
import { decodeBody, encodeBody } from "../../../src/wire/cbor.js";

const number = fc.oneof(fc.nat(200), fc.integer({ min: 0, max: numberMax - 2_000 }));
const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const flag = fc.boolean();

const entries = fc
  .tuple(number, number, fc.array(fc.tuple(fc.nat(3), fc.nat(255), bytes(60)), { maxLength: 40 }))
  .map(([previousIndex, previousTerm, made]) => {
    let term = previousTerm;
    const list = made.map(([above, kind, data], at) => {
      term += above;
      return { index: previousIndex + 1 + at, term, kind, data };
    });
    return { previousIndex, previousTerm, entries: list };
  });

const message: fc.Arbitrary<RaftMessage> = fc.oneof(
  fc.record({
    kind: fc.constant("vote-request" as const),
    term: number,
    pre: flag,
    transfer: flag,
    lastIndex: number,
    lastTerm: number,
    life: number,
  }),
  fc.record({
    kind: fc.constant("vote-reply" as const),
    term: number,
    pre: flag,
    granted: flag,
    blank: flag,
    life: number,
  }),
  fc
    .tuple(
      entries,
      fc.record({ term: number, outline: flag, leased: flag, committed: number, round: number }),
    )
    .map(([log, rest]) => ({ kind: "append" as const, ...log, ...rest })),
  fc.record({
    kind: fc.constant("append-reply" as const),
    term: number,
    accepted: flag,
    blank: flag,
    outline: flag,
    index: number,
    hintTerm: number,
    round: number,
    life: number,
  }),
  fc.record({
    kind: fc.constant("snapshot" as const),
    term: number,
    index: number,
    snapshotTerm: number,
    head: bytes(100),
    offset: fc.nat(1_000_000),
    total: fc.integer({ min: 2_000_000, max: snapshotBytesMax }),
    crc: fc.nat(2 ** 31 - 1),
    bytes: bytes(500),
    outline: flag,
    round: number,
  }),
  fc.record({
    kind: fc.constant("snapshot-reply" as const),
    term: number,
    blank: flag,
    outline: flag,
    index: number,
    received: number,
    round: number,
    life: number,
  }),
  fc.record({ kind: fc.constant("timeout-now" as const), term: number }),
);

/** As on the wire: in memory of their own, and through the codec. */
function overTheWire(body: unknown): unknown {
  const frame = encodeBody(body).slice();
  const decoded = decodeBody(frame, 0, frame.length);
  return decoded.ok ? decoded.body : null;
}

const plain = (value: RaftMessage | null): unknown =>
  JSON.parse(JSON.stringify(value, (_, field) => (ArrayBuffer.isView(field) ? hex(field) : field)));

const hex = (view: ArrayBufferView): string =>
  Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString("hex");

describe("the bodies of Raft's messages (RAFT-40)", () => {
  it("come back as they went", () => {
    fc.assert(
      fc.property(message, (sent) => {
        expect(plain(parseMessage(overTheWire(encodeMessage(sent))))).toEqual(plain(sent));
      }),
      { numRuns: 500 },
    );
  });

  it("are refused, and never throw, when anything in them is changed", () => {
    fc.assert(
      fc.property(message, fc.nat(12), fc.anything(), (sent, at, value) => {
        const body = [...(encodeMessage(sent) as unknown[])];
        body[at] = value;
        const parsed = parseMessage(body);
        if (parsed !== null) expect(body.length).toBeLessThanOrEqual(11);
      }),
      { numRuns: 1_000 },
    );
  });

  it("are refused with a field more or less", () => {
    fc.assert(
      fc.property(message, (sent) => {
        const body = encodeMessage(sent) as unknown[];
        expect(parseMessage([...body, 0])).toBeNull();
        expect(parseMessage(body.slice(0, -1))).toBeNull();
      }),
    );
  });

  it("are refused where they are nothing of the kind", () => {
    for (const body of [null, 1, "x", {}, [], [0], [9, 1], new Uint8Array(3), [[3]]]) {
      expect(parseMessage(body)).toBeNull();
    }
  });

  it("are refused where a piece reaches past the end of its snapshot", () => {
    const piece = [5, 1, 0, 1, 1, new Uint8Array(1), 90, 100, 0, new Uint8Array(11), 0];
    expect(parseMessage(piece)).toBeNull();
    piece[9] = new Uint8Array(10);
    expect(parseMessage(piece)).not.toBeNull();
  });
});

describe("packed entries", () => {
  it("take as many bytes as was counted before", () => {
    fc.assert(
      fc.property(entries, (log) => {
        let term = log.previousTerm;
        let counted = 0;
        for (const entry of log.entries) {
          counted += packedBytes(entry, term);
          term = entry.term;
        }
        expect(packEntries(log.entries, log.previousTerm).length).toBe(counted);
      }),
    );
  });

  it("are refused where they end too soon", () => {
    const packed = packEntries([{ index: 1, term: 1, kind: 1, data: new Uint8Array(9) }], 0);
    for (let length = 1; length < packed.length; length += 1) {
      expect(parseMessage([3, 1, 0, 0, 0, 0, 0, packed.slice(0, length)])).toBeNull();
    }
    expect(parseMessage([3, 1, 0, 0, 0, 0, 0, packed])).not.toBeNull();
  });
});
