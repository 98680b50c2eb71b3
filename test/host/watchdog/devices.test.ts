/** Every watchdog device of the live host keeps the contract of a device. */
import { pathToFileURL } from "node:url";
import { describe, expect } from "vitest";
import { LinuxWatchdog } from "../../../src/host/watchdog/linux-watchdog.js";
import { MockDog } from "../../../src/host/watchdog/mock-dog.js";
import { openNotifySocket } from "../../../src/host/watchdog/notify-socket.js";
import { SystemdService, SystemdWatchdog } from "../../../src/host/watchdog/systemd-service.js";
import { after, due, millis, seconds } from "../../../src/kernel/time.js";
import { type WatchdogRig, watchdogContract } from "../../contracts/watchdog.js";
import { builtFile, isBuilt } from "../support/built.js";
import { FakeWatchdog } from "../support/fake-watchdog.js";
import { freshName, hasDatagrams, openServiceSocket } from "../support/service-socket.js";
import { VirtualClock } from "../support/virtual-clock.js";

const ignore = (): void => {};

async function armMock(): Promise<WatchdogRig> {
  const clock = new VirtualClock();
  const device = new MockDog({ timeout: seconds(2), clock, tell: ignore });
  const bitesAt = () => device.timeLeft() === 0;
  return {
    ...{ device, advance: (time) => clock.advance(time), acted: bitesAt, cut: null },
    isDisarmedByClose: false,
  };
}

async function armLinux(): Promise<WatchdogRig> {
  const calls = new FakeWatchdog();
  const device = LinuxWatchdog.arm({
    ...{ path: "/dev/watchdog0", timeout: seconds(4), timeoutLeast: millis(1_000) },
    ...{ pretimeout: millis(0), onStop: "disarm", tell: ignore, calls },
  });
  return {
    device,
    advance: (time) => calls.clock.advance(time),
    acted: () => calls.bitten(),
    cut: () => calls.failures.set("write", "EIO"),
    isDisarmedByClose: true,
  };
}

/** A service manager that waits as systemd does: from each sign of life on. */
async function armSystemd(): Promise<WatchdogRig> {
  const name = freshName();
  const listening = openServiceSocket(name);
  const opened = openNotifySocket(name);
  if (!opened.ok) return expect.fail(opened.reason);
  const clock = new VirtualClock();
  const device = new SystemdWatchdog(new SystemdService(opened.socket, ignore), seconds(3));
  let endsAt = after(clock.now(), device.timeout);
  const listen = (): void => {
    if (listening.receive().includes("WATCHDOG=1")) endsAt = after(clock.now(), device.timeout);
  };
  const look = (): boolean => {
    listen();
    return due(endsAt, clock.now());
  };
  return {
    ...{ device, acted: look, cut: () => listening.close(), isDisarmedByClose: false },
    advance: (time) => {
      look();
      clock.advance(time);
    },
  };
}

/** It would end this very process, so how it acts is seen in thread-watchdog.test.ts (DOGT-1). */
async function armThread(): Promise<WatchdogRig> {
  const href = pathToFileURL(builtFile("src/host/watchdog/thread-watchdog.js")).href;
  const { ThreadWatchdog } = await import(href);
  const device = await ThreadWatchdog.arm({ timeout: seconds(60), name: "a", onFailure: ignore });
  return { device, advance: null, acted: () => false, cut: null, isDisarmedByClose: true };
}

watchdogContract("mock", armMock);
watchdogContract("linux", armLinux);
describe.runIf(hasDatagrams)("systemd", () => watchdogContract("systemd", armSystemd));
describe.runIf(isBuilt(["src/host/watchdog/dog-thread.js"]))("thread", () =>
  watchdogContract("thread", armThread),
);
