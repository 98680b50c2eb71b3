/** Several watchdogs, petted by one decision, and how they come to be armed. */
import { array, asyncProperty, double, integer, assert as property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { MockDog } from "../../../src/host/watchdog/mock-dog.js";
import {
  type ArmBridge,
  type ArmingOptions,
  armWatchdogs,
} from "../../../src/host/watchdog/watchdog-arming.js";
import { WatchdogRefusal } from "../../../src/host/watchdog/watchdog-device.js";
import { WatchdogSet } from "../../../src/host/watchdog/watchdog-set.js";
import type { WatchdogSettings } from "../../../src/host/watchdog/watchdog-settings.js";
import {
  type Duration,
  elapsed,
  type Instant,
  micros,
  millis,
  seconds,
} from "../../../src/kernel/time.js";
import { FakeWatchdog } from "../support/fake-watchdog.js";
import { freshName, hasDatagrams, openServiceSocket } from "../support/service-socket.js";
import { VirtualClock } from "../support/virtual-clock.js";

interface Rig {
  readonly options: ArmingOptions;
  readonly board: FakeWatchdog;
  readonly told: readonly string[];
}

const patience = seconds(1);

function rigOf(settings: Partial<WatchdogSettings>, env: Record<string, string> = {}): Rig {
  const board = new FakeWatchdog();
  const told: string[] = [];
  const options: ArmingOptions = {
    ...{ name: "a", patience, clock: board.clock, calls: board, env },
    settings: {
      ...{ devices: ["/dev/watchdog0"], timeout: seconds(4), pretimeout: millis(0) },
      ...{ onStop: "disarm", required: true, systemd: true },
      ...settings,
    },
    tell: (device, level, text) => told.push(`${level} ${device} ${text}`),
    describe: () => "follows b",
    evidence: null,
    onFailure: () => expect.fail("no thread was asked for"),
  };
  return { options, board, told };
}

/** Pets as the supervision does, four times in the thread's patience. */
async function petFor(rig: Rig, rounds: number, wellUntil = rounds, each = () => {}) {
  const dogs = await armWatchdogs(rig.options);
  for (let round = 0; round < rounds; round += 1) {
    rig.board.clock.advance(micros(patience / 4));
    if (round < wellUntil) dogs.pet();
    each();
  }
  return dogs;
}

describe("several watchdogs", () => {
  it("SET-1: none acts while the supervision pets, all do when it does not", async () => {
    const well = rigOf({ devices: ["/dev/watchdog0", "mock"] });
    const dogs = await petFor(well, 100);
    expect(well.board.bitten()).toBe(false);
    expect(dogs.status().devices[1]?.timeLeft).toBeGreaterThan(seconds(3));
    const late = rigOf({ devices: ["/dev/watchdog0", "mock"] });
    const dogsOfLate = await petFor(late, 100, 50);
    expect(late.board.bitten()).toBe(true);
    expect(dogsOfLate.status().devices.map(({ timeLeft }) => timeLeft)).toEqual([null, 0]);
  });

  it("SET-2: each is petted at its own pace, and never later than half of its time", async () => {
    const rig = rigOf({ devices: ["mock"], timeout: seconds(40) });
    const dogs = await petFor(rig, 400);
    const [mock] = dogs.status().devices;
    // 100 seconds, every fifth of them: an eighth of 40.
    expect(mock?.pets).toBe(20);
    expect(dogs.status()).toMatchObject({ pets: 400, timeout: seconds(40), missing: [] });
    const shortest = rigOf({ devices: ["mock"], timeout: patience });
    expect((await petFor(shortest, 400)).status().devices[0]?.pets).toBe(400);
  });

  it("SET-3: a device that must be there and is not refuses the start, and arms none", async () => {
    const rig = rigOf({ devices: ["/dev/watchdog0", "/dev/watchdog1"] });
    // The second opening of the same hardware: EBUSY.
    await expect(armWatchdogs(rig.options)).rejects.toBeInstanceOf(WatchdogRefusal);
    expect([rig.board.openings, rig.board.isOpen, rig.board.active]).toEqual([1, false, false]);
  });

  it("SET-3: one that need not be there is told, and the others are armed", async () => {
    const rig = rigOf({ devices: ["/dev/watchdog0", "/dev/watchdog1"], required: false });
    const dogs = await petFor(rig, 4);
    const { devices, missing } = dogs.status();
    expect(devices.map(({ device }) => device)).toEqual(["/dev/watchdog0"]);
    expect(missing).toEqual([expect.stringContaining("/dev/watchdog1 cannot be armed: another")]);
    expect(rig.told.at(-1)).toMatch(/^warn \/dev\/watchdog1 another .* goes on without it$/);
    expect(rig.board.loadedBeforeOpening).toBe(true);
    await dogs.close();
    expect(rig.board.active).toBe(false);
  });

  it("SET-6: a bridge is armed by whoever has the board, and petted with the others", async () => {
    const rig = rigOf({ devices: ["bridge", "mock"] });
    const asked: Duration[] = [];
    const clock = rig.board.clock;
    const armBridge: ArmBridge = async (timeout, tell) => {
      asked.push(timeout);
      return new MockDog({ timeout, clock, tell });
    };
    const dogs = await petFor({ ...rig, options: { ...rig.options, armBridge } }, 100);
    expect(asked).toEqual([seconds(4)]);
    expect(dogs.status().devices.map(({ failures }) => failures)).toEqual([0, 0]);
  });

  it("SET-6: without such a board it is refused with what it needs", async () => {
    const rig = rigOf({ devices: ["bridge"] });
    await expect(armWatchdogs(rig.options)).rejects.toThrow(/no bridge: it needs .*kind: bridge/);
    const lenient = rigOf({ devices: ["bridge"], required: false });
    expect((await armWatchdogs(lenient.options)).status().missing).toHaveLength(1);
  });

  it("a replica with none says so", async () => {
    const dogs = await petFor(rigOf({ devices: [] }), 3);
    expect(dogs.status()).toEqual({ timeout: null, pets: 3, devices: [], missing: [] });
  });

  it("SET-2: whatever the times, no device waits for half of its time", async () => {
    const times = record({
      period: integer({ min: 1_000, max: 5_000_000 }),
      factors: array(double({ min: 1, max: 200, noNaN: true }), { minLength: 1, maxLength: 4 }),
    });
    await property(
      asyncProperty(times, async ({ period, factors }) => {
        const clock = new VirtualClock();
        const devices = factors.map((factor) => {
          const timeout = micros(Math.floor(petsPerPatience * period * factor));
          return new SlowestPet(clock, timeout);
        });
        const set = new WatchdogSet({
          ...{ clock, devices, missing: [], systemd: null, describe: () => null },
        });
        for (let round = 0; round < 500; round += 1) {
          set.pet();
          clock.advance(micros(period));
        }
        for (const { longest, timeout } of devices) expect(2 * longest).toBeLessThan(timeout);
      }),
      { numRuns: 50 },
    );
  });
});

const petsPerPatience = 4;

/** Measures how long it was not petted at the longest. */
class SlowestPet extends MockDog {
  longest = 0;
  readonly #clock: VirtualClock;
  #last: Instant | null = null;

  constructor(clock: VirtualClock, timeout: Duration) {
    super({ clock, timeout, tell: () => {} });
    this.#clock = clock;
  }

  override pet(): void {
    const now = this.#clock.now();
    if (this.#last !== null) this.longest = Math.max(this.longest, elapsed(this.#last, now));
    this.#last = now;
    super.pet();
  }
}

describe.runIf(hasDatagrams)("systemd among them", () => {
  const inService = (more: Record<string, string>, settings: Partial<WatchdogSettings> = {}) => {
    const name = freshName();
    const listening = openServiceSocket(name);
    const env = { NOTIFY_SOCKET: name, ...more };
    return { rig: rigOf({ devices: [], ...settings }, env), listening, env };
  };

  it("SET-4: is petted when the supervision pets, at less than half of its time", async () => {
    const { rig, listening } = inService({ WATCHDOG_USEC: "4000000" });
    const signs: string[] = [];
    // Heard at once: a socket of this family holds as little as ten messages.
    const dogs = await petFor(rig, 40, 40, () => signs.push(...listening.receive()));
    dogs.ready();
    signs.push(...listening.receive());
    expect(signs.filter((sign) => sign === "WATCHDOG=1")).toHaveLength(20);
    expect(signs.filter((sign) => sign.startsWith("STATUS="))).toEqual(["STATUS=follows b"]);
    expect(signs.at(-1)).toBe("READY=1");
    dogs.stopping();
    await dogs.close();
    expect(listening.receive()).toEqual(["STOPPING=1"]);
  });

  it("SET-4: is not petted when the supervision does not", async () => {
    const { rig, listening } = inService({ WATCHDOG_USEC: "4000000" });
    const dogs = await petFor(rig, 40, 0);
    expect(listening.receive()).toEqual([]);
    dogs.describe();
    expect(listening.receive()).toEqual(["STATUS=follows b"]);
    dogs.failed("the socket failed");
    expect(listening.receive()).toEqual(["STATUS=failed: the socket failed"]);
    await dogs.close();
  });

  it("SET-5: a WatchdogSec= below the pace of the pets refuses the start", async () => {
    const { rig } = inService({ WATCHDOG_USEC: "999999" });
    await expect(armWatchdogs(rig.options)).rejects.toThrow(/WatchdogSec= is 999\.999 ms/);
    const { rig: enough } = inService({ WATCHDOG_USEC: "1000000" });
    await (await armWatchdogs(enough.options)).close();
  });

  it("SET-5: a WatchdogSec= that does not come before the board's reset is told", async () => {
    const settings = { devices: ["/dev/watchdog0"] };
    for (const [time, isTold] of [
      ["4000000", true],
      ["3999999", false],
    ] as const) {
      const { rig } = inService({ WATCHDOG_USEC: time }, settings);
      await (await armWatchdogs(rig.options)).close();
      expect(rig.told.some((line) => line.includes("the board is reset before"))).toBe(isTold);
    }
  });

  it("SYSTEMD-1: with `off` it is left alone, and the environment is emptied even so", async () => {
    const { rig, listening, env } = inService({ WATCHDOG_USEC: "4000000" }, { systemd: false });
    const dogs = await petFor(rig, 40);
    dogs.ready();
    expect(listening.receive()).toEqual([]);
    expect(env).toEqual({});
  });

  it("an address that cannot be is told once, and the replica goes on", async () => {
    const rig = rigOf({ devices: ["mock"] }, { NOTIFY_SOCKET: "vsock:2:1" });
    const dogs = await petFor(rig, 40);
    expect(dogs.status().devices).toHaveLength(1);
    expect(rig.told).toEqual([expect.stringMatching(/^warn systemd it waits .*Type=exec/)]);
  });
});
