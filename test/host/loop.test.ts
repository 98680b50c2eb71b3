import { describe, expect, it } from "vitest";
import type { Board } from "../../boards/board.js";
import { inboxMax, LiveLoop, type LoopFailure, type StepInput } from "../../src/host/loop.js";
import { nodeId } from "../../src/kernel/ids.js";
import type { Machine, Timeout } from "../../src/kernel/machine.js";
import { after, type Instant, micros } from "../../src/kernel/time.js";
import type { NodeInput, NodeOutput } from "../../src/node/ports.js";
import { ManualClock } from "./support/manual-clock.js";

/** Answers each input by a script, and remembers what it was fed. */
class ScriptedMachine implements Machine<NodeInput, NodeOutput> {
  readonly fed: { now: Instant; input: StepInput }[] = [];
  due: Instant | null = null;
  script: (input: NodeInput | Timeout) => readonly NodeOutput[] = () => [];

  step(now: Instant, input: NodeInput | Timeout): readonly NodeOutput[] {
    this.fed.push({ now, input });
    if (input.kind === "timeout") this.due = null;
    return this.script(input);
  }

  deadline(): Instant | null {
    return this.due;
  }
}

const until = (now: Instant) => after(now, micros(1_000));
const datagram = (byte: number) => ({ kind: "datagram", bytes: Uint8Array.of(byte) }) as const;
const peer = nodeId("b");
const send: NodeOutput = { kind: "send", targets: [peer], bytes: Uint8Array.of(1) };

const word: NodeInput & { kind: "override" } = {
  kind: "override",
  sensor: "level",
  channel: "a/level",
  word: "exclude",
};

function rig() {
  const clock = new ManualClock();
  const machine = new ScriptedMachine();
  const log: string[] = [];
  const recorded: string[] = [];
  const failures: LoopFailure[] = [];
  const board: Board = {
    channels: [],
    outputs: ["heater", "valve"].map((name) => ({
      ...{ name, unit: "ratio", min: 0, max: 1 },
      safe: { kind: "value", value: 0 },
    })),
    expires: false,
    read: (now) => [{ channel: "t", value: 20, sourceTime: now }],
    write: (_now, output, value) => {
      log.push(`write ${output} ${value}`);
      return value <= 1 ? { ok: true } : { ok: false, reason: "out-of-range" };
    },
    release: (_now, output) => {
      log.push(`release ${output}`);
      return { ok: true };
    },
    close: () => {},
  };
  const loop = new LiveLoop({
    clock,
    machine,
    board,
    send: (targets) => log.push(`send ${targets}`),
    route: () => undefined,
    pet: () => log.push("pet"),
    report: (_at, event) => log.push(`report ${event.kind}`),
    recorder: {
      step: (_now, input, outputs) => recorded.push(`${input.kind} ${outputs.length}`),
      threw: (_now, input, error) => recorded.push(`${input.kind} threw ${error}`),
    },
    onFailure: (failure) => failures.push(failure),
  });
  return { clock, machine, loop, log, recorded, failures, board };
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("the live loop", () => {
  it("carries the outputs out in order (HOST-1)", () => {
    const { machine, loop, log, clock } = rig();
    const write: NodeOutput = {
      kind: "write",
      output: "heater",
      value: 0.5,
      until: until(clock.now()),
      frame: null,
    };
    machine.script = () => [
      send,
      write,
      { kind: "release", output: "valve" },
      { kind: "pet" },
      { kind: "report", event: { kind: "started", bootId: 1 } },
    ];
    loop.start();
    loop.offer(datagram(1));
    expect(log).toEqual(["send b", "write heater 0.5", "release valve", "pet", "report started"]);
  });

  it("answers a read before it feeds anything else (HOST-1)", () => {
    const { machine, loop, log } = rig();
    machine.script = (input) => {
      // Comes in while the step is being carried out.
      if (input.kind === "datagram" && input.bytes[0] === 1) return [{ kind: "read" }, send];
      return [];
    };
    loop.start();
    const offerWithin = log.push.bind(log);
    log.push = (...items: string[]) => {
      if (items[0] === "send b") loop.offer(datagram(2));
      return offerWithin(...items);
    };
    loop.offer(datagram(1));
    const kinds = machine.fed.map(({ input }) => input.kind);
    expect(kinds).toEqual(["datagram", "readings", "datagram"]);
  });

  it("reads the time afresh before each step, and tells the readings' own (HOST-2)", () => {
    const { machine, loop, clock, board } = rig();
    const read = board.read.bind(board);
    Object.assign(board, {
      read: (now: Instant) => {
        const readings = read(now);
        clock.advance(700);
        return readings;
      },
    });
    machine.script = (input) => (input.kind === "datagram" ? [{ kind: "read" }] : []);
    loop.start();
    loop.offer(datagram(1));
    const [first, second] = machine.fed;
    expect(second?.now).toBe((first?.now ?? 0) + 700);
    expect(second?.input).toMatchObject({ readings: [{ sourceTime: first?.now }] });
  });

  it("never begins a step within another (HOST-2)", () => {
    const { machine, loop } = rig();
    let depth = 0;
    let deepest = 0;
    machine.script = (input) => {
      depth += 1;
      deepest = Math.max(deepest, depth);
      if (input.kind === "datagram" && (input.bytes[0] ?? 0) < 5) {
        loop.offer(datagram((input.bytes[0] ?? 0) + 1));
      }
      depth -= 1;
      return [];
    };
    loop.start();
    loop.offer(datagram(0));
    expect(deepest).toBe(1);
    expect(machine.fed).toHaveLength(6);
  });

  it("feeds a deadline that has come before datagrams that wait (HOST-3)", () => {
    const { machine, loop, clock } = rig();
    machine.script = (input) => {
      if (input.kind === "datagram" && input.bytes[0] === 0) {
        loop.offer(datagram(1));
        machine.due = clock.now();
        clock.advance(30);
      }
      return [];
    };
    loop.start();
    loop.offer(datagram(0));
    expect(machine.fed.map(({ input }) => input.kind)).toEqual(["datagram", "timeout", "datagram"]);
    expect(loop.counts().lateness).toMatchObject({ wakeUps: 1, max: 30 });
  });

  it("feeds no deadline that has not come (HOST-3)", async () => {
    const { machine, loop, clock } = rig();
    machine.due = after(clock.now(), micros(100));
    loop.start();
    await nextTurn();
    expect(machine.fed).toEqual([]);
    clock.advance(100);
    await nextTurn();
    await nextTurn();
    expect(machine.fed.map(({ input }) => input.kind)).toEqual(["timeout"]);
  });

  it("keeps the newest datagrams when too many come in a step (HOST-3)", async () => {
    const { machine, loop } = rig();
    machine.script = (input) => {
      if (input.kind !== "datagram" || input.bytes.length > 1) return [];
      for (let index = 0; index < inboxMax + 3; index += 1) {
        loop.offer({ kind: "datagram", bytes: new Uint8Array(index + 2) });
      }
      return [];
    };
    loop.start();
    loop.offer(datagram(0));
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    expect(machine.fed).toHaveLength(1 + inboxMax);
    expect(loop.counts().datagramsDropped).toBe(3);
    expect(machine.fed[1]?.input).toMatchObject({ bytes: new Uint8Array(5) });
  });

  it("feeds a refused write back (HOST-4), and an accepted one not", () => {
    const { machine, loop, clock } = rig();
    machine.script = (input) =>
      input.kind === "datagram"
        ? [0.5, 2].map((value) => ({
            ...{ kind: "write", output: "heater", value, until: until(clock.now()), frame: null },
          }))
        : [];
    loop.start();
    loop.offer(datagram(1));
    expect(machine.fed.slice(1).map(({ input }) => input)).toEqual([
      { kind: "write-refused", output: "heater", reason: "out-of-range" },
    ]);
  });

  it("feeds what a board that is elsewhere refuses later (REMB-3)", () => {
    const { machine, loop } = rig();
    loop.start();
    loop.offer({ kind: "write-refused", output: "heater", reason: "corrupt-command" });
    expect(machine.fed.at(-1)?.input).toMatchObject({ reason: "corrupt-command" });
  });

  it("lets go of everything when the machine throws, and feeds nothing more (HOST-5)", async () => {
    const { machine, loop, log, recorded, failures } = rig();
    machine.script = () => {
      throw new Error("boom");
    };
    loop.start();
    loop.offer(datagram(1));
    loop.offer(datagram(2));
    await nextTurn();
    expect(log).toEqual(["release heater", "release valve"]);
    expect(recorded).toEqual(["datagram threw Error: boom"]);
    expect(failures).toHaveLength(1);
    expect(machine.fed).toHaveLength(1);
  });

  it("asks a board that is broken for one output to release the others (HOST-5)", () => {
    const { loop, log, board } = rig();
    const release = board.release.bind(board);
    Object.assign(board, {
      release: (now: Instant, output: string) => {
        if (output === "heater") throw new Error("no such line");
        return release(now, output);
      },
    });
    loop.start();
    loop.stop();
    expect(log).toEqual(["release valve"]);
  });

  it("carries out nothing after a stop, not even the rest of a step (HOST-6)", () => {
    const { machine, loop, log, clock } = rig();
    machine.script = () => [
      { kind: "report", event: { kind: "started", bootId: 1 } },
      { kind: "write", output: "heater", value: 1, until: until(clock.now()), frame: null },
    ];
    const push = log.push.bind(log);
    log.push = (...items: string[]) => {
      if (items[0] === "report started") loop.stop();
      return push(...items);
    };
    loop.start();
    loop.offer(datagram(1));
    expect(log).not.toContain("write heater 1");
    expect(log).toContain("release heater");
  });

  it("serves sockets between turns when a machine is always due", async () => {
    const { machine, loop, clock } = rig();
    machine.script = () => {
      machine.due = clock.now();
      return [];
    };
    machine.due = clock.now();
    loop.start();
    const stepsOfFirstTurn = machine.fed.length;
    await nextTurn();
    await nextTurn();
    expect(machine.fed.length).toBeGreaterThan(stepsOfFirstTurn);
    loop.stop();
  });
});

describe("a person's word (HOST-7)", () => {
  it("goes after a deadline that has come, and before datagrams that wait", () => {
    const { clock, loop, machine } = rig();
    machine.script = (input) => {
      if (input.kind === "datagram" && machine.fed.length === 1) {
        loop.offer(datagram(2));
        machine.due = clock.now();
        expect(loop.command(word)).toBe(true);
      }
      return [];
    };
    loop.start();
    loop.offer(datagram(1));
    const kinds = machine.fed.map(({ input }) => input.kind);
    expect(kinds).toEqual(["datagram", "timeout", "override", "datagram"]);
    loop.stop();
  });

  it("is not taken before the start, after the stop, or where sixteen wait", () => {
    const { loop, machine } = rig();
    expect(loop.command(word)).toBe(false);
    const taken: boolean[] = [];
    machine.script = (input) => {
      if (input.kind !== "datagram") return [];
      for (let index = 0; index < 18; index += 1) taken.push(loop.command(word));
      return [];
    };
    loop.start();
    loop.offer(datagram(1));
    expect(taken).toEqual([...new Array(16).fill(true), false, false]);
    expect(machine.fed).toHaveLength(17);
    loop.stop();
    expect(loop.command(word)).toBe(false);
  });
});
