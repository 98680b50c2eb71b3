/**
 * What lanes do, scenario by scenario; prints one JSON object. The ticks are in lane-ticks.mjs.
 *
 * node lanes.mjs SCENARIO
 */
import { readdirSync } from "node:fs";
import { Lane } from "../../../../dist/src/host/lanes/lane.js";
import { makeLock } from "../../../../dist/src/host/lanes/shared-lock.js";

const scenario = process.argv[2];
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const told = [];

const start = (role, more = {}) =>
  Lane.start({
    name: role,
    module: new URL(`./lane-ticks.mjs?${role}`, import.meta.url),
    ...{ period: 5_000, priority: 30, warmUp: 20_000, data: { role } },
    onTold: (each) => told.push(each),
    ...more,
  });

/** Looks again and again until it is so, for at most ten seconds. */
async function until(holds) {
  for (let tries = 0; tries < 1_000 && !holds(); tries += 1) await wait(10);
}

const kinds = () => told.map(({ kind }) => kind);
const threads = () => readdirSync("/proc/self/task").length;

const scenarios = {
  async steady() {
    const seen = new SharedArrayBuffer(64);
    const { lane } = await start("steady", { buffers: { seen }, locks: { lock: makeLock() } });
    await until(() => lane.telemetry().ticks >= 50);
    const { stage, ticks, late } = lane.telemetry();
    const before = threads();
    const began = performance.now();
    const end = await lane.stop();
    const took = performance.now() - began;
    const after = { stage: lane.telemetry().stage, threads: threads() - before };
    const words = [...new Int32Array(seen, 0, 4)];
    return { grant: lane.grant, stage, ticks, late, end, took, after, words };
  },

  async overruns() {
    const { lane } = await start("overruns");
    await until(() => lane.telemetry().ticks >= 20);
    const { ticks, overruns } = lane.telemetry();
    await lane.stop();
    return { ticks, overruns, kinds: kinds() };
  },

  async slow() {
    const { lane } = await start("steady", {
      period: 3_000_000,
      buffers: { seen: new SharedArrayBuffer(64) },
    });
    await wait(1_500);
    const began = performance.now();
    const end = await lane.stop();
    return { end, took: performance.now() - began, kinds: kinds() };
  },

  async hangs() {
    const { lane } = await start("hangs", { silenceMax: 300_000 });
    await until(() => kinds().includes("hangs"));
    const end = await lane.stop();
    return { kinds: kinds(), silence: told.find(({ kind }) => kind === "hangs")?.silence, end };
  },

  async stutters() {
    const { lane } = await start("stutters", { silenceMax: 200_000 });
    await until(() => kinds().includes("back"));
    return { kinds: kinds(), end: await lane.stop() };
  },

  async throws() {
    await start("throws");
    await until(() => kinds().includes("ended"));
    return { told: told.filter(({ kind }) => kind === "ended") };
  },

  async promises() {
    await start("promises");
    await until(() => kinds().includes("ended"));
    return { told: told.filter(({ kind }) => kind === "ended") };
  },

  async refused() {
    const missing = await start("x", { module: new URL("./no-such-module.mjs", import.meta.url) });
    const tickless = await start("x", { module: new URL("./thread.mjs", import.meta.url) });
    const usage = [];
    for (const wrong of [{ priority: 99 }, { priority: 0 }, { period: 50 }, { cpu: -1 }]) {
      await start("x", wrong).catch(({ name, message }) => usage.push([name, message]));
    }
    return { missing, tickless, usage };
  },

  async granted() {
    const { lane } = await start("idle");
    await until(() => lane.grant !== null && lane.telemetry().ticks >= 5);
    const { grant } = lane;
    await lane.stop();
    return { grant, kinds: kinds() };
  },
};

console.log(JSON.stringify(await scenarios[scenario]()));
