/** `holdfast channel`: a person's word about a channel of a running cluster. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ChannelCommand, CommandRefusal } from "../../src/control/cycle/overrides.js";
import { ControlSocket, socketPath } from "../../src/host/control-socket.js";
import type { LiveStatus } from "../../src/host/live-status.js";
import { nodeId } from "../../src/kernel/ids.js";
import { isBuilt, program, startNode } from "../host/support/built.js";
import { jsonOf, run } from "./support/captured-io.js";
import { clusterFolder, nodes } from "./support/cluster-folder.js";

const channel = "b/temperature";

/** A folder with a config, and replicas that answer every word alike. */
async function site(answer: CommandRefusal | "starting" | null, answering: readonly string[]) {
  const { path } = await clusterFolder("stateDir: .");
  const heard: [string, ChannelCommand][] = [];
  for (const node of answering) {
    const socket = await ControlSocket.open({
      path: socketPath(path, nodeId(node)),
      status: () => null,
      command: (command) => {
        heard.push([node, command]);
        return answer;
      },
    });
    onTestFinished(() => socket.close());
  }
  const say = (...words: string[]) => run(["channel", ...words], { cwd: path });
  return { heard, say };
}

describe("CLI-8: holdfast channel", () => {
  it.each(["exclude", "include", "auto", "release"])("says %s to one replica", async (word) => {
    const { heard, say } = await site(null, ["a", "b"]);
    const { code, stdout } = await say(word, channel);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^b\/temperature .*\(a tells the others\)\n$/);
    expect(heard).toEqual([["a", { sensor: "temperature", channel, word }]]);
  });

  it("says it to the one that is named, and answers in JSON", async () => {
    const { heard, say } = await site(null, ["a", "b"]);
    const result = await say("exclude", channel, "--node", "b", "--json");
    expect(result.code).toBe(0);
    expect(jsonOf(result)).toEqual({
      ...{ schema: "holdfast.channel/1", sensor: "temperature", channel },
      ...{ word: "exclude", node: "b" },
    });
    expect(heard.map(([node]) => node)).toEqual(["b"]);
  });

  it("refuses what the config does not have, with what is near: exit code 2", async () => {
    const { heard, say } = await site(null, ["a"]);
    const unknown = await say("exclude", "b/temprature");
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('did you mean "b/temperature"?'),
    ]);
    const sensor = await say("exclude", channel, "--sensor", "pressure");
    expect([sensor.code, sensor.stderr]).toEqual([
      2,
      expect.stringContaining("known here: temperature"),
    ]);
    expect((await say("exclude", channel, "--sensor", "temperature")).code).toBe(0);
    expect((await say("exclude", channel, "--node", "z")).code).toBe(2);
    expect((await say("exclude")).code).toBe(2);
    expect((await say("insist", channel)).code).toBe(2);
    expect(heard).toHaveLength(1);
  });

  it("asks for the sensor where a channel measures two", async () => {
    const map = "channels: { temperature: [{ node: b, channel: t }, { node: b, channel: u }] }";
    const { path } = await clusterFolder(map);
    const { code, stderr } = await run(["channel", "auto", "b/temperature"], { cwd: path });
    expect([code, stderr]).toEqual([2, expect.stringContaining("known here: b/t, b/u")]);
  });

  it("ends with 4 when nobody answers", async () => {
    const { say } = await site(null, []);
    const none = await say("exclude", channel, "--json");
    expect(none.code).toBe(4);
    expect(jsonOf(none)).toMatchObject({ error: { silent: [] } });
    const { say: sayThere } = await site("starting", ["a"]);
    const starting = await sayThere("exclude", channel);
    expect([starting.code, starting.stderr]).toEqual([
      4,
      expect.stringContaining("a: it does not answer"),
    ]);
  });

  it.each([
    ["not-latched", 1, "is not latched"],
    ["unknown-channel", 1, "another config"],
    ["not-aligned", 4, "try again"],
    ["busy", 4, "try again"],
  ] as const)("tells why a word was not taken: %s", async (reason, code, text) => {
    const { say } = await site(reason, ["a"]);
    const result = await say("release", channel, "--json");
    expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(text)]);
    expect(jsonOf(result)).toMatchObject({ error: { code, node: "a", reason } });
  });
});

describe.skipIf(!isBuilt(["src/cli/main.js", "src/host/watchdog/dog-thread.js"]))(
  "holdfast channel on a running cluster",
  () => {
    async function statesWhen(cwd: string, wanted: string): Promise<readonly string[]> {
      for (;;) {
        const result = await run(["status", "--json"], { cwd });
        const replicas = (jsonOf(result)["replicas"] ?? []) as readonly LiveStatus[];
        const states = replicas.map(({ node }) => {
          const [sensor] = node.sensors;
          return sensor?.channels.find((one) => one.channel === channel)?.state ?? "unknown";
        });
        if (states.length === nodes.length && states.every((state) => state === wanted)) {
          return states;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }

    /** On a busy machine a replica loses the others' time now and then; then it says so. */
    async function codeWhenTold(cwd: string, ...words: string[]): Promise<number> {
      for (;;) {
        const { code } = await run(["channel", ...words], { cwd });
        if (code !== 4) return code;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }

    it("reaches all replicas, is shown, taken back, and replays (OVERRIDE-1, SOCK-4)", async () => {
      const { path } = await clusterFolder();
      const replicas = nodes.map((node) =>
        startNode([program, "run", "--node", node], { cwd: path }),
      );
      await Promise.all(replicas.map(({ has }) => has("is up")));
      await statesWhen(path, "trusted");
      expect(await codeWhenTold(path, "exclude", channel)).toBe(0);
      await statesWhen(path, "overridden");
      const text = await run(["status"], { cwd: path });
      expect(text.stdout).toMatch(/b\/temperature +\S+ +overridden \(by a person\)/);
      expect(await codeWhenTold(path, "release", channel)).toBe(1);
      expect(await codeWhenTold(path, "auto", channel, "-n", "c")).toBe(0);
      await statesWhen(path, "trusted");

      for (const { child } of replicas) child.kill("SIGTERM");
      await Promise.all(replicas.map(({ ended }) => ended));
      const folder = join(path, "state", "recordings");
      const names = await readdir(folder);
      for (const node of nodes) {
        const file = names.find((name) => name.startsWith(`${node}-`)) ?? "";
        const replayed = await run(["replay", join(folder, file)], { cwd: "/" });
        expect(replayed).toMatchObject({ code: 0, stderr: "" });
      }
    });
  },
);
