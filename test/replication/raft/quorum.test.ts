import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { type Quorum, reached, voteResult } from "../../../src/replication/raft/quorum.js";
import { readOracle } from "../../support/oracles.js";

interface Case {
  readonly file: string;
  readonly line: number;
  readonly kind: "commit" | "vote";
  readonly joint: boolean;
  readonly cfg: readonly number[];
  readonly cfgj: readonly number[] | null;
  readonly idx?: Readonly<Record<string, number | null>>;
  readonly votes?: Readonly<Record<string, boolean | null>>;
  readonly infinite?: boolean;
  readonly expect: number | string | null;
}

const oracle = readOracle<{ readonly cases: readonly Case[] }>("raft-quorum.json");
const name = (id: number): NodeId => nodeId(`n${id}`);
const numberOf = (id: NodeId): string => id.slice(1);

const quorumOf = (from: Case): Quorum => ({
  incoming: from.cfg.map(name),
  outgoing: from.joint ? (from.cfgj ?? []).map(name) : null,
});

const results = { won: "VoteWon", lost: "VoteLost", pending: "VotePending" } as const;

describe.skipIf(oracle === null)("the published tables of majorities (RAFT-12, RAFT-30)", () => {
  for (const table of oracle?.cases ?? []) {
    it(`${table.file}:${table.line}`, () => {
      const quorum = quorumOf(table);
      if (table.kind === "commit") {
        const index = reached(quorum, (id) => table.idx?.[numberOf(id)] ?? 0);
        expect(index).toBe(table.infinite === true ? Number.POSITIVE_INFINITY : table.expect);
      } else {
        const result = voteResult(quorum, (id) => table.votes?.[numberOf(id)] ?? undefined);
        expect(results[result]).toBe(table.expect);
      }
    });
  }
});

const members = fc.uniqueArray(fc.nat(8), { maxLength: 7 }).map((ids) => ids.map(name));
const quorum: fc.Arbitrary<Quorum> = fc.record({
  incoming: members,
  outgoing: fc.option(members),
});

const halves = ({ incoming, outgoing }: Quorum) =>
  outgoing === null ? [incoming] : [incoming, outgoing];

describe("majorities against their definition", () => {
  it("is reached what more than half of each half has, and nothing higher (RAFT-12)", () => {
    fc.assert(
      fc.property(quorum, fc.array(fc.nat(9), { minLength: 9, maxLength: 9 }), (group, values) => {
        const reachedBy = (id: NodeId) => values[Number(numberOf(id))] ?? 0;
        const hold = (value: number) =>
          halves(group).every(
            (half) =>
              half.length === 0 ||
              half.filter((id) => reachedBy(id) >= value).length * 2 > half.length,
          );
        const found = reached(group, reachedBy);
        if (found === Number.POSITIVE_INFINITY) expect(hold(1_000)).toBe(true);
        else expect([hold(found), hold(found + 1)]).toEqual([true, false]);
      }),
    );
  });

  it("is won or lost what no further answer can change (RAFT-1)", () => {
    const votes = fc.array(fc.constantFrom(true, false, undefined), {
      minLength: 9,
      maxLength: 9,
    });
    fc.assert(
      fc.property(quorum, votes, (group, given) => {
        const voteOf = (id: NodeId) => given[Number(numberOf(id))];
        const at = (open: boolean) => voteResult(group, (id) => voteOf(id) ?? open);
        const result = voteResult(group, voteOf);
        if (result === "pending") expect([at(true), at(false)]).toEqual(["won", "lost"]);
        else expect([at(true), at(false)]).toEqual([result, result]);
      }),
    );
  });
});
