/** LOG-11, LOG-12: each operation of a life in turn fails, and nothing is told that is not so. */
import { describe, expect, it } from "vitest";
import { seconds } from "../../../src/kernel/time.js";
import type { DiskFailure } from "../../../src/recovery/disk.js";
import type { Snapshot } from "../../../src/recovery/log/ports.js";
import { entriesOf, LogRig } from "../support/log-rig.js";

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

/** A log and its owner, who knows which ticket stood for which last entry. */
class Life {
  readonly rig: LogRig;
  /** Of saves and installs. */
  readonly lasts = new Map<number, number>();
  readonly tickets: number[] = [];
  #last = 0;

  constructor(rig: LogRig) {
    this.rig = rig;
  }

  get refused(): readonly number[] {
    return this.rig.of("not-saved").map(({ ticket }) => ticket);
  }

  /** The last entry that was acknowledged. */
  get durable(): number {
    const refused = new Set(this.refused);
    const told = [...this.lasts].filter(([at]) => at <= this.rig.savedTo && !refused.has(at));
    return told.at(-1)?.[1] ?? 0;
  }

  save(count: number, term: number, length = 20, meta: Uint8Array | null = null): number {
    const ticket = this.rig.save(entriesOf(this.#last + 1, count, term, length), meta);
    this.#last += count;
    return this.#given(ticket, this.#last);
  }

  snapshot(index: number): void {
    if (this.durable < index) return;
    const ticket = this.rig.ticket();
    this.tickets.push(ticket);
    this.rig.give({ kind: "save-snapshot", ticket, snapshot: snapshotOf(index, 1) });
  }

  install(index: number, term: number): void {
    const ticket = this.rig.ticket();
    const snapshot = snapshotOf(index, term);
    this.rig.give({ kind: "install-snapshot", ticket, meta: bytes(term), snapshot });
    this.#last = index;
    this.#given(ticket, index);
  }

  /** Its disk does all that it was asked; a refusal takes back what it was not given. */
  settle(): void {
    this.rig.settle();
    if (this.refused.length > 0) this.#last = this.durable;
  }

  #given(ticket: number, last: number): number {
    this.tickets.push(ticket);
    this.lasts.set(ticket, last);
    return ticket;
  }
}

const snapshotOf = (index: number, term: number): Snapshot => ({
  ...{ index, term, head: bytes(index), data: new Uint8Array(700).fill(index) },
});

/** From the first frame over segments, snapshots, a canary and another's snapshot. */
function live(life: Life): void {
  const { rig } = life;
  life.save(3, 1, 20, bytes(1));
  life.settle();
  for (let time = 0; time < 8; time += 1) {
    life.save(1, 1, 900);
    life.settle();
  }
  life.snapshot(6);
  life.settle();
  rig.give({ kind: "compact", index: Math.min(6, life.durable) });
  life.settle();
  rig.pass(seconds(3));
  life.settle();
  life.install(40, 2);
  life.save(2, 2);
  life.settle();
  life.snapshot(41);
  life.save(1, 2, 900);
  life.settle();
}

/** The same life, in which the operation of that number fails, counted from the opening. */
function failingAt(number: number, reason: DiskFailure): { life: Life; failed: boolean } {
  const rig = LogRig.open();
  const life = new Life(rig);
  let count = 0;
  rig.disk.fault = () => {
    count += 1;
    return count === number ? reason : null;
  };
  live(life);
  rig.disk.fault = () => null;
  return { life, failed: count >= number };
}

/** What a restart finds has all that was acknowledged, and nothing in a wrong place. */
function check({ rig, durable }: Life): void {
  const { recovered } = LogRig.open(rig.disk.copy());
  const last = recovered.entries.at(-1)?.index ?? recovered.snapshot?.index ?? 0;
  expect(last).toBeGreaterThanOrEqual(durable);
  const tickets = rig.of("snapshot-saved").length;
  if (tickets > 0) expect(recovered.snapshot?.index).toBeGreaterThanOrEqual(6);
  for (const entry of recovered.entries) {
    expect([1, 2, 9].some((term) => same(entry.data, entry.index, term))).toBe(true);
  }
}

const same = (data: Uint8Array, index: number, term: number): boolean =>
  data.every((byte) => byte === ((index * 7 + term) & 0xff));

const operationsOf = (): number => {
  const rig = LogRig.open();
  const before = rig.disk.asked.length;
  const life = new Life(rig);
  live(life);
  expect([life.refused, life.durable]).toEqual([[], 43]);
  expect(rig.of("snapshot-saved")).toHaveLength(2);
  return rig.disk.asked.length - before;
};

describe("each operation of a life, failing in turn", () => {
  it("LOG-11: for good, closes the log; every ticket is answered, and none wrongly", () => {
    const count = operationsOf();
    expect(count).toBeGreaterThan(40);
    for (let number = 1; number <= count; number += 1) {
      const { life, failed } = failingAt(number, "io");
      const { rig } = life;
      expect(failed).toBe(true);
      expect(rig.of("health").map(({ health }) => health)).toEqual(["failed"]);
      const asked = rig.disk.asked.length;
      const last = life.save(1, 2);
      rig.pass(seconds(10));
      rig.settle();
      expect([rig.disk.asked.length, life.refused.includes(last)]).toEqual([asked, true]);
      const answered = new Set([
        ...[...life.lasts.keys()].filter((ticket) => ticket <= rig.savedTo),
        ...rig.of("snapshot-saved").map(({ ticket }) => ticket),
        ...life.refused,
      ]);
      expect(life.tickets.filter((ticket) => !answered.has(ticket))).toEqual([]);
      expect(new Set(life.refused).size).toBe(life.refused.length);
      check(life);
    }
  });

  it("LOG-12: for want of room, refuses what waits; then the log goes on where it was", () => {
    const count = operationsOf();
    for (let number = 1; number <= count; number += 1) {
      const { life } = failingAt(number, "full");
      const { rig } = life;
      for (let time = 0; time < 3; time += 1) {
        rig.pass(seconds(1));
        life.settle();
      }
      const told = rig.of("health").map(({ health }) => health);
      expect(told.filter((_, at) => at % 2 === 0).every((health) => health === "full")).toBe(true);
      expect(told.at(-1) ?? "ok").toBe("ok");
      check(life);
      const ticket = life.save(2, 9);
      life.settle();
      expect(rig.savedTo).toBe(ticket);
      check(life);
    }
  });
});

describe("each operation of a start, failing in turn", () => {
  it("LOG-9: is refused as a disk that does not give its files, which stay as they are", () => {
    const life = new Life(LogRig.open());
    live(life);
    const disk = life.rig.disk.copy();
    const starts = new LogRig(disk.copy());
    starts.settle();
    const before = starts.disk.asked.length;
    expect(before).toBeGreaterThan(5);
    for (let number = 1; number <= before; number += 1) {
      const broken = disk.copy();
      let count = 0;
      broken.fault = () => {
        count += 1;
        return count === number ? "io" : null;
      };
      const rig = new LogRig(broken);
      rig.settle();
      if (rig.of("recovered").length > 0) {
        // Only what comes after it was told may fail without a refusal.
        expect(rig.of("health")).toMatchObject([{ health: "failed" }]);
        continue;
      }
      expect(rig.of("refused")).toMatchObject([{ reason: "unreadable" }]);
      expect(LogRig.open(broken.copy()).recovered.entries.at(-1)?.index).toBe(43);
    }
  });
});
