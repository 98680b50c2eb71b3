import { property as forAll, integer, assert as property } from "fast-check";
import { describe, expect, it } from "vitest";
import {
  durationPattern,
  formatDuration,
  formatSize,
  parseDuration,
  parseSize,
  sizePattern,
} from "../../src/config/quantity.js";
import { micros } from "../../src/kernel/time.js";

describe("durations (CONFIG-1)", () => {
  it.each([
    ["200us", 200],
    ["250ms", 250_000],
    ["0.1s", 100_000],
    ["1.5ms", 1_500],
    ["10s", 10_000_000],
    ["5m", 300_000_000],
    ["2h", 7_200_000_000],
    ["0ms", 0],
  ])("reads %s", (text, expected) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: expected });
    expect(text).toMatch(new RegExp(durationPattern));
  });

  it.each([
    "",
    "100",
    "ms",
    "-5ms",
    "5 ms",
    "5MS",
    "5sec",
    "1e3ms",
    ".5s",
    "5.s",
    "١ms",
    100,
    null,
  ])("refuses %j and says what it expected", (input) => {
    const parsed = parseDuration(input);
    expect(parsed.ok).toBe(false);
    expect(parsed.ok ? "" : parsed.expected).toContain("a duration such as 250ms, 10s or 5m");
  });

  it.each(["0.5us", "0.0000001s", "999999999999999h"])(
    "refuses %s, no whole microseconds",
    (text) => {
      expect(parseDuration(text)).toMatchObject({
        ok: false,
        expected: expect.stringContaining("whole microseconds"),
      });
    },
  );

  it("reads back what it writes", () => {
    property(
      forAll(integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (us) => {
        expect(parseDuration(formatDuration(micros(us)))).toEqual({ ok: true, value: us });
      }),
    );
  });

  it("writes the largest unit that is whole", () => {
    expect(
      [0, 1, 1_000, 2_500, 90_000_000, 120_000_000].map((us) => formatDuration(micros(us))),
    ).toEqual(["0us", "1us", "1ms", "2500us", "90s", "2m"]);
  });
});

describe("sizes (CONFIG-1)", () => {
  it.each([
    ["512B", 512],
    ["4KiB", 4_096],
    ["1.5KiB", 1_536],
    ["16MiB", 16_777_216],
    ["2GiB", 2_147_483_648],
  ])("reads %s", (text, expected) => {
    expect(parseSize(text)).toEqual({ ok: true, value: expected });
    expect(text).toMatch(new RegExp(sizePattern));
  });

  it.each(["4KB", "4kib", "4096", "-1B", "0.5B", 4_096])("refuses %j", (input) => {
    expect(parseSize(input).ok).toBe(false);
  });

  it("reads back what it writes", () => {
    property(
      forAll(integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (bytes) => {
        expect(parseSize(formatSize(bytes))).toEqual({ ok: true, value: bytes });
      }),
    );
  });
});
