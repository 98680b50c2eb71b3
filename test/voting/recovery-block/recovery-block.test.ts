import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/kernel/assert.js";
import {
  type Alternate,
  type RecoveryBlock,
  runRecoveryBlock,
} from "../../../src/voting/recovery-block/recovery-block.js";
import type { PlainValue } from "../../../src/voting/structured/plain-value.js";

interface Sorting {
  items: number[];
}

/** Randell's own example: sorting; the test asks for order, and for the sum of what was there. */
const isSorted = (outcome: PlainValue, prior: PlainValue): boolean | string => {
  const { items } = outcome as unknown as Sorting;
  const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0);
  if (sum(items) !== sum((prior as unknown as Sorting).items)) return "the sum has changed";
  return items.every((item, index) => index === 0 || (items[index - 1] as number) <= item);
};

const sorts: Alternate = {
  name: "sorts",
  run: (state) => {
    const sorting = state as Sorting;
    sorting.items.sort((one, other) => one - other);
    return sorting;
  },
};
const forgets: Alternate = {
  name: "forgets",
  run: (state) => {
    const sorting = state as Sorting;
    sorting.items.length = 0;
    sorting.items.push(999);
    return sorting;
  },
};
const reverses: Alternate = {
  name: "reverses",
  run: (state) => ({ items: (state as Sorting).items.reverse() }),
};
const throws: Alternate = {
  name: "throws",
  run: (state) => {
    (state as Sorting).items.push(7);
    throw new Error("no luck");
  },
};
const isNotPlain: Alternate = { name: "is-not-plain", run: () => ({ items: () => [] }) };

const block = (...alternates: Alternate[]): RecoveryBlock => ({ alternates, accept: isSorted });
const unsorted = Object.freeze({ items: Object.freeze([3, 1, 2]) });

describe("a recovery block", () => {
  it("gives the primary's outcome when it is accepted, and runs nothing else (RB-1)", () => {
    const neverRun: Alternate = {
      name: "never",
      run: () => {
        throw new Error("it was run");
      },
    };
    expect(runRecoveryBlock(block(sorts, neverRun), unsorted)).toEqual({
      ok: true,
      outcome: { items: [1, 2, 3] },
      by: "sorts",
      rejected: [],
    });
  });

  it("tries the alternates in order, each from the state at its entry (RB-2)", () => {
    const recovery = runRecoveryBlock(
      block(forgets, throws, isNotPlain, reverses, sorts),
      unsorted,
    );
    expect(recovery).toMatchObject({ ok: true, outcome: { items: [1, 2, 3] }, by: "sorts" });
    expect(
      recovery.rejected.map(({ alternate, reason, message }) => [alternate, reason, message]),
    ).toEqual([
      ["forgets", "rejected", "the sum has changed"],
      ["throws", "threw", "no luck"],
      ["is-not-plain", "malformed", "/items is a function"],
      ["reverses", "rejected", "not acceptable"],
    ]);
  });

  it("gives the state back as it was when all fail, and says why of each (RB-3)", () => {
    const recovery = runRecoveryBlock(block(forgets, throws), unsorted);
    expect(recovery).toMatchObject({ ok: false, reason: "all-rejected", state: unsorted });
    expect(recovery.rejected).toHaveLength(2);
  });

  it("takes a test that throws, or answers anything but true, for a rejection (RB-4)", () => {
    const accepts = [
      () => {
        throw new Error("the test is broken");
      },
      () => 1 as unknown as boolean,
      () => undefined as unknown as boolean,
    ];
    const reasons = accepts.map((accept) => {
      const recovery = runRecoveryBlock({ alternates: [sorts], accept }, unsorted);
      return [recovery.ok, recovery.rejected[0]?.reason];
    });
    expect(reasons).toEqual([
      [false, "test-threw"],
      [false, "rejected"],
      [false, "rejected"],
    ]);
  });

  it("does not let the test change what it judges (RB-4)", () => {
    const accept = (outcome: PlainValue) => {
      (outcome as unknown as Sorting).items.push(7);
      return true;
    };
    const recovery = runRecoveryBlock({ alternates: [sorts], accept }, unsorted);
    expect(recovery.rejected[0]?.reason).toBe("test-threw");
  });

  it("keeps an outcome from whoever still holds it (RB-2)", () => {
    const kept: Sorting[] = [];
    const keeps: Alternate = {
      name: "keeps",
      run: (state) => {
        kept.push(state as Sorting);
        return { items: (state as Sorting).items.sort() };
      },
    };
    const recovery = runRecoveryBlock(block(keeps), unsorted);
    kept[0]?.items.push(7);
    expect(recovery).toMatchObject({ outcome: { items: [1, 2, 3] } });
  });

  it("contains even an overflow of the stack, and what has no text (RB-2)", () => {
    const overflows = (): unknown => [overflows()];
    const strange = () => {
      throw Object.create(null);
    };
    const recovery = runRecoveryBlock(
      block({ name: "overflows", run: overflows }, { name: "strange", run: strange }, sorts),
      unsorted,
    );
    expect(recovery).toMatchObject({ ok: true, by: "sorts" });
    expect(recovery.rejected.map(({ reason }) => reason)).toEqual(["threw", "threw"]);
  });

  it("never gives an outcome that its test rejects, whatever alternates do (RB-1, RB-2)", () => {
    const all = [sorts, forgets, reverses, throws, isNotPlain];
    const items = fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 6 });
    fc.assert(
      fc.property(fc.subarray(all, { minLength: 1 }), items, (alternates, given) => {
        const state = { items: [...given] };
        const recovery = runRecoveryBlock(block(...alternates), state);
        expect(state.items).toEqual(given);
        const sorted = [...given].sort((one, other) => one - other);
        if (recovery.ok) expect(recovery.outcome).toEqual({ items: sorted });
        else expect(recovery.state).toEqual({ items: given });
        if (alternates.includes(sorts)) expect(recovery.ok).toBe(true);
      }),
    );
  });
});

describe("nested recovery blocks (RB-5)", () => {
  it("an inner block that recovers is one alternate's outcome", () => {
    const nested: Alternate = { name: "nested", block: block(throws, sorts) };
    expect(runRecoveryBlock(block(forgets, nested), unsorted)).toMatchObject({
      ok: true,
      by: "nested",
      outcome: { items: [1, 2, 3] },
    });
  });

  it("one that fails is one rejection, with its own within, and the next begins anew", () => {
    const nested: Alternate = { name: "nested", block: block(throws, forgets) };
    const recovery = runRecoveryBlock(block(nested, sorts), unsorted);
    expect(recovery).toMatchObject({ ok: true, by: "sorts" });
    expect(recovery.rejected).toMatchObject([
      {
        alternate: "nested",
        reason: "block-failed",
        message: "all 2 alternates were rejected",
        inner: [{ alternate: "throws" }, { alternate: "forgets" }],
      },
    ]);
  });

  it("what the inner test accepts the outer one may still reject", () => {
    const lenient: RecoveryBlock = { alternates: [reverses], accept: () => true };
    const recovery = runRecoveryBlock(block({ name: "nested", block: lenient }, sorts), unsorted);
    expect(recovery).toMatchObject({ by: "sorts", rejected: [{ reason: "rejected" }] });
  });
});

describe("what is no recovery block (RB-6)", () => {
  const deep = (depth: number): RecoveryBlock =>
    depth === 1 ? block(sorts) : block({ name: "inner", block: deep(depth - 1) });

  it.each([
    [block(), unsorted, "0 alternates: 1 to 8 are expected"],
    [block(sorts, sorts), unsorted, "two alternates are named sorts"],
    [deep(5), unsorted, "blocks nest deeper than 4"],
    [block(sorts), { items: new Date(0) }, "the state is not plain data: /items is an object"],
  ])("is refused before anything runs", (wrong, state, message) => {
    const run = () => runRecoveryBlock(wrong, state);
    expect(run).toThrow(UsageError);
    expect(run).toThrow(message);
  });

  it("is not one that nests as deep as it may", () => {
    expect(runRecoveryBlock(deep(4), unsorted).ok).toBe(true);
  });
});
