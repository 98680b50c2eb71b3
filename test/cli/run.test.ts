/** `holdfast run` as processes, and what `status` and `replay` make of them. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ReplicaMessage } from "../../src/host/board-channel.js";
import type { LiveStatus } from "../../src/host/live-status.js";
import { isBuilt, program, type Started, startNode } from "../host/support/built.js";
import { jsonOf, run } from "./support/captured-io.js";
import { clusterFolder, nodes } from "./support/cluster-folder.js";

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);
if (!hasIpv6) console.warn("SKIPPED: this machine has no ::1, so no replicas ran over IPv6");

const start = (cwd: string, node: string, more: readonly string[] = [], ipc = false): Started =>
  startNode([program, "run", "--node", node, ...more], { cwd, ipc });

/** Asks until the answer fits; the test's own time limit bounds it. */
async function statusWhen(
  cwd: string,
  fits: (replicas: readonly LiveStatus[]) => boolean,
): Promise<readonly LiveStatus[]> {
  for (;;) {
    const result = await run(["status", "--json"], { cwd });
    const replicas = (jsonOf(result)["replicas"] ?? []) as readonly LiveStatus[];
    if (result.code === 0 && fits(replicas)) return replicas;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const allVote = (replicas: readonly LiveStatus[]): boolean =>
  replicas.length === nodes.length &&
  replicas.every(({ node }) => node.sensors[0]?.verdict?.status === "ok") &&
  replicas.some(({ node }) => node.drives && node.driven.includes("heater"));

async function recordingOf(cwd: string, node: string): Promise<string> {
  const folder = join(cwd, "state", "recordings");
  const names = await readdir(folder);
  return join(folder, names.find((name) => name.startsWith(`${node}-`)) ?? "");
}

describe.skipIf(!isBuilt(["src/cli/main.js", "src/host/watchdog/dog-thread.js"]))(
  "holdfast run",
  () => {
    it("runs three replicas that vote, are asked, stop in good order, and replay", async () => {
      const { path } = await clusterFolder();
      const replicas = nodes.map((node) => start(path, node));
      await Promise.all(replicas.map(({ has }) => has("is up")));
      const statuses = await statusWhen(path, allVote);
      expect(statuses.filter(({ node }) => node.drives)).toHaveLength(1);
      const [first] = statuses;
      expect(first?.host.watchdog?.pets).toBeGreaterThan(0);
      expect(first?.host.recorder).toMatchObject({ state: "recording" });
      const text = await run(["status"], { cwd: path });
      expect(text.stdout).toMatch(/^a .*\n.*temperature +(?:59|60)\S* +ok\n +a\/temperature/s);
      expect(text.stdout).toContain("drives heater");

      for (const { child } of replicas) child.kill("SIGTERM");
      const endings = await Promise.all(replicas.map(({ ended }) => ended));
      expect(endings.map(({ code, signal }) => [code, signal])).toEqual(nodes.map(() => [0, null]));
      expect((await readdir(join(path, "state"))).filter((name) => name.endsWith(".sock"))).toEqual(
        [],
      );
      expect((await run(["status"], { cwd: path })).code).toBe(4);

      const file = await recordingOf(path, "b");
      const replayed = await run(["replay", file], { cwd: "/" });
      expect(replayed).toMatchObject({ code: 0, stderr: "" });
      expect(replayed.stdout).toContain("no difference");

      const lines = (await readFile(file, "utf8")).split("\n");
      const index = lines.findIndex((line, at) => at > 20 && line.includes('"i":{"d":'));
      const changed = (lines[index] ?? "").replace(
        /("d":".{30})(.)/,
        (_all, before, character) => before + (character === "A" ? "B" : "A"),
      );
      await writeFile(file, lines.with(index, changed).join("\n"));
      const altered = await run(["replay", file, "--json"], { cwd: path });
      expect(altered.code).toBe(1);
      expect(jsonOf(altered)).toMatchObject({
        schema: "holdfast.replay/1",
        altered: [index + 1],
        difference: { line: index + 1, replayed: expect.stringContaining("bad-tag") },
      });
      const words = await run(["replay", file], { cwd: path });
      expect(words.stdout).toContain(`first difference at line ${index + 1}`);
    });

    it("protects samples and commands from end to end, and replays (PROT-3, PROT-8)", async () => {
      const { path } = await clusterFolder("protection: { samples: P07, commands: P04 }");
      const replicas = nodes.map((node) => start(path, node));
      const statuses = await statusWhen(path, allVote);
      for (const { node } of statuses) {
        expect(node.protection).toHaveLength(3);
        expect(node.refusals["bad-sample"]).toBeUndefined();
      }
      for (const { child } of replicas) child.kill("SIGTERM");
      const endings = await Promise.all(replicas.map(({ ended }) => ended));
      expect(endings.map(({ code }) => code)).toEqual([0, 0, 0]);
      const driver = statuses.find(({ node }) => node.drives)?.node.node ?? "a";
      const file = await recordingOf(path, driver);
      const written = /write heater \S+ for \d+ us by right \d+ in 36 bytes #/;
      expect(await readFile(file, "utf8")).toMatch(written);
      const replayed = await run(["replay", file], { cwd: "/" });
      expect(replayed.stdout).toContain("no difference");
    });

    it.skipIf(!hasIpv6)("runs over IPv6: three replicas vote, and hear each other", async () => {
      const { path } = await clusterFolder("timing: { cycle: 50ms }", "[::1]");
      const replicas = nodes.map((node) => start(path, node));
      const statuses = await statusWhen(path, allVote);
      for (const { node } of statuses) {
        expect(node.links.map(({ received }) => received > 0)).toEqual([true, true]);
      }
      for (const { child } of replicas) child.kill("SIGTERM");
      const endings = await Promise.all(replicas.map(({ ended }) => ended));
      expect(endings.map(({ code }) => code)).toEqual([0, 0, 0]);
    });

    it("says in one line that its port is in use, and exits with 4", async () => {
      const { path, ports } = await clusterFolder();
      const other = createSocket("udp4").bind({ port: ports[0] ?? 0, address: "127.0.0.1" });
      onTestFinished(() => {
        other.close();
      });
      await once(other, "listening");
      const { code, stderr, stdout } = await start(path, "a").ended;
      expect([code, stdout]).toEqual([4, ""]);
      expect(stderr).toMatch(
        /^error: cannot listen on 127\.0\.0\.1:\d+: another process has it.*\n$/,
      );
    });

    it("says in one line that the key is missing, and exits with 3", async () => {
      const { path } = await clusterFolder();
      await rm(join(path, "key"));
      const { code, stderr } = await start(path, "a").ended;
      expect(code).toBe(3);
      expect(stderr).toMatch(/^error: holdfast\.yaml:2:.*key.*ENOENT.*\n$/);
    });

    it("leaves nothing behind when it cannot start, also when it was forked", async () => {
      const { path } = await clusterFolder("stateDir: key/state");
      const { code, stderr } = await start(path, "a", ["--board-from-parent"], true).ended;
      expect([code, stderr]).toEqual([4, expect.stringContaining("ENOTDIR")]);
    });

    it("takes its board from the parent, and ends when that has gone (REMB-2)", async () => {
      const { path } = await clusterFolder("timing: { cycle: 50ms }");
      const replicas = nodes.map((node) => start(path, node, ["--board-from-parent"], true));
      const messages: ReplicaMessage[] = [];
      for (const { child } of replicas)
        child.on("message", (message) => messages.push(message as never));
      const feeding = setInterval(() => {
        const sourceTime = Number(process.hrtime.bigint() / 1_000n);
        const readings = [{ channel: "temperature", value: 30, sourceTime }];
        for (const { child } of replicas) {
          if (child.connected) child.send({ kind: "readings", readings }, () => {});
        }
      }, 10);
      onTestFinished(() => clearInterval(feeding));
      const seen = (fits: (message: ReplicaMessage) => boolean) => messages.some(fits);
      await statusWhen(path, allVote);
      const [one] = replicas;
      while (one !== undefined && !seen(({ kind }) => kind === "status")) {
        await once(one.child, "message");
      }
      expect(seen((message) => message.kind === "up" && message.node === "b")).toBe(true);
      expect(seen((message) => message.kind === "write" && message.value === 30 / 120)).toBe(true);
      expect(seen(({ kind }) => kind === "event")).toBe(true);

      for (const { child } of replicas) child.disconnect();
      const endings = await Promise.all(replicas.map(({ ended }) => ended));
      expect(endings.map(({ code, signal }) => [code, signal])).toEqual(nodes.map(() => [0, null]));
    });

    it("is killed by its watchdog when the app never returns (DOGT-1)", async () => {
      const { path } = await clusterFolder("timing: { watchdog: 1s }");
      const app = await readFile(join(path, "app.mjs"), "utf8");
      const endless = app.replace("control: ({", "control: () => { for (;;); }, unused: ({");
      await writeFile(join(path, "app.mjs"), endless);
      const replicas = nodes.map((node) => start(path, node));
      // The others may be left without a majority, and then do not run the app.
      const { signal, stderr } = await Promise.race(replicas.map(({ ended }) => ended));
      expect(signal).toBe("SIGKILL");
      expect(stderr).toContain("was not petted for");
    });

    it("names the nodes when there is no such one", async () => {
      const { path } = await clusterFolder();
      const { code, stderr } = await start(path, "d").ended;
      expect([code, stderr]).toEqual([2, "error: no node d: expected one of a, b, c\n"]);
    });

    it("refuses a second replica of the same node", async () => {
      const { path } = await clusterFolder();
      const first = start(path, "a");
      await first.has("is up");
      expect((await start(path, "a").ended).code).toBe(4);
      first.child.kill("SIGINT");
      expect((await first.ended).code).toBe(0);
    });
  },
);

describe("holdfast run, before anything is started", () => {
  it("wants to know which node it is", async () => {
    expect((await run(["run"], { cwd: "/" })).code).toBe(2);
  });
});
