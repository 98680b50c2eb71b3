/** A replica as a service: what goes over a real datagram socket, and what comes of bad offers. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  addressBytesMax,
  openNotifySocket,
  socketAddress,
} from "../../../src/host/watchdog/notify-socket.js";
import { takeSystemdOffer } from "../../../src/host/watchdog/systemd-offer.js";
import { SystemdService } from "../../../src/host/watchdog/systemd-service.js";
import { testFolder } from "../support/folder.js";
import { freshName, hasDatagrams, openServiceSocket } from "../support/service-socket.js";

const pid = 4_711;

describe("what systemd offers (SYSTEMD-1)", () => {
  it("is taken out of the environment, so that no child has it", () => {
    const env = { NOTIFY_SOCKET: "@x", WATCHDOG_USEC: "3000000", WATCHDOG_PID: "4711", HOME: "/" };
    expect(takeSystemdOffer(env, pid)).toEqual({
      ...{ socket: "@x", watchdog: 3_000_000, complaint: null },
    });
    expect(env).toEqual({ HOME: "/" });
  });

  it("is nothing outside of a service, whatever else is set", () => {
    const env = { WATCHDOG_USEC: "3000000", WATCHDOG_PID: "4711" };
    expect(takeSystemdOffer(env, pid)).toBe(null);
    expect(env).toEqual({});
    expect(takeSystemdOffer({ NOTIFY_SOCKET: "" }, pid)).toBe(null);
  });

  it("without WATCHDOG_USEC waits for no signs of life", () => {
    const offer = takeSystemdOffer({ NOTIFY_SOCKET: "/run/n", WATCHDOG_PID: "1" }, pid);
    expect(offer).toEqual({ socket: "/run/n", watchdog: null, complaint: null });
  });

  it("counts without WATCHDOG_PID, and not with that of another process", () => {
    const offer = (more: object) =>
      takeSystemdOffer({ NOTIFY_SOCKET: "@x", WATCHDOG_USEC: "1000", ...more }, pid);
    expect(offer({})?.watchdog).toBe(1_000);
    expect(offer({ WATCHDOG_PID: "47110" })?.watchdog).toBe(null);
    expect(offer({ WATCHDOG_PID: "1" })?.complaint).toMatch(/process 1,.* let ExecStart= start/);
  });

  it.each(["0", "-1", "3s", "1e6", "0x10", " 5", "9".repeat(16), "NaN"])(
    "with a time of %j is complained of, and not petted",
    (time) => {
      const offer = takeSystemdOffer({ NOTIFY_SOCKET: "@x", WATCHDOG_USEC: time }, pid);
      expect(offer?.watchdog).toBe(null);
      expect(offer?.complaint).toContain("is no time in microseconds");
    },
  );
});

describe("the address of the socket (SYSTEMD-2)", () => {
  it("is a path with a zero behind, or a zero and a name", () => {
    expect(socketAddress("/a")).toEqual(new Uint8Array([1, 0, 0x2f, 0x61, 0]));
    expect(socketAddress("@a")).toEqual(new Uint8Array([1, 0, 0, 0x61]));
  });

  it("has at most as many bytes as the kernel takes", () => {
    for (const first of ["/", "@"]) {
      const longest = addressBytesMax - (first === "/" ? 1 : 0);
      expect(socketAddress(first + "x".repeat(longest))).toBeInstanceOf(Uint8Array);
      expect(socketAddress(first + "x".repeat(longest + 1))).toContain("of which a socket takes");
    }
    expect(socketAddress(`/${"ü".repeat(54)}`)).toContain("has 109 bytes");
  });

  it.each(["", "@", "vsock:2:1", "relative"])("%j is refused", (address) => {
    expect(socketAddress(address)).toEqual(expect.stringContaining("NOTIFY_SOCKET"));
    expect(openNotifySocket(address).ok).toBe(false);
  });
});

interface Rig {
  readonly service: SystemdService;
  readonly told: readonly string[];
}

function serviceAt(address: string): Rig {
  const opened = openNotifySocket(address);
  if (!opened.ok) return expect.fail(opened.reason);
  const told: string[] = [];
  const tell = (level: string, text: string) => told.push(`${level} ${text}`);
  return { service: new SystemdService(opened.socket, tell), told };
}

describe.runIf(hasDatagrams)("messages to systemd", () => {
  it("SYSTEMD-2: arrive at an abstract name and at a path", async () => {
    for (const address of [freshName(), join(await testFolder(), "notify")]) {
      const listening = openServiceSocket(address);
      const { service, told } = serviceAt(address);
      service.ready();
      expect(service.pet()).toBe(true);
      service.stopping();
      expect(listening.receive()).toEqual(["READY=1", "WATCHDOG=1", "STOPPING=1"]);
      expect(told).toEqual([]);
      service.close();
      listening.close();
    }
  });

  it("SYSTEMD-3: a status is one line, and not sent again while it is the same", () => {
    const name = freshName();
    const listening = openServiceSocket(name);
    const { service } = serviceAt(name);
    service.describe("drives heater\nWATCHDOG=trigger\u001b[31m");
    service.describe("drives heater\nWATCHDOG=trigger\u001b[31m");
    service.describe("x".repeat(500));
    expect(listening.receive()).toEqual([
      "STATUS=drives heater WATCHDOG=trigger [31m",
      `STATUS=${"x".repeat(200)}`,
    ]);
    service.close();
  });

  it("SYSTEMD-4: nobody who listens is told once, and no throw; READY is said until heard", () => {
    const name = freshName();
    const { service, told } = serviceAt(name);
    service.ready();
    expect([service.pet(), service.pet()]).toEqual([false, false]);
    expect(told).toEqual(["warn nothing gets through to its socket (ECONNREFUSED)"]);
    const listening = openServiceSocket(name);
    service.describe("follows b");
    service.describe("follows c");
    expect(listening.receive()).toEqual(["READY=1", "STATUS=follows b", "STATUS=follows c"]);
    expect(told).toHaveLength(2);
    service.close();
    expect(service.pet()).toBe(false);
  });

  it("SYSTEMD-4: a socket that takes no more does not hold the replica up", () => {
    const name = freshName();
    openServiceSocket(name);
    const { service, told } = serviceAt(name);
    let sent = 0;
    while (sent < 10_000 && service.pet()) sent += 1;
    expect(sent).toBeLessThan(10_000);
    expect(told).toEqual(["warn nothing gets through to its socket (EAGAIN)"]);
    service.close();
  });

  it("SYSTEMD-4: is never said to be ready before it is", () => {
    const name = freshName();
    const listening = openServiceSocket(name);
    const { service } = serviceAt(name);
    service.describe("starts");
    service.pet();
    expect(listening.receive()).toEqual(["STATUS=starts", "WATCHDOG=1"]);
    service.close();
  });
});
