/** The log and Raft, wired together: what each says reaches the other, in order. */
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/kernel/assert.js";
import { nodeId } from "../../../src/kernel/ids.js";
import type { Machine } from "../../../src/kernel/machine.js";
import { timeout } from "../../../src/kernel/machine.js";
import { type Instant, instant } from "../../../src/kernel/time.js";
import type { LogInput, LogOutput, Snapshot } from "../../../src/recovery/log/ports.js";
import type { RaftInput, RaftOutput } from "../../../src/replication/raft/ports.js";
import { Engine, heard } from "../../../src/replication/replica/engine.js";
import type { RaftMachine } from "../../../src/replication/replica/parts.js";

const now = instant(1_000_000);
const entry = { index: 1, term: 1, kind: 1, data: new Uint8Array(0) };
const snapshot: Snapshot = { index: 4, term: 1, head: entry.data, data: entry.data };
const recovered = { meta: null, snapshot: null, entries: [], repairs: [] };

/** Says what the test wants at its next step, and keeps what it was told. */
class Puppet<Input extends { kind: string }, Output> implements Machine<Input, Output> {
  readonly told: string[] = [];
  says: Output[] = [];
  wakesAt: Instant | null = null;

  step(_now: Instant, input: Input | typeof timeout): readonly Output[] {
    const ticket = "ticket" in input ? ` ${input.ticket}` : "";
    this.told.push(`${input.kind}${ticket}${"health" in input ? ` ${input.health}` : ""}`);
    return this.says.splice(0);
  }

  deadline(): Instant | null {
    return this.wakesAt;
  }
}

function wired() {
  const log = new Puppet<LogInput, LogOutput>();
  const raft = new Puppet<RaftInput, RaftOutput>();
  const engine = new Engine({
    log: () => log,
    raft: () => raft as unknown as RaftMachine,
    service: () => {
      throw new Error("not of the engine");
    },
  });
  /** What the log says when it is woken. */
  const logSays = (...outputs: LogOutput[]) => {
    log.says = outputs;
    const before = raft.told.length;
    const given = engine.step(now, { kind: "disk-done", id: 1, result: { ok: true } } as never);
    return { given, raft: raft.told.slice(before) };
  };
  const raftSays = (...outputs: RaftOutput[]) => {
    raft.says = outputs;
    const before = log.told.length;
    const given = engine.step(now, { kind: "read", ticket: 1 });
    return { given, log: log.told.slice(before) };
  };
  return { engine, log, raft, logSays, raftSays };
}

function running() {
  const all = wired();
  all.logSays({ kind: "recovered", log: recovered });
  return all;
}

describe("a log that has been read", () => {
  it("brings Raft to life, which is told of a disk that is not well, and woken", () => {
    const { engine, logSays } = wired();
    expect(engine.phase.kind).toBe("opening");
    expect(logSays({ kind: "health", health: "stalled" }).raft).toEqual([]);
    const { given, raft } = logSays({ kind: "recovered", log: recovered });
    expect(raft).toEqual(["disk-health stalled", "timeout"]);
    expect(given).toMatchObject([{ event: { kind: "log-recovered", last: 0 } }]);
    expect(engine.phase.kind).toBe("running");
    expect(running().raft.told).toEqual(["timeout"]);
  });

  it("is told with its last index, be it of an entry or of a snapshot", () => {
    for (const [more, last] of [
      [{ entries: [entry, { ...entry, index: 7 }] }, 7],
      [{ snapshot }, 4],
      [{ snapshot, entries: [{ ...entry, index: 5 }] }, 5],
    ] as const) {
      const { given } = wired().logSays({ kind: "recovered", log: { ...recovered, ...more } });
      expect(given).toMatchObject([{ event: { kind: "log-recovered", last, repairs: [] } }]);
    }
  });

  it("of another version leaves the replica out; another error is a bug, and ends it", () => {
    for (const error of [new UsageError("version 9"), new Error("bug")]) {
      const log = new Puppet<LogInput, LogOutput>();
      const raft = () => {
        throw error;
      };
      const engine = new Engine({ log: () => log, raft, service: () => null as never });
      log.says = [{ kind: "recovered", log: recovered }];
      if (error instanceof UsageError) {
        engine.step(now, timeout);
        expect(engine.phase).toMatchObject({ kind: "out", reason: "unknown-version" });
      } else expect(() => engine.step(now, timeout)).toThrow("bug");
    }
  });
});

describe("what the log says", () => {
  it("of saves, snapshots and the disk reaches Raft, in that order", () => {
    const { engine, logSays } = running();
    const { given, raft } = logSays(
      { kind: "saved", ticket: 3 },
      { kind: "snapshot-saved", ticket: 4 },
      { kind: "not-saved", ticket: 5, reason: "full" } as LogOutput,
      { kind: "health", health: "full" },
    );
    expect(raft).toEqual(["saved 3", "snapshot-saved 4", "not-saved 5", "disk-health full"]);
    expect(given).toEqual([{ kind: "event", event: { kind: "disk-health", health: "full" } }]);
    expect(engine.health).toBe("full");
  });

  it("to the disk goes out, and of its budget is told", () => {
    const { logSays } = running();
    const disk = { kind: "disk", id: 9, operation: { kind: "list" } } as LogOutput;
    const budget = { kind: "budget" } as LogOutput;
    const { given, raft } = logSays(disk, budget);
    expect(given).toEqual([disk, { kind: "event", event: { kind: "write-budget" } }]);
    expect(raft).toEqual([]);
  });
});

describe("what Raft says", () => {
  it("to the log reaches it, in order, and everything else goes out", () => {
    const { raftSays } = running();
    const send = { kind: "send", target: nodeId("b"), message: { kind: "timeout-now", term: 2 } };
    const { given, log } = raftSays(
      { kind: "save", ticket: 1, meta: null, entries: [entry] },
      send as RaftOutput,
      { kind: "install-snapshot", ticket: 2, meta: null, snapshot },
      { kind: "save-snapshot", ticket: 3, snapshot },
      { kind: "compact", index: 2 },
      { kind: "done", ticket: 9 },
    );
    expect(log).toEqual(["save 1", "install-snapshot 2", "save-snapshot 3", "compact"]);
    expect(given).toEqual([send, { kind: "done", ticket: 9 }]);
  });

  it("of saves with entries counts as writing, until they are saved or refused", () => {
    const { engine, logSays, raftSays } = running();
    const meta = new Uint8Array(1);
    raftSays(
      { kind: "save", ticket: 1, meta: null, entries: [entry] },
      { kind: "save", ticket: 2, meta, entries: [] },
      { kind: "save", ticket: 3, meta: null, entries: [entry] },
      { kind: "save", ticket: 4, meta: null, entries: [entry] },
    );
    expect(engine.writing).toBe(3);
    logSays({ kind: "saved", ticket: 2 });
    expect(engine.writing).toBe(2);
    logSays({ kind: "not-saved", ticket: 4, reason: "full" } as LogOutput);
    expect(engine.writing).toBe(1);
    logSays({ kind: "saved", ticket: 3 });
    expect(engine.writing).toBe(0);
    logSays({ kind: "saved", ticket: 9 });
    expect(engine.writing).toBe(0);
  });
});

describe("an engine", () => {
  it("is due when either of its parts is", () => {
    const { engine, log, raft } = running();
    expect(engine.deadline()).toBeNull();
    raft.wakesAt = instant(7);
    expect(engine.deadline()).toBe(7);
    log.wakesAt = instant(5);
    expect(engine.deadline()).toBe(5);
    const before = [log.told.length, raft.told.length];
    engine.step(now, timeout);
    expect([log.told.slice(before[0]), raft.told.slice(before[1])]).toEqual([
      ["timeout"],
      ["timeout"],
    ]);
  });

  it("hears one message as one, and several together", () => {
    const one = { from: nodeId("b"), message: { kind: "timeout-now", term: 2 } } as const;
    expect(heard([one])).toEqual({ kind: "message", ...one });
    expect(heard([one, one])).toEqual({ kind: "messages", messages: [one, one] });
  });

  it("ends itself where its parts talk for ever: that is a bug of ours", () => {
    const { engine, log, raft } = running();
    log.step = () => [{ kind: "saved", ticket: 1 }];
    raft.step = () => [{ kind: "compact", index: 1 }];
    expect(() => engine.step(now, timeout)).toThrow("talk for ever");
  });
});
