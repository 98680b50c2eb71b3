/**
 * `holdfast run` on a board of pins: a bridge at the far end of a pseudo terminal, which this test
 * plays, with real time and real processes.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { payloadBytesMax } from "../../boards/bridge/frames.js";
import { MonotonicClock } from "../../src/host/monotonic-clock.js";
import { ByteStreamReader, toByteStream } from "../../src/wire/byte-stream.js";
import { FakeBridge } from "../boards/bridge/support/fake-bridge.js";
import { until } from "../boards/bridge/support/live-device.js";
import { Cable, whyNoTerminals } from "../host/serial/support/cable.js";
import { isBuilt, program, startNode } from "../host/support/built.js";
import { jsonOf, run } from "./support/captured-io.js";
import { clusterFolder } from "./support/cluster-folder.js";

const lack = whyNoTerminals();
if (lack !== null) console.warn(`SKIPPED: no replica ran on a serial line (${lack})`);
const canRun = lack === null && isBuilt(["src/cli/main.js", "src/cli/run/wired-board.js"]);

/** One node alone leads itself; the heater is on while it is colder than 60 degC. */
const appModule = `
export const app = {
  name: "one",
  sensors: { temperature: { unit: "degC", min: 0, max: 120, tolerance: 1 } },
  outputs: { heater: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } } },
  initial: {},
  control: ({ state, inputs }) => {
    const { value } = inputs.temperature;
    if (value > 90) setImmediate(() => { throw new Error("planted"); });
    return { state, commands: value === null ? {} : { heater: value < 60 ? 1 : 0 } };
  },
};
`;

const d8 = 8;
const a0 = 14;

async function makeRig(wiring = "inputs: { temperature: { pin: A0, scale: 40 } }") {
  const { path, ports } = await clusterFolder();
  await writeFile(join(path, "app.mjs"), appModule);
  await mkdir(join(path, "lines"));
  const cable = new Cable(join(path, "lines"), "bridge");
  const config = [
    ...["cluster: test", "keyFile: key", "app: app.mjs", "nodes:"],
    `  - { id: a, address: "127.0.0.1:${ports[0]}" }`,
    ...["board:", "  kind: bridge", `  port: ${cable.ends[0]}`],
    ...[`  ${wiring}`, "  outputs: { heater: { pin: D8 } }"],
    // Patient, so that a busy machine does not have the watchdog end what is under test.
    "timing: { cycle: 100ms, heartbeat: 50ms, watchdog: 10s }",
  ];
  await writeFile(join(path, "holdfast.yaml"), `${config.join("\n")}\n`);
  return { path, cable };
}

/** The firmware, in this process, at the far end of the cable; plugged in again at need. */
class Device {
  readonly clock = new MonotonicClock();
  readonly bridge: FakeBridge;
  readonly #cable: Cable;
  #say: (payload: Uint8Array) => void = () => {};

  constructor(cable: Cable) {
    this.#cable = cable;
    this.bridge = new FakeBridge(this.clock.now(), { say: (payload) => this.#say(payload) });
    const timer = setInterval(() => this.bridge.tick(this.clock.now()), 5);
    onTestFinished(() => clearInterval(timer));
  }

  async plug(): Promise<void> {
    const { openSerialPort } = await import("../../src/host/serial/open-serial-port.js");
    const far = await openSerialPort({ path: this.#cable.ends[1], baudRate: 115_200 });
    const reader = new ByteStreamReader(payloadBytesMax);
    far.on("data", (bytes: Buffer) => {
      for (const payload of reader.push(bytes)) this.bridge.receive(this.clock.now(), payload);
    });
    far.on("error", () => {});
    this.#say = (payload) => {
      if (!far.destroyed) far.write(toByteStream(payload));
    };
    onTestFinished(() => {
      far.destroy();
    });
  }

  get heater(): number | null {
    return this.bridge.pin(d8).measure();
  }

  set volts(volts: number) {
    this.bridge.pin(a0).volts = volts;
  }
}

async function started() {
  const { path, cable } = await makeRig();
  const device = new Device(cable);
  device.volts = 1;
  await device.plug();
  const replica = startNode([program, "run", "--node", "a"], { cwd: path });
  await replica.has("is up");
  await until(() => device.heater === 1, "the heater was on", 20_000);
  return { path, cable, device, replica };
}

type Verdict = { readonly value: number | null } | undefined;

async function sensorIn(path: string): Promise<Verdict> {
  const { replicas } = jsonOf(await run(["status", "--json"], { cwd: path })) as {
    replicas?: { node: { sensors: { verdict: Verdict }[] } }[];
  };
  return replicas?.[0]?.node.sensors[0]?.verdict;
}

describe.skipIf(!canRun)("holdfast run on a board of pins (BOARD-RUN)", () => {
  it("BOARD-RUN-1: reads volts as degrees, drives, and lets go at SIGTERM", async () => {
    const { path, device, replica } = await started();
    // A step of the converter is 0.2 degC.
    await expect
      .poll(async () => (await sensorIn(path))?.value, { timeout: 10_000 })
      .toBeCloseTo(40, 0);
    device.volts = 2;
    await until(() => device.heater === 0, "the heater was off");
    device.volts = 1;
    await until(() => device.heater === 1, "the heater was on again");
    replica.child.kill("SIGTERM");
    const { code, stderr } = await replica.ended;
    expect(code).toBe(0);
    expect(stderr).toContain("the board is open");
    await until(() => device.heater === 0, "the heater was let go", 1_000);
  });

  it("BOARD-RUN-2: lets go when something throws where nothing may", async () => {
    const { device, replica } = await started();
    device.volts = 2.5;
    const { code, signal, stderr } = await replica.ended;
    expect({ code, signal }, stderr).toEqual({ code: 70, signal: null });
    await until(() => device.heater === 0, "the heater was let go", 1_000);
  });

  it("BOARD-RUN-3: after SIGKILL the board itself ends what it was told", async () => {
    const { device, replica } = await started();
    replica.child.kill("SIGKILL");
    await replica.ended;
    await until(() => device.heater === 0, "the heater was off", 1_000);
  });

  it("BOARD-RUN-4: goes on without its board, tells it once, and takes it back", async () => {
    const { path, cable, device, replica } = await started();
    cable.unplug();
    await until(() => device.heater === 0, "the heater was off", 3_000);
    await expect.poll(() => sensorIn(path), { timeout: 10_000 }).toMatchObject({ value: null });
    cable.plug();
    await device.plug();
    await until(() => device.heater === 1, "the heater was on again", 15_000);
    // The watch looks four times a second.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    replica.child.kill("SIGINT");
    const { code, stderr } = await replica.ended;
    expect(code).toBe(0);
    const lines = stderr.split("\n");
    expect(lines.filter((line) => line.includes("; the replica goes on")).length).toBeLessThan(3);
    expect(lines.filter((line) => line.includes("the board is lost")).length).toBe(1);
    expect(lines.filter((line) => line.includes("the board is back")).length).toBe(1);
  });

  it("BOARD-RUN-5: says what is wrong with code 4 where there is no board", async () => {
    const { path, cable } = await makeRig();
    cable.unplug();
    const { code, stderr } = await startNode([program, "run", "--node", "a"], { cwd: path }).ended;
    expect(code).toBe(4);
    expect(stderr).toContain(cable.ends[0]);
    expect(stderr.split("\n").length).toBeLessThan(5);
    expect(await readFile(join(path, "holdfast.yaml"), "utf8")).toContain("bridge");
  });
});
