/** Hooks as processes. Bounds of time are generous: nothing hangs on how fast the machine is. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type HookCommand, RightHooks } from "../../../src/host/hooks/right-hooks.js";
import { makeLogger } from "../../../src/host/logger.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { type Duration, instant, millis, seconds } from "../../../src/kernel/time.js";
import { testFolder } from "../support/folder.js";

const acquired = (token: number) => ({ kind: "lease-acquired", until: instant(1), token }) as const;
const lost = { kind: "lease-lost", reason: "expired" } as const;

/** Each run adds a line of its facts to a file. */
const facts = "$HOLDFAST_EVENT $HOLDFAST_TOKEN $HOLDFAST_REASON $HOLDFAST_NODE $HOLDFAST_CLUSTER";
const script = `echo "${facts}" >> "$1"`;

async function rig(
  longest: Duration = seconds(60),
  gain = (log: string): HookCommand => ["/bin/sh", "-c", script, "hook", log],
) {
  const folder = await testFolder();
  const log = join(folder, "log");
  const command: HookCommand = ["/bin/sh", "-c", script, "hook", log];
  const settings = { gain: gain(log), loss: command, timeout: longest };
  const logger = makeLogger(nodeId("a"), "fatal");
  const hooks = new RightHooks({ settings, cluster: "test", node: "a", logger });
  onTestFinished(() => hooks.close());
  const lines = () => (existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : []);
  const until = async (count: number) => {
    while (lines().length < count) await new Promise((next) => setTimeout(next, 20));
    return lines();
  };
  return { hooks, lines, until };
}

describe("hooks of the right to drive", () => {
  it("run as processes, one after another, with the facts in their environment", async () => {
    const { hooks, until } = await rig();
    hooks.begin();
    await until(1);
    hooks.onEvent(acquired(41));
    await until(2);
    hooks.onEvent(lost);
    await until(3);
    hooks.onEvent(acquired(41));
    const lines = await until(4);
    expect(lines).toEqual([
      "loss  started a test",
      "gain 41 gained a test",
      "loss 41 expired a test",
      "gain 41 gained a test",
    ]);
    await hooks.close();
    expect((await until(5))[4]).toBe("loss 41 stopped a test");
  });

  it("do not run for what is no change of the right, or before the replica has begun", async () => {
    const { hooks, lines } = await rig();
    hooks.onEvent({ kind: "was-late", by: millis(1) });
    await hooks.close();
    expect(lines()).toEqual([]);
  });

  it("that hang are ended with all that they have started, and what is wanted runs", async () => {
    const words = "trap '' TERM; echo it hangs >> \"$1\"; sleep 600 & wait; sleep 600";
    const { hooks, until } = await rig(seconds(3), (log) => ["/bin/sh", "-c", words, "hook", log]);
    hooks.begin();
    await until(1);
    hooks.onEvent(acquired(5));
    await until(2);
    hooks.onEvent(lost);
    expect((await until(3))[2]).toBe("loss 5 expired a test");
  });

  it("that cannot be run are tried again, and disturb nobody", async () => {
    const { hooks, until } = await rig(seconds(60), () => ["/nowhere/hook"]);
    hooks.begin();
    await until(1);
    hooks.onEvent(acquired(5));
    await new Promise((next) => setTimeout(next, 50));
    hooks.onEvent(lost);
    expect((await until(2))[1]).toBe("loss 5 expired a test");
  });
});
