/** The guard of outputs (PI-13): what it does, and that it does so as a process. */
import { type ChildProcess, type IOType, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import type { SafeState } from "../../../boards/board.js";
import { Guard, type GuardedLine, wantWaitMax } from "../../../boards/raspberry-pi/guard/guard.js";
import { askGuards, guardFolderRefusal } from "../../../boards/raspberry-pi/guard/guard-folder.js";
import { WordReader } from "../../../boards/raspberry-pi/guard/guard-words.js";
import { builtFile, isBuilt } from "../../host/support/built.js";
import { testFolder } from "../../host/support/folder.js";
import { got, openedRig, type PiRig } from "./support/pi-rig.js";

const label = "pinctrl-bcm2711";

/** A board with one output that is driven to 1, and a guard beside it. */
async function guarded(safe: SafeState, activeLow = false) {
  const rig = await openedRig();
  const request = { initial: 1, safe, activeLow };
  got(rig.board.openOutput(rig.now, "GPIO17", request));
  const line: GuardedLine = { pin: "GPIO17", offset: 17, file: fileOf(rig), safe, activeLow };
  const told: string[] = [];
  return { rig, told, guard: new Guard([line], rig.kernel, (text) => told.push(text)) };
}

/** Files are counted from 11, those of two chips come first, one of which was closed again. */
const fileOf = (_rig: PiRig): number => 13;

describe("a guard", () => {
  it.each([
    [{ kind: "value", value: 0 }, "output", 0],
    [{ kind: "value", value: 1 }, "output", 1],
    [{ kind: "hold" }, "output", 1],
    [{ kind: "input" }, "input", 0],
  ] as const)(
    "PI-13: makes %j of an output whose process was killed, and holds",
    async (...one) => {
      const [safe, direction, level] = one;
      const { rig, guard } = await guarded(safe);
      guard.orphaned(0);
      guard.orphaned(0);
      expect([rig.line(17).direction, rig.line(17).level]).toEqual([direction, level]);
      expect([rig.line(17).used, guard.isDone]).toEqual([true, false]);
    },
  );

  it("PI-13: says what it did, and of an active low line it means the logic", async () => {
    const { rig, guard, told } = await guarded({ kind: "value", value: 0 }, true);
    expect(rig.kernel.level(label, 17)).toBe(0);
    guard.orphaned(0);
    expect(rig.kernel.level(label, 17)).toBe(1);
    expect(told).toEqual(["GPIO17 was put into its safe state: its process was killed"]);
  });

  it("PI-13: makes every line safe, and gives over what is wanted, before it tells", async () => {
    const { rig } = await guarded({ kind: "value", value: 0 });
    const safe = { kind: "value", value: 0 } as const;
    got(rig.board.openOutput(rig.now, "GPIO27", { initial: 1, safe, activeLow: false }));
    const lines = [17, 27].map((offset, at) => {
      return { pin: `GPIO${offset}`, offset, file: fileOf(rig) + at, safe, activeLow: false };
    });
    const seen: unknown[] = [];
    const guard = new Guard(lines, rig.kernel, () => {
      seen.push([rig.line(17).level, rig.line(27).level, rig.line(17).used]);
    });
    guard.hear(0, { kind: "want", offset: 17 });
    guard.orphaned(0);
    expect(seen).toEqual([
      [0, 0, false],
      [0, 0, false],
    ]);
  });

  it("PI-13: without a glitch: the pad goes from the one level to the other", async () => {
    const { rig, guard } = await guarded({ kind: "value", value: 0 });
    const before = rig.line(17).history.length;
    guard.orphaned(0);
    const after = rig.line(17).history.slice(before);
    expect(after.map(({ direction, level }) => [direction, level])).toEqual([["output", 0]]);
  });

  it("PI-13: lets go for a successor, and of a line that its process closed", async () => {
    const first = await guarded({ kind: "value", value: 0 });
    first.guard.orphaned(0);
    first.guard.hear(1, { kind: "want", offset: 27 });
    expect(first.guard.isDone).toBe(false);
    first.guard.hear(1, { kind: "want", offset: 17 });
    expect([first.guard.isDone, first.rig.line(17).used]).toEqual([true, false]);
    const second = await guarded({ kind: "value", value: 0 });
    second.guard.hear(1, { kind: "drop", offset: 17 });
    expect(second.guard.isDone).toBe(true);
    const third = await guarded({ kind: "value", value: 0 });
    third.guard.hear(1, { kind: "bye" });
    expect([third.guard.isDone, third.rig.kernel.level(label, 17)]).toEqual([true, 0]);
  });

  it("PI-13: hears no successor while its process lives, and remembers for a moment", async () => {
    for (const [later, done] of [
      [wantWaitMax, true],
      [wantWaitMax + 1, false],
    ] as const) {
      const { guard, rig } = await guarded({ kind: "value", value: 0 });
      guard.hear(0, { kind: "want", offset: 17 });
      expect([guard.isDone, rig.line(17).level]).toEqual([false, 1]);
      guard.orphaned(later);
      expect([guard.isDone, rig.line(17).level]).toEqual([done, 0]);
    }
  });

  it("PI-13: that cannot says so, and holds what it has", async () => {
    const { rig, guard, told } = await guarded({ kind: "value", value: 0 });
    rig.kernel.failures.set(0xc110_b40d, 5);
    guard.orphaned(0);
    expect(told).toEqual(["GPIO17 could not be put into its safe state (EIO)"]);
    expect(guard.isDone).toBe(false);
  });

  it("PI-13: understands its words, in pieces too, and no others", () => {
    const reader = new WordReader();
    expect(reader.feed("want 17\ndr")).toEqual([{ kind: "want", offset: 17 }]);
    expect(reader.feed("op 3\nbye\n")).toEqual([{ kind: "drop", offset: 3 }, { kind: "bye" }]);
    const noise = ["want\n", "want -1\n", "want 1e3\n", "x".repeat(10_000), "\nbye \n", "\0\n"];
    expect(noise.flatMap((text) => reader.feed(text))).toEqual([]);
    expect(reader.feed("bye\n")).toEqual([{ kind: "bye" }]);
  });
});

describe("a successor", () => {
  it("PI-13: asks the guard that has a line of ours, and gets it", async () => {
    const rig = await openedRig();
    rig.kernel.occupy(label, 17, "holdfast");
    const asked: (string | number)[] = [];
    let pauses = 0;
    rig.guards = {
      ask: (chip, offset) => asked.push(chip, offset) > 0,
      pause: () => {
        pauses += 1;
        if (pauses === 3) rig.line(17).giveBack(rig.now, "hold");
      },
    };
    await rig.open();
    const request = { initial: 1, safe: { kind: "hold" }, activeLow: false } as const;
    got(rig.board.openOutput(rig.now, "GPIO17", request));
    expect([asked, pauses]).toEqual([[label, 17], 3]);
  });

  it("PI-13: does not ask for lines of others, and does not wait for ever", async () => {
    const rig = await openedRig();
    let asked = 0;
    let pauses = 0;
    rig.guards = {
      ask: () => {
        asked += 1;
        return true;
      },
      pause: () => {
        pauses += 1;
      },
    };
    await rig.open();
    const request = { pull: "none", debounce: 0, activeLow: false, edges: false } as never;
    rig.kernel.occupy(label, 17, "pigpiod");
    expect(rig.board.openInput(rig.now, "GPIO17", request)).toMatchObject({ reason: "in-use" });
    expect([asked, pauses]).toEqual([0, 0]);
    rig.kernel.occupy(label, 27, "holdfast");
    expect(rig.board.openInput(rig.now, "GPIO27", request)).toMatchObject({ reason: "in-use" });
    expect([asked, pauses]).toEqual([1, 100]);
  });

  it("PI-13: a folder that is not ours is refused", async () => {
    const folder = await testFolder();
    expect(guardFolderRefusal(join(folder, "own"))).toBeNull();
    expect(guardFolderRefusal(join(folder, "own"))).toBeNull();
    expect(guardFolderRefusal("/proc/none/deep")).toContain("XDG_RUNTIME_DIR");
    mkdirSync(join(folder, "open"));
    (await import("node:fs")).chmodSync(join(folder, "open"), 0o777);
    expect(guardFolderRefusal(join(folder, "open"))).toContain("nobody else may write to");
    await writeFile(join(folder, "file"), "");
    expect(guardFolderRefusal(join(folder, "file", "x"))).toContain("ENOTDIR");
  });
});

const parentFile = "test/boards/raspberry-pi/support/guarded-parent.js";
const guardFile = "test/boards/raspberry-pi/support/logging-guard.js";

interface Life {
  readonly folder: string;
  readonly parent: ChildProcess;
  /** Open as long as anybody has the line. */
  readonly lines: readonly [Readable, Readable];
  say(word: string): void;
}

async function live(how = "", stderr: IOType = "inherit"): Promise<Life> {
  const folder = await testFolder();
  const parent = spawn(process.execPath, [builtFile(parentFile), folder, how], {
    stdio: ["pipe", "pipe", stderr, "pipe", "pipe"],
  });
  onTestFinished(async () => {
    parent.kill("SIGKILL");
    for (const pid of await guardsIn(folder)) kill(pid);
    parent.stderr?.destroy();
  });
  const [, , , one, other] = parent.stdio;
  for (const line of [one, other]) (line as Readable).resume();
  await until(async () => (await guardsIn(folder)).length > 0);
  return {
    ...{ folder, parent, lines: [one as Readable, other as Readable] as const },
    say: (word) => void parent.stdin?.write(word),
  };
}

/** It may be gone already. */
function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {}
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function guardsIn(folder: string): Promise<readonly number[]> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  return names.flatMap((name) => {
    const pid = Number(/^gpio_pinctrl-rp1_(\d+)$/.exec(name)?.[1]);
    return Number.isNaN(pid) ? [] : [pid];
  });
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const start = performance.now();
  while (!(await isSo())) {
    if (performance.now() - start > 20_000) throw new Error("it did not come to that in 20 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What ends a service, and what systemd's watchdog and a person with a debugger send to it. */
const survived = [
  ...(["SIGTERM", "SIGINT", "SIGHUP", "SIGABRT", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const),
];

const ioctls = (folder: string): string =>
  existsSync(join(folder, "ioctls")) ? readFileSync(join(folder, "ioctls"), "utf8") : "";

describe.skipIf(!isBuilt([parentFile, guardFile]))("the process of a guard", () => {
  it("PI-13: after SIGKILL makes the outputs safe, holds them, and gives them over", async () => {
    const { folder, parent, lines } = await live();
    parent.kill("SIGKILL");
    await until(() => ioctls(folder) !== "");
    // One line is driven to 0 (set configuration: output, and the value 0), the other held.
    expect(ioctls(folder)).toBe("3 c110b40d 8 0\n");
    const [guard = 0] = await guardsIn(folder);
    for (const signal of survived) process.kill(guard, signal);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([lines[0].readableEnded, lines[1].readableEnded]).toEqual([false, false]);
    expect(askGuards(folder, "another-chip", 17)).toBe(false);
    expect(askGuards(folder, "pinctrl-rp1", 17)).toBe(true);
    await until(() => lines[0].readableEnded);
    expect(lines[1].readableEnded).toBe(false);
    expect(askGuards(folder, "pinctrl-rp1", 27)).toBe(true);
    await until(() => lines[1].readableEnded);
    await until(async () => (await guardsIn(folder)).length === 0);
    expect(askGuards(folder, "pinctrl-rp1", 27)).toBe(false);
  });

  it.each(["gone", "full"])("PI-13: is not held up by a log that is %s", async (how) => {
    const { folder, parent, lines } = await live(`later ${how}`, "pipe");
    const [first] = await guardsIn(folder);
    if (how === "gone") parent.stderr?.destroy();
    let guards: readonly number[] = [];
    await until(async () => {
      guards = await guardsIn(folder);
      return guards.length === 1 && guards[0] !== first;
    });
    parent.kill("SIGKILL");
    await until(() => ioctls(folder).split("\n").length === 3);
    for (const offset of [17, 27]) expect(askGuards(folder, "pinctrl-rp1", offset)).toBe(true);
    await until(() => lines[0].readableEnded && lines[1].readableEnded);
    const [last = 0] = guards;
    await until(() => !isThere(last));
  });

  it("PI-13: after a good-bye it does nothing, and goes", async () => {
    const { folder, lines, say } = await live();
    say("close");
    await until(() => lines[0].readableEnded && lines[1].readableEnded);
    await until(async () => (await guardsIn(folder)).length === 0);
    expect(ioctls(folder)).toBe("");
  });

  it("PI-13: a line that is opened later is guarded too, by another guard", async () => {
    const { folder, parent } = await live("later");
    const [first] = await guardsIn(folder);
    await until(async () => {
      const guards = await guardsIn(folder);
      return guards.length === 1 && guards[0] !== first;
    });
    parent.kill("SIGKILL");
    await until(() => ioctls(folder).split("\n").length === 3);
    expect(ioctls(folder)).toBe("3 c110b40d 8 0\n4 c110b40d 8 0\n");
  });

  it("PI-13: one that was killed is replaced and counted; its pipe is cleared away", async () => {
    const { folder, parent, say } = await live();
    const [first = 0] = await guardsIn(folder);
    process.kill(first, "SIGKILL");
    await until(async () => (await guardsIn(folder)).some((pid) => pid !== first));
    askGuards(folder, "pinctrl-rp1", 99);
    expect(await guardsIn(folder)).not.toContain(first);
    let text = "";
    parent.stdout?.on("data", (chunk) => {
      text += chunk;
    });
    say("counts");
    await until(() => text.includes("guard-lost"));
  });
});
