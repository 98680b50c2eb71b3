/** A replica whose board is a bridge on a pseudo terminal, which watches it. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { payloadBytesMax } from "../../boards/bridge/frames.js";
import { MonotonicClock } from "../../src/host/monotonic-clock.js";
import { openPseudoTerminal } from "../../src/host/serial/pseudo-terminal.js";
import { ByteStreamReader, toByteStream } from "../../src/wire/byte-stream.js";
import { FakeBridge } from "../boards/bridge/support/fake-bridge.js";
import { until } from "../boards/bridge/support/live-device.js";
import { isBuilt, program, startNode } from "../host/support/built.js";
import { clusterFolder } from "./support/cluster-folder.js";

const pseudo = openPseudoTerminal();
if (pseudo.ok) pseudo.terminal.close();
const able = pseudo.ok && isBuilt(["src/cli/main.js"]);

/** A fake bridge at the far end of a pseudo terminal. */
function plugged(): { readonly path: string; readonly device: FakeBridge } {
  const opened = openPseudoTerminal();
  if (!opened.ok) throw new Error(opened.reason);
  const { stream, path, close } = opened.terminal;
  const clock = new MonotonicClock();
  const say = (payload: Uint8Array): void => {
    stream.write(toByteStream(payload));
  };
  const device = new FakeBridge(clock.now(), { say });
  const reader = new ByteStreamReader(payloadBytesMax);
  stream.on("data", (bytes: Buffer) => {
    for (const payload of reader.push(bytes)) device.receive(clock.now(), payload);
  });
  const timer = setInterval(() => device.tick(clock.now()), 5);
  onTestFinished(() => {
    clearInterval(timer);
    close();
  });
  return { path, device };
}

/** A folder whose replicas have the bridge at this port. */
async function folderFor(port: string): Promise<string> {
  const { path } = await clusterFolder("stateDir: .");
  const file = join(path, "holdfast.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace("board: { kind: mock }", boardAt(port)));
  return path;
}

const boardAt = (port: string): string => `board:
  kind: bridge
  port: ${port}
  inputs: { temperature: { pin: A0, scale: 20 } }
  outputs: { heater: { pin: D9, as: pwm } }
watchdog: { device: [thread, bridge], timeout: 3s }`;

it.skipIf(!able)(
  "WATCH-7: a bridge watches a replica: while it is stopped its outputs are safe",
  async () => {
    const { path: port, device } = plugged();
    const cwd = await folderFor(port);
    const { child, has, ended } = startNode([program, "run", "--node", "a"], { cwd });
    await has("a of ");
    expect(device.pin(9).use).toBe(4);
    await until(() => device.dog !== null, "it is armed");
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    expect(device.dog?.bitten).toBe(false);
    expect(device.dogOutputs.some(({ kind }) => kind === "right")).toBe(true);
    // Not longer than the thread's patience after the bite: it would end the process.
    child.kill("SIGSTOP");
    await until(() => device.dog?.bitten === true, "it bites", 4_000);
    child.kill("SIGCONT");
    child.kill("SIGTERM");
    const { code } = await ended;
    expect([0, null, 1, 137]).toContain(code);
  },
  30_000,
);

it.skipIf(!able)("OPEN-6: a bridge that does not answer refuses the start, with why", async () => {
  const { path: port, device } = plugged();
  device.frozen = true;
  const cwd = await folderFor(port);
  const { ended } = startNode([program, "run", "--node", "a"], { cwd });
  const { code, stderr } = await ended;
  expect(code).toBe(4);
  expect(stderr).toContain("board: no bridge answered in 5 s: nothing came");
});
