/** The log in memory: what is where after appends, truncations, compactions and resets. */
import { describe, expect, it } from "vitest";
import { entryOverhead, RaftLog } from "../../../src/replication/raft/log.js";
import { entriesOf } from "./support/core.js";

/** Entries of the terms from index 1 on, all saved, committed and applied. */
function logOf(...terms: readonly number[]): RaftLog {
  const log = new RaftLog(0, 0);
  log.recover(entriesOf(terms, 1));
  log.commit(log.last);
  log.markApplied();
  return log;
}
const bytesIn = (log: RaftLog): number => {
  let bytes = 0;
  for (let index = log.base + 1; index <= log.last; index += 1) {
    bytes += log.entryAt(index).data.length + entryOverhead;
  }
  return bytes;
};
const termsOf = (log: RaftLog) =>
  Array.from({ length: log.last - log.base + 3 }, (_, at) => log.termAt(log.base - 1 + at));

describe("the log in memory", () => {
  it("knows the term of each entry that it has, and of its base, and of no other", () => {
    const log = logOf(1, 1, 2, 2, 3);
    expect(termsOf(log)).toEqual([null, 0, 1, 1, 2, 2, 3, null]);
    expect([log.last, log.lastTerm]).toEqual([5, 3]);
  });

  it("is compacted to any entry, and is the same behind it", () => {
    for (const index of [1, 2, 3, 4, 5]) {
      const log = logOf(1, 1, 2, 2, 3);
      const terms = [1, 1, 2, 2, 3].slice(index - 1);
      log.compact(index);
      expect([log.base, log.last, log.lastTerm]).toEqual([index, 5, 3]);
      expect(termsOf(log)).toEqual([null, ...terms, null]);
      expect(log.bytes).toBe(bytesIn(log));
      log.append({ index: 6, term: 4, kind: 1, data: new Uint8Array(9) });
      expect(log.slice(index + 1, 6).map((entry) => entry.index)).toEqual(
        [2, 3, 4, 5, 6].filter((at) => at > index),
      );
      expect([log.bytes, log.lastTerm]).toEqual([bytesIn(log), 4]);
    }
  });

  it("is compacted step by step, also past what it keeps of dead entries", () => {
    const terms = Array.from({ length: 20_000 }, (_, at) => 1 + Math.floor(at / 1_000));
    for (const step of [1_500, 4_096, 9_999]) {
      const log = logOf(...terms);
      for (let index = step; index < 20_000; index += step) {
        log.compact(index);
        log.compact(index - 1);
        expect([log.base, log.last]).toEqual([index, 20_000]);
        expect(log.termAt(index)).toBe(terms[index - 1]);
        expect(log.entryAt(index + 1).index).toBe(index + 1);
        expect(log.entryAt(20_000).term).toBe(20);
      }
      expect(log.bytes).toBe(bytesIn(log));
    }
  });

  it("is truncated in memory, and in what is saved and handed out", () => {
    const log = new RaftLog(0, 0);
    log.recover(entriesOf([1, 1, 2, 2], 1));
    log.append({ index: 5, term: 2, kind: 1, data: new Uint8Array(3) });
    log.truncate(5);
    expect([log.last, log.handed, log.saved]).toEqual([4, 4, 4]);
    log.truncate(3);
    expect([log.last, log.handed, log.saved, log.lastTerm]).toEqual([2, 2, 2, 1]);
    expect(log.bytes).toBe(bytesIn(log));
  });

  it("begins anew behind a snapshot of another, of which nothing is on the disk", () => {
    const log = logOf(1, 1, 2);
    log.reset(9, 4);
    expect([log.base, log.last, log.lastTerm, log.bytes]).toEqual([9, 9, 4, 0]);
    expect([log.committed, log.applied, log.handed, log.saved]).toEqual([9, 9, 0, 0]);
    log.append({ index: 10, term: 4, kind: 1, data: new Uint8Array(1) });
    expect([log.bytes, log.termAt(9), log.termAt(8)]).toEqual([bytesIn(log), 4, null]);
  });

  it("hands out again what was taken back, and is saved as far as it was told", () => {
    const log = new RaftLog(0, 0);
    for (const entry of entriesOf([1, 1, 1], 1)) log.append(entry);
    log.markHanded(3);
    log.markSaved(2);
    log.markSaved(1);
    expect([log.handed, log.saved]).toEqual([3, 2]);
    log.takeBack();
    expect([log.handed, log.saved, log.last]).toEqual([2, 2, 3]);
  });

  it("refuses what could only be a bug of ours", () => {
    const log = logOf(1, 2);
    const entry = { index: 3, term: 2, kind: 1, data: new Uint8Array(0) };
    expect(() => log.append({ ...entry, index: 4 })).toThrow("entry 4 appended after 2");
    expect(() => log.append({ ...entry, term: 1 })).toThrow("terms go back");
    expect(() => log.truncate(2)).toThrow("truncated at 2");
    for (const index of [1, 3]) expect(() => log.commit(index)).toThrow(`up to ${index}`);
    log.append(entry);
    expect(() => log.compact(3)).toThrow("still needed");
  });
});
