import { describe, expect, it } from "vitest";
import { Pins } from "../../boards/pins.js";
import {
  marksOf,
  parseParentMessage,
  type ReplicaMessage,
  readingsMax,
} from "../../src/host/board-channel.js";
import {
  commandsInFlightMax,
  type IpcPort,
  newsInFlightMax,
  ParentChannel,
} from "../../src/host/parent-channel.js";
import { RemoteBoard } from "../../src/host/remote-board.js";
import { nodeId } from "../../src/kernel/ids.js";
import { type Instant, instant } from "../../src/kernel/time.js";
import { boardContract } from "../contracts/board.js";

const at = (us: number): Instant => instant(us);
const reading = (channel: string, value: number | null, us: number) => ({
  ...{ channel, value, sourceTime: at(us) },
});

function rig() {
  const posted: ReplicaMessage[] = [];
  const board = new RemoteBoard({
    channels: ["t1", "t2"].map((name) => ({ name, unit: "degC", min: 0, max: 100 })),
    outputs: [{ name: "heater", unit: "ratio", min: 0, max: 1, safe: { kind: "hold" } }],
    post: (message) => posted.push(message),
  });
  return { board, posted };
}

/** The replica's end, and the parent's with its pins, over what JSON leaves of a message. */
boardContract("a remote board with the pins of its parent", (outputs) => {
  const begins = at(1_000);
  const pins = new Pins(outputs, null);
  const board: RemoteBoard = new RemoteBoard({
    channels: ["t1", "t2"].map((name) => ({ name, unit: "degC", min: 0, max: 100 })),
    outputs,
    post: (posted) => {
      const message = JSON.parse(JSON.stringify(posted)) as typeof posted;
      if (message.kind === "release") pins.release(message.at, message.output);
      else pins.write(message.at, message.output, message.value, message.until, marksOf(message));
    },
  });
  board.push([reading("t1", 20, 900), reading("t2", 21, 900)]);
  return { board, begins, pin: (now, output) => pins.state(now, output).value };
});

describe("the remote board", () => {
  it("hands over the newest reading with its own time, which grows old (REMB-1)", () => {
    const { board } = rig();
    board.push([reading("t1", 20, 100), reading("t2", 21, 100)]);
    board.push([reading("t1", 22, 200)]);
    expect(board.read(at(5_000))).toEqual([reading("t1", 22, 200), reading("t2", 21, 100)]);
  });

  it("does not take an older reading, nor a channel that it has not (REMB-1)", () => {
    const { board } = rig();
    board.push([reading("t1", 20, 200), reading("t1", 99, 100), reading("t9", 1, 300)]);
    expect(board.read(at(500)).map(({ value }) => value)).toEqual([20, null]);
  });

  it("has no value, as old as can be, where nothing was pushed", () => {
    const { board } = rig();
    expect(board.read(at(500))).toEqual([reading("t1", null, 0), reading("t2", null, 0)]);
  });

  it("never tells a source time after the read", () => {
    const { board } = rig();
    board.push([reading("t1", 20, 900)]);
    expect(board.read(at(500))[0]).toEqual(reading("t1", 20, 500));
  });

  it("posts commands with their end, and releases", () => {
    const { board, posted } = rig();
    expect(board.write(at(10), "heater", 0.5, at(20))).toEqual({ ok: true });
    board.release(at(11), "heater");
    expect(posted).toEqual([
      { kind: "write", at: 10, output: "heater", value: 0.5, until: 20, frame: null },
      { kind: "release", at: 11, output: "heater" },
    ]);
  });

  it("posts the frames of commands, as text that gives them back (REMB-3)", () => {
    const { board, posted } = rig();
    const frame = Uint8Array.from({ length: 36 }, (_, index) => 7 * index);
    board.write(at(10), "heater", 0.5, at(20), { frame });
    const [message] = JSON.parse(JSON.stringify(posted)) as typeof posted;
    if (message?.kind !== "write") throw new Error("no write was posted");
    expect([...(marksOf(message).frame ?? [])]).toEqual([...frame]);
    expect(marksOf({ ...message, frame: null })).toEqual({ frame: null, cycle: null, token: null });
  });

  it("posts the token of the right, and the cycle of a vote (REMB-3)", () => {
    const { board, posted } = rig();
    board.write(at(10), "heater", 0.5, at(20), { token: 2 ** 48 - 1 });
    board.write(at(11), "heater", 0.5, at(20), { cycle: 9 });
    const words = JSON.parse(JSON.stringify(posted)) as typeof posted;
    const marks = words.map((word) => (word.kind === "write" ? marksOf(word) : null));
    const none = { frame: null, cycle: null, token: null };
    expect(marks).toEqual([
      { ...none, token: 2 ** 48 - 1 },
      { ...none, cycle: 9 },
    ]);
  });

  it.each([
    ["unknown-output", "pump", 0.5, 20],
    ["not-finite", "heater", Number.NaN, 20],
    ["out-of-range", "heater", 1.5, 20],
    ["expired", "heater", 0.5, 10],
  ] as const)("refuses what is %s, and posts nothing", (reason, output, value, until) => {
    const { board, posted } = rig();
    expect(board.write(at(10), output, value, at(until))).toEqual({ ok: false, reason });
    expect(posted).toEqual([]);
  });

  it("releases everything when it closes, once", () => {
    const { board, posted } = rig();
    board.close(at(10));
    board.close(at(10));
    expect(posted).toEqual([{ kind: "release", at: 10, output: "heater" }]);
    const refused = { ok: false, reason: "closed" };
    expect(board.write(at(10), "heater", 1, at(20))).toEqual(refused);
    expect(board.release(at(10), "heater")).toEqual(refused);
  });
});

describe("a message of the parent", () => {
  it.each([
    { kind: "stop" },
    { kind: "readings", readings: [reading("t", null, 5), reading("u", -3.5, 6)] },
    {
      kind: "link-faults",
      faults: { loss: 0.5, duplicate: 0, delay: 10, blockedTargets: ["b"], blockedSources: [] },
    },
  ])("is taken: %j", (message) => {
    expect(parseParentMessage(message)).toEqual(message);
  });

  it("REMB-3: the refusal of a command is taken, with a reason that there is", () => {
    const message = { kind: "write-refused", output: "heater", reason: "corrupt-command" };
    expect(parseParentMessage(message)).toEqual(message);
    expect(parseParentMessage({ ...message, output: 1 })).toBeNull();
    const fenced = { ...message, reason: "stale-token", token: 3, newest: 2 ** 48 - 1 };
    expect(parseParentMessage(fenced)).toEqual(fenced);
    const odd = { ...message, token: "3", newest: Number.NaN };
    expect(parseParentMessage(odd)).toEqual(message);
    for (const reason of ["broken", "toString", "", 7, null]) {
      expect(parseParentMessage({ ...message, reason })).toBeNull();
    }
  });

  const refusals: [string, unknown][] = [
    ["nothing", null],
    ["a number", 7],
    ["a list", []],
    ["no kind", {}],
    ["a strange kind", { kind: "reboot" }],
    ["no readings", { kind: "readings" }],
    ["a text for a value", { kind: "readings", readings: [{ ...reading("t", 1, 5), value: "1" }] }],
    [
      "a negative time",
      { kind: "readings", readings: [{ ...reading("t", 1, 5), sourceTime: -5 }] },
    ],
    ["a numbered channel", { kind: "readings", readings: [{ ...reading("t", 1, 5), channel: 1 }] }],
    [
      "too many readings",
      { kind: "readings", readings: new Array(readingsMax + 1).fill(reading("t", 1, 1)) },
    ],
    ["a probability of 2", { kind: "link-faults", faults: { loss: 2 } }],
    ["half a microsecond", { kind: "link-faults", faults: { delay: 0.5 } }],
    ["a numbered target", { kind: "link-faults", faults: { blockedTargets: [1] } }],
  ];

  it.each(refusals)("is refused with %s", (_what, message) => {
    expect(parseParentMessage(message)).toBeNull();
  });
});

describe("the channel to the parent", () => {
  function port() {
    const sent: ReplicaMessage[] = [];
    const done: (() => void)[] = [];
    const listeners = new Map<string, (message?: unknown) => void>();
    const ipc: IpcPort = {
      send: (message, callback) => {
        sent.push(message as ReplicaMessage);
        done.push(() => callback(null));
        return true;
      },
      on: (event: string, listener: (message?: unknown) => void) => listeners.set(event, listener),
    };
    const seen: unknown[] = [];
    let gone = 0;
    const channel = new ParentChannel({
      port: ipc,
      onMessage: (message) => seen.push(message),
      onGone: () => {
        gone += 1;
      },
    });
    const emit = (event: string, message?: unknown) => listeners.get(event)?.(message);
    return { channel, sent, done, seen, emit, gone: () => gone };
  }

  const event = (): ReplicaMessage => ({
    ...{ kind: "event", at: at(1), event: { kind: "peer-trusted", peer: nodeId("b") } },
  });
  const write = (): ReplicaMessage => ({
    ...{ kind: "write", at: at(1), output: "heater", value: 1, until: at(9), frame: null },
  });

  it("drops news first and commands later for a parent that does not read, releases never", () => {
    const { channel, sent, done } = port();
    for (let index = 0; index < newsInFlightMax + 10; index += 1) channel.post(event());
    expect(sent).toHaveLength(newsInFlightMax);
    for (let index = 0; index < commandsInFlightMax; index += 1) channel.post(write());
    expect(sent).toHaveLength(commandsInFlightMax);
    channel.post({ kind: "release", at: at(1), output: "heater" });
    expect(sent.at(-1)).toMatchObject({ kind: "release", output: "heater" });
    expect(channel.dropped).toBe(10 + newsInFlightMax);
    for (const finish of done.splice(0)) finish();
    channel.post(event());
    expect(sent.at(-1)).toEqual(event());
  });

  it("counts what is no message, and passes on what is one", () => {
    const { channel, seen, emit } = port();
    emit("message", { kind: "dance" });
    emit("message", { kind: "stop" });
    expect(seen).toEqual([{ kind: "stop" }]);
    expect(channel.refused).toBe(1);
  });

  it("tells that the parent has gone, and posts no more; not when we left ourselves", () => {
    const abandoned = port();
    abandoned.emit("disconnect");
    abandoned.channel.post(event());
    expect([abandoned.gone(), abandoned.sent.length]).toEqual([1, 0]);
    const leaving = port();
    leaving.channel.close();
    leaving.emit("disconnect");
    expect(leaving.gone()).toBe(0);
  });

  it("sees that the parent had gone before anybody listened, and only then", () => {
    const goneWhen = (connected: boolean): number => {
      let gone = 0;
      const ipc: IpcPort = { connected, send: () => true, on: () => {} };
      new ParentChannel({ port: ipc, onMessage: () => {}, onGone: () => (gone += 1) });
      return gone;
    };
    expect([goneWhen(false), goneWhen(true)]).toEqual([1, 0]);
  });
});
