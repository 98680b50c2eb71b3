import { statSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ChannelCommand, CommandRefusal } from "../../src/control/cycle/overrides.js";
import { askStatus, tellWord } from "../../src/host/ask-replica.js";
import { ControlSocket, socketPath } from "../../src/host/control-socket.js";
import type { LiveStatus } from "../../src/host/live-status.js";
import { socketPathBytesMax } from "../../src/host/unix-socket.js";
import { nodeId } from "../../src/kernel/ids.js";
import { startNode } from "./support/built.js";
import { testFolder } from "./support/folder.js";

const node = nodeId("a");
const status = { node: { node: "a" } } as unknown as LiveStatus;

const command = () => null;

async function open(path: string, answer: () => LiveStatus | null = () => status) {
  const socket = await ControlSocket.open({ path, status: answer, command });
  onTestFinished(() => socket.close());
  return socket;
}

/** Sends text as it is, and gives what came back until the other side closed or answered. */
function talk(path: string, text: string, answers = 1): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = createConnection(path, () => client.write(text));
    onTestFinished(() => {
      client.destroy();
    });
    let heard = "";
    client.on("data", (chunk) => {
      heard += chunk;
      if (heard.split("\n").length > answers) resolve(heard);
    });
    client.on("error", reject);
    client.on("close", () => resolve(heard));
  });
}

describe("the control socket", () => {
  it("answers what it is asked, each line, in order", async () => {
    const path = socketPath(await testFolder(), node);
    await open(path);
    expect(await askStatus(path, 5_000)).toEqual({ ok: true, status });
    const heard = await talk(path, '{"get":"status"}\nnonsense\n{"get":"key"}\n[]\n', 4);
    expect(
      heard
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).reason ?? "ok"),
    ).toEqual([...["ok", "not-json", "unknown-request", "unknown-request"]]);
  });

  it("says that it is starting until there is a status", async () => {
    const path = socketPath(await testFolder(), node);
    await open(path, () => null);
    expect(await talk(path, '{"get":"status"}\n')).toContain('"starting"');
    expect(await askStatus(path, 5_000)).toEqual({ ok: false, reason: "no-answer" });
  });

  it("is only for the user of the replica (SOCK-1)", async () => {
    const path = socketPath(await testFolder(), node);
    await open(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("closes on a request that is too long, and lives (SOCK-1)", async () => {
    const path = socketPath(await testFolder(), node);
    await open(path);
    expect(await talk(path, "x".repeat(10_000))).toContain("too-long");
    expect((await askStatus(path, 5_000)).ok).toBe(true);
  });

  it("removes its file when it closes, and nobody answers then (HOST-6)", async () => {
    const folder = await testFolder();
    const path = socketPath(folder, node);
    const socket = await ControlSocket.open({ path, status: () => status, command });
    await socket.close();
    expect(await readdir(folder)).toEqual([]);
    expect(await askStatus(path, 5_000)).toEqual({ ok: false, reason: "no-replica" });
  });

  it("does not take the place of a replica that answers (SOCK-2)", async () => {
    const path = socketPath(await testFolder(), node);
    await open(path);
    await expect(ControlSocket.open({ path, status: () => status, command })).rejects.toMatchObject(
      {
        reason: "in-use",
      },
    );
    expect((await askStatus(path, 5_000)).ok).toBe(true);
  });

  it("takes the place of one that was killed (SOCK-2)", async () => {
    const path = socketPath(await testFolder(), node);
    const listen = "require('net').createServer().listen(process.argv[1], () => console.log('on'))";
    const other = startNode(["-e", listen, path]);
    await other.has("on");
    other.child.kill("SIGKILL");
    await other.ended;
    expect(await askStatus(path, 5_000)).toEqual({ ok: false, reason: "no-replica" });
    await open(path);
    expect((await askStatus(path, 5_000)).ok).toBe(true);
  });

  it("does not remove a file that is no socket of ours (SOCK-2)", async () => {
    const folder = await testFolder();
    const path = socketPath(folder, node);
    await writeFile(path, "dear diary");
    await expect(ControlSocket.open({ path, status: () => status, command })).rejects.toMatchObject(
      {
        reason: "in-use",
      },
    );
    expect(await readFile(path, "utf8")).toBe("dear diary");
  });

  it("refuses a path that the kernel would cut, and takes the longest one (SOCK-3)", async () => {
    const folder = await testFolder();
    const longest = `${folder}/${"x".repeat(socketPathBytesMax - folder.length - 1)}`;
    await open(longest);
    expect((await askStatus(longest, 5_000)).ok).toBe(true);
    await expect(
      ControlSocket.open({ path: `${longest}y`, status: () => status, command }),
    ).rejects.toMatchObject({ reason: "path-too-long", message: expect.stringContaining("107") });
  });
});

describe("a person's word over the socket (SOCK-4)", () => {
  const order = { sensor: "level", channel: "a/level", word: "exclude" } as const;

  async function openWith(answer: (given: ChannelCommand) => CommandRefusal | "starting" | null) {
    const path = socketPath(await testFolder(), node);
    const heard: ChannelCommand[] = [];
    const socket = await ControlSocket.open({
      path,
      status: () => status,
      command: (given) => {
        heard.push(given);
        return answer(given);
      },
    });
    onTestFinished(() => socket.close());
    return { path, heard };
  }

  it("is taken, or refused with the reason", async () => {
    const { path, heard } = await openWith(({ channel }) =>
      channel === "a/level" ? null : "unknown-channel",
    );
    expect(await tellWord(path, order, 5_000)).toEqual({ ok: true, answer: { ok: true } });
    expect(await tellWord(path, { ...order, channel: "z/level" }, 5_000)).toEqual({
      ok: true,
      answer: { ok: false, reason: "unknown-channel" },
    });
    expect(heard).toEqual([order, { ...order, channel: "z/level" }]);
  });

  it("is not believed where it has another form, and then nobody hears it", async () => {
    const { path, heard } = await openWith(() => null);
    const texts: [object, string][] = [
      [{ do: "override", ...order, word: "insist" }, "unknown-word"],
      [{ do: "override", ...order, word: ["exclude"] }, "unknown-word"],
      [{ do: "override", ...order, sensor: 1 }, "malformed"],
      [{ do: "override", word: "auto", sensor: "level" }, "malformed"],
      [{ do: "reboot", ...order }, "unknown-request"],
      [[], "unknown-request"],
    ];
    for (const [request, reason] of texts) {
      expect(JSON.parse(await talk(path, `${JSON.stringify(request)}\n`))).toEqual({
        ...{ ok: false, reason },
      });
    }
    const long = { do: "override", ...order, channel: "x".repeat(10_000) };
    expect(await talk(path, `${JSON.stringify(long)}\n`)).toContain("too-long");
    expect(heard).toEqual([]);
  });

  it("to a replica that is just starting has no answer yet", async () => {
    const { path } = await openWith(() => "starting");
    expect(await tellWord(path, order, 5_000)).toEqual({ ok: false, reason: "no-answer" });
    const nowhere = socketPath(await testFolder(), node);
    expect(await tellWord(nowhere, order, 5_000)).toEqual({ ok: false, reason: "no-replica" });
  });
});

describe("asking for a status", () => {
  it("does not wait for ever for a replica that hangs", async () => {
    const path = socketPath(await testFolder(), node);
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => {
      server.close();
    });
    expect(await askStatus(path, 50)).toEqual({ ok: false, reason: "no-answer" });
  });
});
