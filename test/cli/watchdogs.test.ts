/** `holdfast run` with its watchdogs: as a service of systemd, and with a device of the board. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isBuilt, program, type Started, startNode } from "../host/support/built.js";
import {
  freshName,
  hasDatagrams,
  openServiceSocket,
  type ServiceSocket,
} from "../host/support/service-socket.js";
import { jsonOf, run } from "./support/captured-io.js";
import { clusterFolder } from "./support/cluster-folder.js";

/** A cluster of one, which needs nobody to run its app. */
async function aloneFolder(more: string): Promise<string> {
  const { path } = await clusterFolder(more);
  const file = join(path, "holdfast.yaml");
  const lines = (await readFile(file, "utf8")).split("\n");
  await writeFile(file, lines.filter((line) => !/- \{ id: [bc],/.test(line)).join("\n"));
  return path;
}

const start = (cwd: string, env: readonly string[] = []): Started =>
  startNode([program, "run", "--node", "a"], { cwd, through: ["env", ...env] });

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Hears systemd's part until it fits; the test's own time limit bounds it. */
async function hear(
  socket: ServiceSocket,
  fits: (signs: readonly string[]) => boolean,
): Promise<readonly string[]> {
  const signs: string[] = [];
  while (!fits(signs)) {
    signs.push(...socket.receive());
    await pause(20);
  }
  return signs;
}

const counted = (signs: readonly string[], sign: string): number =>
  signs.filter((one) => one === sign).length;

const service = () => {
  const name = freshName();
  const socket = openServiceSocket(name);
  return { socket, env: [`NOTIFY_SOCKET=${name}`, "WATCHDOG_USEC=2000000"] };
};

const isReady = isBuilt(["src/cli/main.js", "src/host/watchdog/dog-thread.js"]);

describe.runIf(isReady && hasDatagrams)("holdfast run as a service", () => {
  it("says when it is up and how it is, gives signs of life, and says that it ends", async () => {
    const path = await aloneFolder("watchdog: { device: thread }");
    const { socket, env } = service();
    const { child, ended } = start(path, env);
    const signs = await hear(
      socket,
      (heard) => counted(heard, "WATCHDOG=1") > 4 && heard.some((one) => one.includes("heater")),
    );
    expect(counted(signs, "READY=1")).toBe(1);
    expect(signs).toContainEqual(expect.stringMatching(/^STATUS=drives heater; 1 of 1 alive by /));
    child.kill("SIGTERM");
    const last = await hear(socket, (heard) => heard.includes("STOPPING=1"));
    expect(await ended).toMatchObject({ code: 0 });
    // Signs of life go on while it stops, for a disk may be slow; nothing else is said any more.
    const words = [...last, ...socket.receive()].filter((one) => one !== "WATCHDOG=1");
    expect(words.at(-1)).toBe("STOPPING=1");
  });

  it("gives no sign of life any more when its app never returns", async () => {
    const path = await aloneFolder("watchdog: { device: none }");
    const app = await readFile(join(path, "app.mjs"), "utf8");
    const endless = "control: ({ cycle }) => { if (globalThis.n++ > 20) for (;;); return ({";
    const hanging = app.replace(/control: .*/, `${endless} state: {}, commands: {} }) },`);
    await writeFile(join(path, "app.mjs"), `globalThis.n = 0;${hanging}`);
    const { socket, env } = service();
    const { child } = start(path, env);
    await hear(socket, (heard) => counted(heard, "WATCHDOG=1") > 1);
    // Hung at the latest now; whatever it said before is in the socket.
    await pause(4_000);
    socket.receive();
    await pause(2_500);
    expect(socket.receive()).toEqual([]);
    expect(child.exitCode).toBe(null);
  });
});

describe.runIf(isReady)("holdfast run with a device of the board", () => {
  const missing = "/dev/watchdog99";

  it("does not run on silently without it: exit 4, and what to do (DEVICE-9)", async () => {
    const path = await aloneFolder(`watchdog: { device: "thread, ${missing}" }`);
    const { code, stderr } = await start(path).ended;
    expect(code).toBe(4);
    expect(stderr).toContain(`error: the watchdog ${missing} cannot be armed: there is no such`);
    expect(stderr).toContain("`watchdog: { required: false }` runs without it");
    // However often a service manager tries: that is no crash, and leads to no safe mode.
    for (let time = 0; time < 3; time += 1) expect((await start(path).ended).code).toBe(4);
    const { stdout } = await run(["boots"], { cwd: path });
    expect(stdout.match(/refused +- +ordinary/g)).toHaveLength(3);
    expect(stdout).toContain("its start was refused");
    expect(stdout).not.toContain("crash");
  });

  it("runs on without one that need not be there, and says so", async () => {
    const more = `watchdog: { device: [mock, ${missing}], required: false, timeout: 2s }`;
    const path = await aloneFolder(more);
    const { child, ended, has } = start(path);
    await has("is up");
    const [replica] = jsonOf(await run(["status", "--json"], { cwd: path }))["replicas"] as [
      { host: { watchdog: unknown } },
    ];
    expect(replica.host.watchdog).toMatchObject({
      timeout: 2_000_000,
      devices: [{ device: "mock", failures: 0 }],
      missing: [expect.stringContaining(missing)],
    });
    const text = await run(["status"], { cwd: path });
    expect(text.stdout).toMatch(/\n {4}mock +bites after 2\.0 s, \d+ pets, \d\.\d s left\n/);
    expect(text.stdout).toMatch(/\n {4}missing +the watchdog \/dev\/watchdog99 cannot be armed/);
    child.kill("SIGTERM");
    expect((await ended).stderr).toContain("the replica goes on without it");
  });
});
