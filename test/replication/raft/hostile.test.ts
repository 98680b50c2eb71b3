/** Whatever a broken peer says, a member does not throw, and keeps what it must (RAFT-40). */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Instant, instant } from "../../../src/kernel/time.js";
import type { LogEntry } from "../../../src/recovery/log/ports.js";
import { numberMax } from "../../../src/replication/raft/fields.js";
import { encodeGroup } from "../../../src/replication/raft/group.js";
import { parseHardState } from "../../../src/replication/raft/hard-state.js";
import type { RaftMessage } from "../../../src/replication/raft/messages.js";
import { voters } from "./support/cluster.js";
import { append, bytes, Core, electionMax, entriesOf, of, sent } from "./support/core.js";

const head = encodeGroup({ members: voters(3), outgoing: null, lives: new Map() });

const piece = (more: { readonly index: number; readonly snapshotTerm: number }): RaftMessage => ({
  ...{ kind: "snapshot", term: 2, head, offset: 0, total: 0, crc: 0, bytes: new Uint8Array(0) },
  ...{ outline: false, round: 1 },
  ...more,
});

/** A member whose log begins behind a snapshot of index 5 and term 3. */
function compacted(): Core {
  const core = new Core();
  core.hear("b", { ...piece({ index: 5, snapshotTerm: 3 }), term: 3 });
  core.save();
  return core;
}

describe("a broken peer", () => {
  it("that sends a snapshot of a term to come does not make a leader that cannot write", () => {
    const core = new Core();
    core.hear("b", piece({ index: 9, snapshotTerm: 70 }));
    core.save();
    expect(of(core.outputs, "install-snapshot")).toEqual([]);
    core.lead("c");
    expect(core.status.last).toBe(2);
    const taken = new Core();
    taken.hear("b", piece({ index: 9, snapshotTerm: 2 }));
    expect(of(taken.outputs, "install-snapshot")).toHaveLength(1);
  });

  it("that has another entry where ours is compacted is not followed from there", () => {
    const entries = (terms: readonly number[]): LogEntry[] => entriesOf(terms, 3);
    const message = { term: 4, previousIndex: 2, previousTerm: 1 };
    const core = compacted();
    expect([core.status.first, core.status.committed]).toEqual([6, 5]);
    core.hear("b", append({ ...message, entries: entries([1, 1, 1, 1]) }));
    core.save();
    expect(core.status.last).toBe(5);
    core.hear("b", append({ ...message, entries: entries([1, 2, 3, 3]) }));
    core.save();
    expect(core.status.last).toBe(6);
  });

  it("that spends all terms stops elections, and what is kept can still be read", () => {
    const core = new Core();
    core.hear("b", append({ term: numberMax }));
    core.save();
    core.wait(20 * electionMax);
    const terms = sent(core.outputs, "vote-request").map(({ term }) => term);
    expect(Math.max(0, ...terms)).toBeLessThanOrEqual(numberMax);
    for (const { meta } of of(core.outputs, "save")) {
      if (meta !== null) expect(parseHardState(meta)).not.toBeNull();
    }
  });
});

const small = fc.nat(9);
const index = fc.oneof(fc.nat(12), fc.constant(numberMax));
const term = fc.oneof({ weight: 9, arbitrary: small }, { weight: 1, arbitrary: fc.nat(99) });
const flag = fc.boolean();
const kind = fc.constantFrom(0, 1, 2, 255);
const data = fc.oneof(fc.constant(head), fc.uint8Array({ maxLength: 3 }));

const appends = fc
  .tuple(index, term, term, index, flag, fc.array(fc.tuple(small, kind, data), { maxLength: 6 }))
  .map(([previousIndex, previousTerm, ours, committed, outline, made]): RaftMessage => {
    const entries = made.map(([entryTerm, entryKind, entryData], at) => ({
      ...{ index: previousIndex + 1 + at, term: entryTerm, kind: entryKind, data: entryData },
    }));
    const about = { term: ours, previousIndex, previousTerm, committed, outline };
    return { kind: "append", ...about, entries, round: 1, leased: false };
  });

const said: fc.Arbitrary<RaftMessage> = fc.oneof(
  appends,
  fc.record({
    ...{ kind: fc.constant("vote-request" as const), term, pre: flag, transfer: flag },
    ...{ lastIndex: index, lastTerm: term, life: small },
  }),
  fc.record({
    ...{ kind: fc.constant("vote-reply" as const), term, pre: flag, granted: flag },
    ...{ life: small, blank: flag },
  }),
  fc.record({
    ...{ kind: fc.constant("append-reply" as const), term, accepted: flag, index },
    ...{ hintTerm: term, round: index, life: small, blank: flag, outline: flag },
  }),
  fc.record({
    ...{ kind: fc.constant("snapshot" as const), term, index, snapshotTerm: term },
    ...{ head: data, offset: fc.constant(0), total: fc.constant(0), crc: fc.constant(0) },
    ...{ bytes: fc.constant(new Uint8Array(0)), outline: flag, round: index },
  }),
  fc.record({
    ...{ kind: fc.constant("snapshot-reply" as const), term, index, received: fc.nat(9) },
    ...{ round: index, life: small, blank: flag, outline: flag },
  }),
  fc.record({ kind: fc.constant("timeout-now" as const), term }),
);

type Happening =
  | { readonly kind: "said"; readonly from: string; readonly message: RaftMessage }
  | { readonly kind: "save" | "propose" | "read" | "refused" | "elected" | "snapshot" }
  | { readonly kind: "wait"; readonly time: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      ...{ kind: fc.constant("said" as const), from: fc.constantFrom("b", "c", "z") },
      message: said,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("save", "propose", "read", "refused", "elected", "snapshot"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), time: fc.nat(2 * electionMax) }),
  },
);

function happen(core: Core, what: Happening): void {
  switch (what.kind) {
    case "said":
      core.hear(what.from, what.message);
      break;
    case "save":
      core.save();
      break;
    case "propose":
      core.propose("x");
      break;
    case "read":
      core.step({ kind: "read", ticket: 7 });
      break;
    case "refused":
      core.step({ kind: "not-saved", ticket: of(core.outputs, "save").at(-1)?.ticket ?? 0 });
      break;
    case "elected":
      core.wait(electionMax);
      for (const pre of [true, false]) {
        core.vote(pre, "b", "c");
        core.save();
      }
      break;
    case "snapshot":
      core.step({ kind: "snapshot-taken", index: core.status.committed, data: bytes("s") });
      break;
    case "wait":
      core.wait(what.time);
      break;
  }
}

describe("whatever broken peers say", () => {
  it("does not throw, nor take back a term or a committed entry (RAFT-40, RAFT-10)", () => {
    const start = fc.constantFrom(
      () => new Core(),
      () => new Core({ terms: [1, 2, 2], term: 2 }),
      compacted,
      () => new Core({ blank: true }),
      () => new Core({ roles: new Map([...voters(2)].map(([id]) => [id, "witness"] as const)) }),
    );
    const property = fc.property(start, fc.array(happening, { maxLength: 40 }), (make, all) => {
      const core = make();
      core.now = instant(core.now + electionMax) as Instant;
      for (const one of all) {
        const before = core.status;
        happen(core, one);
        expect(core.status.term).toBeGreaterThanOrEqual(before.term);
        expect(core.status.committed).toBeGreaterThanOrEqual(before.committed);
      }
    });
    fc.assert(property, { numRuns: Number(process.env["HOSTILE_RUNS"] ?? 1_000) });
  });
});
