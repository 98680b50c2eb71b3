/** The bridge as a watchdog of its host, by question and answer. */
import { describe, expect, it } from "vitest";
import { armBridgeWatchdog } from "../../../boards/bridge/arm-watchdog.js";
import { answerSettings, type BridgeWatchdog } from "../../../boards/bridge/bridge-watchdog.js";
import { openBridge } from "../../../boards/bridge/open.js";
import { WatchdogRefusal } from "../../../src/host/watchdog/watchdog-device.js";
import { WatchdogSet } from "../../../src/host/watchdog/watchdog-set.js";
import { type Duration, millis, seconds } from "../../../src/kernel/time.js";
import { checkSettings } from "../../../src/watchdog/question-answer/protocol.js";
import { lineOf, plainOutput } from "../../contracts/pins/rig.js";
import { AvrBridgeRig } from "./support/avr-rig.js";
import { BridgeRig } from "./support/bridge-rig.js";
import { FakeBridge } from "./support/fake-bridge.js";
import { LiveDevice, until } from "./support/live-device.js";

class Watched {
  readonly rig = new BridgeRig();
  readonly told: string[] = [];
  readonly dog: BridgeWatchdog;

  constructor(timeout: Duration) {
    this.dog = this.rig.board.armWatchdog(timeout, (_, text) => this.told.push(text));
    this.rig.pass(20);
  }

  /** Pets every so often, for so long; both in milliseconds. */
  pet(every: number, ms: number): void {
    for (let at = 0; at < ms; at += every) {
      this.dog.pet();
      this.rig.pass(every);
    }
  }

  get bitten(): boolean {
    return this.rig.device.dog?.bitten === true;
  }

  /** In milliseconds from now until it bites. */
  timeToBite(most: number): number {
    for (let ms = 0; ms <= most; ms += 1) {
      if (this.bitten) return ms;
      this.rig.pass(1);
    }
    throw new Error(`it did not bite within ${most} ms`);
  }
}

describe("the bridge's watchdog", () => {
  it.each([1, 2, 15, 120])("WATCH-1: at %d s its settings are sound, and fit their fields", (s) => {
    const settings = answerSettings(seconds(s));
    checkSettings(settings);
    expect(settings.firstTimeout).toBeLessThan(millis(65_536));
    const { errorsMax, errorStep, timeout } = settings;
    const unanswered = Math.ceil((errorsMax + 1) / errorStep) * timeout;
    expect(unanswered + 0.75 * timeout + seconds(s) / 2).toBeLessThanOrEqual(seconds(s));
  });

  it("WATCH-1: petted as a set of watchdogs does it never bites, and counts no error", () => {
    const watched = new Watched(seconds(2));
    watched.pet(250, 120_000);
    expect(watched.bitten).toBe(false);
    expect(watched.rig.device.dogOutputs.filter(({ kind }) => kind === "wrong")).toEqual([]);
    expect(watched.dog.pets).toBe(480);
    expect(watched.dog.failures).toBe(0);
    expect(watched.dog.bites).toBe(0);
  });

  it("WATCH-2: without pets it bites within its time, though the host runs", () => {
    for (const timeout of [1_000, 2_000, 5_000]) {
      for (const offset of [0, 37, 90, 111]) {
        const watched = new Watched(millis(timeout));
        const line = lineOf(
          watched.rig.board.openOutput(watched.rig.now(), "D7", { ...plainOutput, initial: 1 }),
        );
        watched.pet(timeout / 8, timeout * 2);
        watched.rig.pass(offset);
        watched.dog.pet();
        const ms = watched.timeToBite(timeout);
        expect(ms).toBeGreaterThan((timeout * 3) / 8);
        expect(watched.rig.device.pin(7).measure()).toBe(0);
        watched.rig.pass(100);
        expect(line.readBack(watched.rig.now())).toBe(0);
        expect(watched.dog.bites).toBe(1);
        expect(watched.rig.kinds()).toContain("supervision-failed");
        // And it stays so, whatever is written.
        line.write(watched.rig.now(), 1, null);
        watched.rig.pass(3_000);
        expect(watched.rig.device.pin(7).measure()).toBe(0);
      }
    }
  });

  it("WATCH-2: a host that stopped altogether is found as well", () => {
    const watched = new Watched(seconds(2));
    watched.pet(250, 4_000);
    watched.rig.stopped = true;
    expect(watched.timeToBite(2_000)).toBeGreaterThan(500);
  });

  it("WATCH-3: a pet arms it again, and what still holds is driven again", () => {
    const watched = new Watched(seconds(1));
    const { rig, dog } = watched;
    lineOf(rig.board.openOutput(rig.now(), "D7", { ...plainOutput, initial: 1 }));
    const short = lineOf(rig.board.openOutput(rig.now(), "D8", plainOutput));
    watched.pet(100, 2_000);
    short.write(rig.now(), 1, rig.later(1_500));
    watched.timeToBite(1_000);
    rig.pass(1_000);
    expect(rig.device.pin(7).measure()).toBe(0);
    dog.pet();
    rig.pass(60);
    expect(dog.isArmed).toBe(true);
    expect(rig.device.pin(7).measure()).toBe(1);
    expect(rig.device.pin(8).measure()).toBe(0);
    watched.pet(100, 5_000);
    expect(watched.bitten).toBe(false);
    expect(dog.bites).toBe(1);
  });

  it("WATCH-3: after a reset of the device it is armed with the next pet, and not before", () => {
    const watched = new Watched(seconds(1));
    const { rig, dog } = watched;
    watched.pet(100, 1_000);
    rig.pass(1);
    rig.device.reset(rig.now(), 8);
    rig.pass(200);
    expect(rig.device.dog).toBeNull();
    dog.pet();
    rig.pass(60);
    expect(rig.device.dog).not.toBeNull();
    watched.pet(100, 3_000);
    expect(watched.bitten).toBe(false);
  });

  it("WATCH-4: pets that do not get through are counted, and told once", () => {
    const watched = new Watched(seconds(1));
    const { rig, dog } = watched;
    rig.session.onLineLost(rig.now(), "gone");
    rig.device.reset(rig.now(), 1);
    rig.session.onLineRestored(rig.now());
    rig.device.deaf = true;
    rig.pass(400);
    watched.pet(100, 500);
    expect(dog.failures).toBeGreaterThanOrEqual(4);
    expect(watched.told.filter((text) => text.includes("did not get through"))).toHaveLength(1);
    rig.device.deaf = false;
    watched.pet(100, 1_500);
    expect(dog.isArmed).toBe(true);
  });

  it("WATCH-5: closed, it is off: nobody pets, and nothing bites", async () => {
    const watched = new Watched(seconds(1));
    watched.pet(100, 1_000);
    await watched.dog.close();
    watched.rig.pass(50);
    expect(watched.rig.device.dog).toBeNull();
    watched.dog.pet();
    watched.rig.pass(3_000);
    expect(watched.rig.device.dog).toBeNull();
  });

  it("WATCH-5: a board that is closed turns it off, and so does a host that is new", () => {
    const watched = new Watched(seconds(1));
    watched.rig.board.close(watched.rig.now());
    watched.rig.pass(50);
    expect(watched.rig.device.dog).toBeNull();
  });
});

it("WATCH-2: the firmware itself bites in that time, and is armed again", () => {
  const rig = new AvrBridgeRig();
  lineOf(rig.board.openOutput(rig.now(), "D7", { ...plainOutput, initial: 1 }));
  const dog = rig.board.armWatchdog(seconds(1), () => {});
  for (let pet = 0; pet < 30; pet += 1) {
    dog.pet();
    rig.pass(100);
    expect(rig.mcu.drive("D7")).toBe("high");
  }
  expect(dog.isArmed).toBe(true);
  let ms = 0;
  for (; ms < 1_000 && rig.mcu.drive("D7") === "high"; ms += 5) rig.pass(5);
  expect(ms).toBeGreaterThan(300);
  expect(rig.mcu.drive("D7")).toBe("low");
  rig.pass(500);
  dog.pet();
  rig.pass(60);
  expect(rig.mcu.drive("D7")).toBe("high");
});

describe("armed by a host", () => {
  const live = () => new LiveDevice((now, say) => new FakeBridge(now, { say }));

  async function open(line: LiveDevice<FakeBridge>) {
    const opened = await openBridge({
      open: () => line.open(),
      ...{ clock: line.clock, cluster: "boiler", node: "pi-1", baudRate: 10_000_000 },
    });
    if (!opened.ok) throw new Error(opened.message);
    return opened.board;
  }

  it("WATCH-6: in a set of watchdogs it is petted by one decision, and bites without", async () => {
    const line = live();
    const board = await open(line);
    const { clock } = line;
    const dog = await armBridgeWatchdog(board, { clock, timeout: seconds(1), tell: () => {} });
    const parts = { clock, missing: [], systemd: null, describe: () => null };
    const set = new WatchdogSet({ ...parts, devices: [dog] });
    const timer = setInterval(() => set.pet(), 50);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(line.device.dog?.bitten).toBe(false);
    expect(set.status().devices).toMatchObject([{ device: "bridge", failures: 0 }]);
    clearInterval(timer);
    await until(() => line.device.dog?.bitten === true, "it bites", 1_500);
    await until(() => dog.bites === 1, "the host knows");
    set.pet();
    await until(() => dog.isArmed, "it is armed again");
    await set.close();
    await until(() => line.device.dog === null, "it is off");
    board.close(clock.now());
    await board.ended;
    line.end();
  });

  it("WATCH-6: one that does not confirm, or cannot wait so long, is refused", async () => {
    const line = live();
    const board = await open(line);
    const { clock } = line;
    const arm = (timeout: Duration) => armBridgeWatchdog(board, { clock, timeout, tell: () => {} });
    await expect(arm(millis(900))).rejects.toThrow(/from 1 to 120 s/);
    await expect(arm(seconds(121))).rejects.toThrow(WatchdogRefusal);
    line.device.resultFor = (type) => (type === 0x23 ? 3 : null);
    await expect(arm(seconds(2))).rejects.toThrow(/did not confirm/);
    board.close(clock.now());
    await board.ended;
    line.end();
  });
});
