/**
 * A driver that is stopped in the middle of a write, for real: three processes, one board that all
 * hang on, SIGSTOP and SIGCONT.
 */
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { WriteResult } from "../../boards/board.js";
import { Pins } from "../../boards/pins.js";
import { marksOf, type ReplicaMessage } from "../../src/host/board-channel.js";
import { MonotonicClock } from "../../src/host/monotonic-clock.js";
import { writeRefused } from "../../src/node/ports.js";
import { isBuilt, program, type Started, startNode } from "../host/support/built.js";
import { clusterFolder, nodes } from "./support/cluster-folder.js";

const preloaded = resolve("test/cli/support/stalled-write.mjs");
const dog = "src/host/watchdog/dog-thread.js";

/** For a machine that has other things to do: nothing here hangs on how fast it is. */
const patientConfig = `
timing: { cycle: 400ms, heartbeat: 200ms, suspectAfter: 2s, lease: 2s, watchdog: 120s }
state: { election: 3s, stallAfter: 20s }`;

type Write = Extract<ReplicaMessage, { kind: "write" }>;

interface Taken {
  readonly node: string;
  readonly write: Write;
  readonly result: WriteResult;
}

/** The one board, and the plant that never changes. */
class SharedBoard {
  readonly taken: Taken[] = [];
  readonly events: (readonly [node: string, ReplicaMessage])[] = [];
  readonly #clock = new MonotonicClock();
  readonly #pins = new Pins(
    [{ name: "heater", unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } }],
    null,
  );

  attach(node: string, { child }: Started): void {
    child.on("message", (message) => this.#onMessage(node, child, message as ReplicaMessage));
    const feeding = setInterval(() => {
      const readings = [{ channel: "temperature", value: 30, sourceTime: this.#clock.now() }];
      if (child.connected) child.send({ kind: "readings", readings }, () => {});
    }, 20);
    onTestFinished(() => clearInterval(feeding));
  }

  /** Asks until there is one that fits; the test's own time limit bounds it. */
  async until<Found>(find: () => Found | undefined): Promise<Found> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise((next) => setTimeout(next, 10));
    }
  }

  /** The newest command that was taken. */
  get newest(): Taken | undefined {
    return this.taken.findLast(({ result }) => result.ok);
  }

  value(): number | null {
    return this.#pins.state(this.#clock.now(), "heater").value;
  }

  #onMessage(node: string, child: Started["child"], message: ReplicaMessage): void {
    if (message.kind === "event") this.events.push([node, message]);
    if (message.kind === "release") this.#pins.release(this.#clock.now(), "heater");
    if (message.kind !== "write") return;
    const { output, value, until } = message;
    const result = this.#pins.write(this.#clock.now(), output, value, until, marksOf(message));
    this.taken.push({ node, write: message, result });
    if (!result.ok && child.connected) child.send(writeRefused(message, result), () => {});
  }
}

describe.skipIf(!isBuilt(["src/cli/main.js", dog]))("a driver that is stopped in a write", () => {
  it("BOARD-11, RIGHT-5: is refused by the board when it goes on, for another drives", async () => {
    const { path } = await clusterFolder(patientConfig);
    const board = new SharedBoard();
    const replicas = new Map(
      nodes.map((node) => {
        const words = ["--import", preloaded, program, "run", "--node", node];
        const started = startNode([...words, "--board-from-parent"], { cwd: path, ipc: true });
        board.attach(node, started);
        return [node as string, started];
      }),
    );
    const { node: old } = await board.until(() => board.newest);
    await writeFile(join(path, `hold-${old}`), "");
    await board.until(() => (existsSync(join(path, `held-${old}`)) ? true : undefined));
    const before = board.newest?.write.token ?? 0;
    expect(before).toBeGreaterThan(0);
    replicas.get(old)?.child.kill("SIGSTOP");

    const next = await board.until(() => (board.newest?.node === old ? undefined : board.newest));
    expect(next.write.token).toBeGreaterThan(before);
    const count = board.taken.length;
    await rm(join(path, `hold-${old}`));
    replicas.get(old)?.child.kill("SIGCONT");

    const late = await board.until(() => board.taken.slice(count).find(({ node }) => node === old));
    expect(late.write.token).toBe(before);
    const { token } = next.write;
    expect(late.result).toMatchObject({ ok: false, reason: "stale-token" });
    const told = await board.until(() =>
      board.events.find(([node, { kind, ...rest }]) => {
        const { event } = rest as Extract<ReplicaMessage, { kind: "event" }>;
        return node === old && kind === "event" && event.kind === "write-refused";
      }),
    );
    const refusal = { kind: "write-refused", output: "heater", reason: "stale-token" };
    expect(told[1]).toMatchObject({ event: { ...refusal, token: before } });
    expect((told[1] as { event: { newest: number } }).event.newest).toBeGreaterThanOrEqual(
      token ?? 0,
    );
    // The others have gone on: by then theirs is the newest command, and the pin has it.
    const after = await board.until(() =>
      board.taken.slice(count).find(({ node, result }) => node !== old && result.ok),
    );
    expect(after.write.token).toBeGreaterThan(before);
    // The one that was stopped may have released the output, which needs no right, until the right
    // that stands wrote again.
    await board.until(() => (board.value() === 30 / 120 ? true : undefined));
    const stale = board.taken.filter(({ result }) => !result.ok);
    expect(stale.every(({ node }) => node === old)).toBe(true);
  }, 120_000);
});
