/** The numbers of include/uapi/linux/watchdog.h, as a C compiler gives them. */
import { describe, expect, it } from "vitest";
import { infoBytes, parseInfo, requests } from "../../../src/host/watchdog/linux-watchdog-abi.js";

describe("the kernel's interface to a watchdog", () => {
  it("has the numbers of the kernel's header", () => {
    expect(requests).toEqual({
      ...{ getSupport: 0x8028_5700, getBootStatus: 0x8004_5702 },
      ...{ setTimeout: 0xc004_5706, getTimeout: 0x8004_5707, setPretimeout: 0xc004_5708 },
      ...{ getPretimeout: 0x8004_5709, getTimeLeft: 0x8004_570a },
    });
  });

  it("reads options and identity, without what might upset a terminal", () => {
    const bytes = new Uint8Array(infoBytes);
    bytes.set([0x80, 0x81, 0, 0, 1, 0, 0, 0]);
    bytes.set(new TextEncoder().encode("i6300\u001bESB timer\0rest"), 8);
    expect(parseInfo(bytes)).toEqual({ options: 0x8180, identity: "i6300ESB timer" });
    bytes.fill(0x41, 8);
    expect(parseInfo(bytes).identity).toBe("A".repeat(32));
  });
});
