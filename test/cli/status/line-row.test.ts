import { describe, expect, it } from "vitest";
import { lineRow } from "../../../src/cli/status/line-row.js";
import type { LineStatus } from "../../../src/host/stream-link.js";

const plain = (_tone: string, text: string): string => text;

const quiet: LineStatus = {
  ...{ line: "a-b", port: "/dev/ttyAMA0", isOpen: true, heldBack: 0, openings: 1 },
  ...{ sent: 9, dropped: 0, failed: 0, frames: 9, tooLong: 0, malformed: 0, garbageBytes: 0 },
  ...{ badChecksum: 0, resynchronised: 0, losses: {}, refusals: {} },
};

describe("the row of a serial line in `holdfast status`", () => {
  it("has nothing but its port while nothing has happened", () => {
    expect(lineRow(quiet, plain)).toEqual(["    line a-b", "open on /dev/ttyAMA0"]);
  });

  it("tells what happened, by reason", () => {
    const line: LineStatus = {
      ...{ ...quiet, openings: 3, losses: { disconnected: 1, "device-gone": 1 } },
      ...{ garbageBytes: 40, resynchronised: 2, badChecksum: 1, heldBack: 7 },
      refusals: { "no-such-port": 5 },
    };
    expect(lineRow(line, plain)[1]).toBe(
      "open on /dev/ttyAMA0, lost: 1 disconnected and 1 device-gone, 3 openings, " +
        "1 of a bad CRC, 40 bytes of garbage, 2 times in step again, 7 held back",
    );
  });

  it("tells why one that is not open is not", () => {
    const line = { ...quiet, isOpen: false, openings: 0, refusals: { "not-permitted": 4 } };
    expect(lineRow(line, plain)[1]).toBe("not open on /dev/ttyAMA0, not opened: 4 not-permitted");
  });
});
