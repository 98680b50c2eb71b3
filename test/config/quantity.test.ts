import { property as forAll, integer, assert as property } from "fast-check";
import { describe, expect, it } from "vitest";
import {
  durationPattern,
  formatDuration,
  formatLifetime,
  formatSize,
  lifetimePattern,
  parseDuration,
  parseLifetime,
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

describe("lifetimes (CONFIG-1)", () => {
  it.each([
    ["30m", 0.5],
    ["24h", 24],
    ["7d", 168],
    ["5y", 43_800],
    ["0.5y", 4_380],
    ["1000000000h", 1e9],
  ])("reads %s in hours", (text, hours) => {
    expect(parseLifetime(text)).toEqual({ ok: true, value: hours });
    expect(text).toMatch(new RegExp(lifetimePattern));
  });

  it.each(["5", "5s", "5w", "-1y", "1e9h", "y", 8_760, null])("refuses %j", (input) => {
    const parsed = parseLifetime(input);
    expect(parsed).toMatchObject({ ok: false, expected: expect.stringContaining("24h, 7d or 5y") });
  });

  it("is no duration: a cycle of years is a mistake", () => {
    expect(parseDuration("5y").ok).toBe(false);
    expect(parseDuration("5d").ok).toBe(false);
  });

  it.each([
    [1 / 60, "1m"],
    [24, "1d"],
    [36, "1.5d"],
    [8_760, "1y"],
    [36_500, "4.17y"],
    [8_760 * 12_345, "12350y"],
    [8_760 * 2.5e9, "2.5e9y"],
    [Number.POSITIVE_INFINITY, "never"],
  ])("writes %d hours as %s", (hours, text) => {
    expect(formatLifetime(hours)).toBe(text);
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
