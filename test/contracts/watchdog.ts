/** The contract of a watchdog device, run over every implementation. */
import { describe, expect, it } from "vitest";
import type { WatchdogDevice } from "../../src/host/watchdog/watchdog-device.js";
import { type Duration, micros } from "../../src/kernel/time.js";

export interface WatchdogRig {
  readonly device: WatchdogDevice;
  /** Lets the device's time pass; null where it cannot be made to. */
  readonly advance: ((time: Duration) => void) | null;
  /** It has done what it does when nobody pets. */
  readonly acted: () => boolean;
  /** From now on no pet gets through; null for a device of which that cannot be said. */
  readonly cut: (() => void) | null;
  /** False for one that goes on after `close`, because others stop it. */
  readonly isDisarmedByClose: boolean;
}

type Arm = () => Promise<WatchdogRig>;

export function watchdogContract(name: string, arm: Arm): void {
  describe(`the watchdog contract: ${name}`, () => {
    checkPets(arm);
    checkEnd(arm);
  });
}

function checkPets(arm: Arm): void {
  it("DEVICE-1: has a name and a timeout, and counts its pets", async () => {
    const { device } = await arm();
    expect(device.name).not.toBe("");
    expect(device.timeout).toBeGreaterThan(0);
    expect([device.pets, device.failures]).toEqual([0, 0]);
    for (let count = 1; count <= 3; count += 1) {
      device.pet();
      expect([device.pets, device.failures]).toEqual([count, 0]);
    }
    await device.close();
  });

  it("DEVICE-2: does not act while it is petted", async () => {
    const { device, advance, acted } = await arm();
    for (let count = 0; count < 40; count += 1) {
      advance?.(micros(Math.floor(device.timeout * 0.4)));
      device.pet();
      expect(acted()).toBe(false);
    }
    await device.close();
  });

  it("DEVICE-3: acts when nobody pets for its timeout, and not before", async () => {
    const { device, advance, acted } = await arm();
    if (advance !== null) {
      advance(micros(Math.floor(device.timeout / 2)));
      device.pet();
      advance(micros(device.timeout - 1));
      expect(acted()).toBe(false);
      advance(micros(1));
      expect(acted()).toBe(true);
    }
    await device.close();
  });
}

function checkEnd(arm: Arm): void {
  it("DEVICE-4: closes twice, and takes a pet after it without effect or throw", async () => {
    const { device, advance, acted, isDisarmedByClose } = await arm();
    device.pet();
    await device.close();
    await device.close();
    device.pet();
    expect(device.pets).toBe(1);
    advance?.(micros(3 * device.timeout));
    expect(acted()).toBe(!isDisarmedByClose);
  });

  it("DEVICE-5: counts pets that do not get through, throws nothing, and then acts", async () => {
    const { device, advance, acted, cut } = await arm();
    device.pet();
    cut?.();
    const lost = cut === null ? 0 : 2;
    for (let count = 0; count < 2; count += 1) device.pet();
    expect([device.pets, device.failures]).toEqual([3 - lost, lost]);
    if (cut !== null) advance?.(device.timeout);
    expect(acted()).toBe(cut !== null);
    await device.close();
  });
}
