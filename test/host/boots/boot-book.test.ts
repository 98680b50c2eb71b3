/** The book of starts over several lives: its files are real, the machine's facts are ours. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { BootBook, type BootBookOptions } from "../../../src/host/boots/boot-book.js";
import { journalPath, readJournal } from "../../../src/host/boots/journal-file.js";
import type { MachineFacts } from "../../../src/host/boots/machine-facts.js";
import {
  evidenceFolder,
  makeRoom,
  writeEvidence,
} from "../../../src/host/evidence/evidence-folder.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { millis, seconds } from "../../../src/kernel/time.js";
import type { RestartSettings } from "../../../src/watchdog/restart/restart-policy.js";
import { evidence } from "../../watchdog/evidence/support/records.js";
import { testFolder } from "../support/folder.js";
import { ManualClock } from "../support/manual-clock.js";

const restarts: RestartSettings = {
  limits: { watchdog: 2, panic: 2, crash: 3, killed: 3 },
  backOffFirst: millis(20),
  backOffMax: millis(40),
  healthyAfter: seconds(300),
};

/** One replica's state folder, and the machine that it is on. */
class Board {
  readonly clock = new ManualClock();
  readonly warnings: string[] = [];
  machine: MachineFacts = { machineBoot: "machine-1", cardReset: false, panicLoggedAt: null };
  #bootId = 0;

  readonly stateDir: string;

  constructor(stateDir: string) {
    this.stateDir = stateDir;
  }

  get journal(): string {
    return journalPath(this.stateDir, "a");
  }

  start(more: Partial<BootBookOptions> = {}): Promise<BootBook> {
    this.#bootId += 1;
    return BootBook.open({
      ...{ node: nodeId("a"), bootId: this.#bootId, stateDir: this.stateDir, clock: this.clock },
      ...{ restarts, safeMode: null, warn: (message) => this.warnings.push(message) },
      readMachine: async () => this.machine,
      ...more,
    });
  }

  leaveEvidence(cause: "hang" | "crash"): void {
    const folder = evidenceFolder(this.stateDir);
    makeRoom(folder, "a");
    writeEvidence(folder, evidence({ bootId: this.#bootId, cause }));
  }
}

const board = async (): Promise<Board> => new Board(await testFolder());

describe("the book of starts", () => {
  it("BOOK-1: tells a first start, an orderly stop, a kill, a bite and a crash apart", async () => {
    const pi = await board();
    const first = await pi.start();
    expect(first.status()).toMatchObject({ reason: "first", safeMode: false, evidence: null });
    first.begun();
    pi.clock.advance(2_500_000);
    await first.stopped();
    expect((await readJournal(pi.journal)).starts).toMatchObject([
      { stopped: true, ran: 2_500_000 },
    ]);
    const reasons: string[] = [];
    const next = async () => reasons.push((await pi.start()).status().reason);
    await next();
    await next();
    pi.leaveEvidence("hang");
    await next();
    pi.leaveEvidence("crash");
    await next();
    expect(reasons).toEqual(["request", "killed", "watchdog", "crash"]);
    expect(pi.warnings).toEqual([]);
  });

  it("BOOK-1: tells a power cut, the hardware's dog and a panic apart", async () => {
    const pi = await board();
    await pi.start();
    const restartAs = async (facts: Partial<MachineFacts>) => {
      const { machineBoot } = pi.machine;
      pi.machine = {
        cardReset: false,
        panicLoggedAt: null,
        ...facts,
        machineBoot: `${machineBoot}1`,
      };
      return (await pi.start()).status().reason;
    };
    expect(await restartAs({})).toBe("power");
    expect(await restartAs({ cardReset: true })).toBe("watchdog");
    expect(await restartAs({ panicLoggedAt: Date.now() + 1_000 })).toBe("panic");
    // Of long ago: nobody took the log away.
    expect(await restartAs({ panicLoggedAt: Date.now() - 60_000 })).toBe("power");
  });

  it("BOOK-2: backs off, and runs in safe mode, after bites in quick succession", async () => {
    const pi = await board();
    const modes: unknown[] = [];
    for (let life = 0; life < 4; life += 1) {
      const { safeMode, backOff } = (await pi.start()).status();
      modes.push([safeMode, backOff]);
      pi.leaveEvidence("hang");
    }
    expect(modes).toEqual([...[[false, 0]], [false, 0], [true, 20_000], [true, 40_000]]);
    const book = await pi.start();
    expect(book.isOrdinary).toBe(false);
    expect(book.text()).toMatch(
      /^boot reason watchdog: .*lately watchdog 4 times; it waits 0\.0 s .*safe mode.*evidence in /,
    );
    const begins = performance.now();
    await book.backOff(null);
    expect(performance.now() - begins).toBeGreaterThanOrEqual(39);
  });

  it("BOOK-2: a wait is cut short by who wants it to end", async () => {
    const pi = await board();
    const long = { ...restarts, backOffFirst: seconds(1_000), backOffMax: seconds(1_000) };
    for (let life = 0; life < 3; life += 1) await pi.start();
    const book = await pi.start({ restarts: long });
    expect(book.status().backOff).toBe(seconds(1_000));
    const controller = new AbortController();
    const waiting = book.backOff(controller.signal);
    controller.abort();
    await waiting;
    await book.backOff(controller.signal);
  });

  it("BOOK-3: one that ran for long enough is forgiven at its next start", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const pi = await board();
      for (let life = 0; life < 3; life += 1) await pi.start();
      const book = await pi.start();
      expect(book.status()).toMatchObject({ safeMode: true, healthy: false });
      book.begun();
      vi.advanceTimersByTime(299_999);
      expect(book.status().healthy).toBe(false);
      vi.advanceTimersByTime(1);
      expect(book.status()).toMatchObject({ safeMode: true, healthy: true });
      await vi.waitFor(async () => {
        expect((await readJournal(pi.journal)).starts.at(-1)?.healthy).toBe(true);
      });
      expect((await pi.start()).status()).toMatchObject({
        safeMode: false,
        backOff: 0,
        counts: [],
      });
    } finally {
      vi.useRealTimers();
    }
  });

  it("BOOK-4: a person's word on safe mode goes before the journal", async () => {
    const pi = await board();
    expect((await pi.start({ safeMode: true })).status().safeMode).toBe(true);
    for (let life = 0; life < 4; life += 1) await pi.start();
    expect((await pi.start({ safeMode: false })).status().safeMode).toBe(false);
    expect((await pi.start()).status().safeMode).toBe(true);
  });

  it("BOOK-4: without rules nothing waits and nothing is left out", async () => {
    const pi = await board();
    for (let life = 0; life < 9; life += 1) {
      const book = await pi.start({ restarts: null });
      expect(book.status()).toMatchObject({ safeMode: false, backOff: 0, counts: [] });
      book.begun();
    }
  });

  it("BOOK-5: a journal that cannot be read is told, and begun anew", async () => {
    const pi = await board();
    await pi.start();
    writeFileSync(pi.journal, '{"schema":"holdfast.journal/1","starts":[{}]}');
    const book = await pi.start();
    expect(book.status()).toMatchObject({ reason: "unknown", safeMode: false });
    expect(pi.warnings).toEqual([expect.stringMatching(/a\.boots: expected .*begins anew$/)]);
    expect((await readJournal(pi.journal)).starts).toHaveLength(1);
  });

  it("BOOK-5: a disk that refuses is told, and nothing else", async () => {
    const pi = await board();
    mkdirSync(`${pi.journal}.new`);
    const book = await pi.start();
    book.begun();
    await book.stopped();
    expect(pi.warnings).toEqual(Array(2).fill("the journal of starts could not be written"));
    rmSync(`${pi.journal}.new`, { recursive: true });
  });

  it("BOOK-6: writes once at a start and once at a stop, and never once it has ended", async () => {
    const pi = await board();
    const book = await pi.start();
    const atStart = readFileSync(pi.journal, "utf8");
    book.begun();
    await new Promise((over) => setTimeout(over, 20));
    expect(readFileSync(pi.journal, "utf8")).toBe(atStart);
    book.ended();
    await book.stopped();
    expect(readFileSync(pi.journal, "utf8")).toBe(atStart);
    // One that never began has not stopped in good order.
    const failed = await pi.start();
    await failed.stopped();
    expect((await readJournal(pi.journal)).starts.at(-1)?.stopped).toBe(false);
  });
});
