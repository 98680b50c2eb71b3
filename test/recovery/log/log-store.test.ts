import { describe, expect, it } from "vitest";
import { entriesOf, LogRig } from "../support/log-rig.js";

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

describe("the stable log", () => {
  it("LOG-1: begins empty, and has after a restart what it said it saved", () => {
    const rig = LogRig.open();
    expect(rig.recovered).toEqual({ meta: null, snapshot: null, entries: [], repairs: [] });
    rig.save(entriesOf(1, 3), bytes(9));
    expect(rig.savedTo).toBe(0);
    rig.settle();
    expect(rig.savedTo).toBe(1);
    const { recovered } = LogRig.open(rig.disk.copy());
    expect(recovered).toEqual({
      meta: bytes(9),
      snapshot: null,
      entries: entriesOf(1, 3),
      repairs: [],
    });
  });

  it("LOG-2: gathers what comes during a write into one more", () => {
    const rig = LogRig.open();
    const before = rig.store.counts();
    for (let index = 1; index <= 20; index += 1) rig.save(entriesOf(index, 1));
    rig.settle();
    const after = rig.store.counts();
    expect(after.writes - before.writes).toBe(2);
    expect(after.saves - before.saves).toBe(20);
    expect(rig.savedTo).toBe(20);
  });

  it("LOG-3: goes on over segments, snapshots and compaction", () => {
    const rig = LogRig.open();
    for (let index = 1; index <= 500; index += 1) {
      rig.save(entriesOf(index, 1, 1 + Math.floor(index / 100)), bytes(index % 256));
      rig.settle();
      if (index % 100 === 50) {
        const snapshot = {
          index,
          term: 1 + Math.floor(index / 100),
          head: bytes(1),
          data: new Uint8Array(1_500).fill(index),
        };
        rig.give({ kind: "save-snapshot", ticket: rig.ticket(), snapshot });
        rig.give({ kind: "compact", index });
        rig.settle();
      }
    }
    expect(rig.of("snapshot-saved").length).toBe(5);
    const { recovered } = LogRig.open(rig.disk.copy());
    expect(recovered.snapshot?.index).toBe(450);
    expect(recovered.meta).toEqual(bytes(500 % 256));
    expect(recovered.entries.at(-1)).toEqual(entriesOf(500, 1, 6)[0]);
    expect(recovered.entries[0]?.index).toBeLessThanOrEqual(451);
    expect(recovered.entries[0]?.index).toBeGreaterThan(300);
    expect(rig.disk.files.size).toBeLessThan(8);
  });

  it("LOG-4: installs the snapshot of another, with meta, in one step", () => {
    const rig = LogRig.open();
    rig.save(entriesOf(1, 10));
    const snapshot = { index: 20, term: 3, head: bytes(1), data: new Uint8Array(2_000).fill(5) };
    rig.give({ kind: "install-snapshot", ticket: rig.ticket(), meta: bytes(3), snapshot });
    rig.save(entriesOf(21, 2, 3));
    rig.settle();
    expect(rig.savedTo).toBe(3);
    const { recovered } = LogRig.open(rig.disk.copy());
    expect(recovered).toEqual({
      meta: bytes(3),
      snapshot,
      entries: entriesOf(21, 2, 3),
      repairs: [],
    });
  });
});
