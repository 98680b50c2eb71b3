import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import {
  FlightRecorder,
  type RecorderEnd,
  type StepEncoder,
} from "../../src/host/flight-recorder.js";
import { openRecording, recordingsMax } from "../../src/host/recording-folder.js";
import { nodeId } from "../../src/kernel/ids.js";
import { timeout } from "../../src/kernel/machine.js";
import { testFolder } from "./support/folder.js";
import { ManualClock } from "./support/manual-clock.js";

const node = nodeId("a");

/** Every step is a line of ten characters. */
const encoder: StepEncoder = {
  header: "header\n",
  step: () => "123456789\n",
  threw: (_at, _input, error) => `${error}\n`,
  end: (_at, reason) => `end ${reason}\n`,
};

async function rig(limits: { bytesMax?: number; bytesPerSecondMax?: number } = {}) {
  const clock = new ManualClock();
  const file = await openRecording(await testFolder(), node, 7);
  const ends: RecorderEnd[] = [];
  const recorder = new FlightRecorder({
    now: clock.now(),
    file,
    encoder,
    bytesMax: limits.bytesMax ?? 1_000_000,
    bytesPerSecondMax: limits.bytesPerSecondMax ?? 1_000_000,
    onEnd: (reason) => ends.push(reason),
  });
  const steps = (count: number) => {
    for (let index = 0; index < count; index += 1) recorder.step(clock.now(), timeout, []);
  };
  const text = () => readFile(file.path, "utf8");
  return { clock, recorder, file, ends, steps, text };
}

describe("the flight recorder", () => {
  it("writes the header, every step and why it ended", async () => {
    const { recorder, clock, steps, text, ends } = await rig();
    steps(3);
    expect(recorder.status()).toMatchObject({ state: "recording", steps: 3, bytes: 37 });
    await recorder.close(clock.now());
    expect(await text()).toBe(`header\n${"123456789\n".repeat(3)}end stopped\n`);
    expect(ends).toEqual(["stopped"]);
  });

  it("ends when it is full, in fewer bytes than it may have, and stays ended (REC-1)", async () => {
    const { recorder, clock, steps, text, ends } = await rig({ bytesMax: 200 });
    steps(100);
    await recorder.close(clock.now());
    const written = await text();
    expect(written.length).toBeLessThanOrEqual(200);
    expect(written).toMatch(/^header\n(123456789\n)+end full\n$/);
    expect(recorder.status().steps).toBe(written.split("123456789").length - 1);
    expect(ends).toEqual(["full"]);
  });

  it("ends when more comes in a second than may be written (REC-1)", async () => {
    const { recorder, clock, steps, text } = await rig({ bytesPerSecondMax: 100 });
    steps(100);
    await recorder.close(clock.now());
    expect(await text()).toMatch(/end too-fast\n$/);
  });

  it("goes on at the rate that is allowed (REC-1)", async () => {
    const { recorder, clock, steps } = await rig({ bytesPerSecondMax: 100 });
    for (let second = 0; second < 50; second += 1) {
      steps(9);
      clock.advance(1_000_000);
    }
    expect(recorder.status()).toMatchObject({ state: "recording", steps: 450 });
    await recorder.close(clock.now());
  });

  it("has the step that failed on the disk when it returns (HOST-5)", async () => {
    const { recorder, clock, file, steps } = await rig();
    steps(2);
    recorder.threw(clock.now(), timeout, new Error("boom"));
    // Without a wait: the process would end here.
    const written = readFileSync(file.path, "utf8");
    expect(written).toContain("end failed\n");
    expect(written).toContain("Error: boom\n");
    await recorder.close(clock.now());
  });

  it("has all before it on the disk where the step that failed has no room (HOST-5)", async () => {
    const { recorder, clock, file, steps, ends } = await rig({ bytesMax: 64 + 7 + 20 });
    steps(2);
    recorder.threw(clock.now(), timeout, new Error("boom"));
    // The pool has the write, and a process that ends here would not wait for it.
    expect(readFileSync(file.path, "utf8")).toBe(`header\n${"123456789\n".repeat(2)}end full\n`);
    await recorder.close(clock.now());
    expect(readFileSync(file.path, "utf8")).toBe(`header\n${"123456789\n".repeat(2)}end full\n`);
    expect(ends).toEqual(["full"]);
  });

  it("gives up on a disk that refuses, and tells it once (REC-1)", async () => {
    const { recorder, clock, file, steps, ends } = await rig();
    await file.handle.close();
    steps(1);
    recorder.threw(clock.now(), timeout, new Error("boom"));
    steps(1);
    await recorder.close(clock.now());
    expect(ends).toHaveLength(1);
    expect(recorder.status().state).not.toBe("recording");
  });

  it("closes twice without harm", async () => {
    const { recorder, clock } = await rig();
    await recorder.close(clock.now());
    await recorder.close(clock.now());
  });
});

describe("the folder of recordings", () => {
  it("keeps the newest of a node, and what is not its own (REC-2)", async () => {
    const folder = `${await testFolder()}/new/deep`;
    const names = [
      [node, 100],
      [nodeId("a-1"), 5],
      [node, 20],
    ] as const;
    for (const [id, bootId] of names)
      await (await openRecording(folder, id, bootId)).handle.close();
    for (let bootId = 101; bootId < 101 + recordingsMax; bootId += 1) {
      await (await openRecording(folder, node, bootId)).handle.close();
    }
    expect((await readdir(folder)).sort()).toEqual([
      ...["a-1-5.ndjson", "a-101.ndjson", "a-102.ndjson", "a-103.ndjson", "a-104.ndjson"],
    ]);
  });

  it("never writes over a recording (REC-2)", async () => {
    const folder = await testFolder();
    const first = await openRecording(folder, node, 1);
    await first.handle.close();
    await expect(openRecording(folder, node, 1)).rejects.toThrow("EEXIST");
  });
});
