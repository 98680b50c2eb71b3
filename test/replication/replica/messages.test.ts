/** What replicas say to one another beside Raft. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeId } from "../../../src/kernel/ids.js";
import { membersMax } from "../../../src/replication/raft/group.js";
import { bodyBytesMax } from "../../../src/replication/replica/limits.js";
import {
  type Answered,
  type Forwarded,
  forwardBodies,
  outcomeBodies,
  parseReplicaMessage,
} from "../../../src/replication/replica/messages.js";
import type { Outcome, Work } from "../../../src/replication/replica/work.js";
import type { CommandResult } from "../../../src/replication/service/ports.js";

const count = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const member = fc.constantFrom(nodeId("n1"), nodeId("n2"), nodeId("a-long-name-of-a-board"));

const work: fc.Arbitrary<Work> = fc.oneof(
  fc.record({
    kind: fc.constant("command" as const),
    bytes: fc.uint8Array({ maxLength: 4_300 }),
    session: fc.nat(),
  }),
  fc.constant({ kind: "read" } as const),
  fc.record({ kind: fc.constant("keep-alive" as const), session: count }),
  fc.record({
    kind: fc.constant("change" as const),
    change: fc.oneof(
      fc.record({
        kind: fc.constant("add" as const),
        member,
        role: fc.constantFrom("voter" as const, "learner" as const, "witness" as const),
      }),
      fc.record({ kind: fc.constantFrom("remove" as const, "promote" as const), member }),
      fc.record({ kind: fc.constant("replace" as const), member, successor: member }),
    ),
  }),
  fc.record({ kind: fc.constant("transfer" as const), target: fc.option(member) }),
  fc.constant({ kind: "members" } as const),
);

const result: fc.Arbitrary<CommandResult> = fc.oneof(
  fc.constant({ ok: true, kind: "done" } as const),
  fc.record({
    ok: fc.constant(true as const),
    kind: fc.constant("changed" as const),
    version: count,
  }),
  fc.record({
    ok: fc.constant(true as const),
    kind: fc.constant("app" as const),
    result: fc.string({ unit: "grapheme-ascii", maxLength: 500 }),
  }),
  fc.constant({ ok: false, reason: "held", detail: "n2 holds it" } as const),
);

const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({ kind: fc.constant("result" as const), at: count, result }),
  fc.record({ kind: fc.constant("index" as const), at: fc.nat() }),
  fc.constant({ kind: "ok", detail: null } as const),
  fc.constant({ kind: "refused", reason: "no-quorum", detail: "nobody answers" } as const),
  fc.constant({ kind: "elsewhere" } as const),
);

describe("what is handed on, and what came of it", () => {
  it("arrives as it was sent, in as many bodies as it takes (REPLICA-8)", () => {
    const items = fc.array(fc.record({ ticket: count, work }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(count, count, items, (life, term, sent: readonly Forwarded[]) => {
        const bodies = forwardBodies(life, term, sent);
        for (const body of bodies) expect(body.length).toBeLessThanOrEqual(bodyBytesMax);
        const parsed = bodies.map((body) => parseReplicaMessage(body));
        for (const one of parsed) expect(one).toMatchObject({ kind: "forward", life, term });
        const items: readonly unknown[] = parsed.flatMap(
          (one): readonly unknown[] => one?.items ?? [],
        );
        expect(items).toEqual(sent);
      }),
    );
  });

  it("is told back as it is (REPLICA-8)", () => {
    const items = fc.array(fc.record({ ticket: count, outcome }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(count, items, (life, sent: readonly Answered[]) => {
        const bodies = outcomeBodies(life, sent);
        for (const body of bodies) expect(body.length).toBeLessThanOrEqual(bodyBytesMax);
        const parsed = bodies.map((body) => parseReplicaMessage(body));
        const items: readonly unknown[] = parsed.flatMap(
          (one): readonly unknown[] => one?.items ?? [],
        );
        expect(items).toEqual(sent);
      }),
    );
  });

  it("has room for the longest that a group can be told (REPLICA-1)", () => {
    const names = Array.from({ length: membersMax }, (_, index) => `n${index}`.padEnd(32, "-"));
    const counts = { matched: Number.MAX_SAFE_INTEGER, standing: "silent" };
    const detail = {
      ...{ by: names[0] ?? "", leader: names[0] ?? "", outgoing: names },
      ...{ term: Number.MAX_SAFE_INTEGER, committed: Number.MAX_SAFE_INTEGER },
      members: names.map((member) => ({ member, role: "witness", ...counts })),
    };
    const told: Answered = { ticket: 1, outcome: { kind: "ok", detail } };
    const [body = new Uint8Array(0)] = outcomeBodies(1, [told]);
    expect(body.length).toBeLessThanOrEqual(bodyBytesMax);
    expect(parseReplicaMessage(body)?.items).toEqual([told]);
  });

  it("shares a body where it can (REPLICA-8)", () => {
    const item: Forwarded = {
      ticket: 9,
      work: { kind: "command", bytes: new Uint8Array(100), session: 1 },
    };
    expect(forwardBodies(1, 2, new Array(50).fill(item))).toHaveLength(1);
  });

  it("is refused whole where a byte is wrong or missing, and nothing throws (REPLICA-11)", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const parsed = parseReplicaMessage(bytes);
        if (parsed === null) return;
        // What is accepted is what would have been sent.
        const again =
          parsed.kind === "forward"
            ? forwardBodies(parsed.life, parsed.term, parsed.items)
            : outcomeBodies(parsed.life, parsed.items);
        if (parsed.items.length > 0) expect(again).toEqual([bytes]);
      }),
      { numRuns: 2_000 },
    );
    const [body = new Uint8Array(0)] = forwardBodies(3, 4, [{ ticket: 1, work: { kind: "read" } }]);
    expect(parseReplicaMessage(body)).not.toBeNull();
    for (let length = 0; length < body.length; length += 1) {
      expect(parseReplicaMessage(body.subarray(0, length))).toBeNull();
    }
    expect(parseReplicaMessage(Uint8Array.of(...body, 0))).toBeNull();
  });
});
