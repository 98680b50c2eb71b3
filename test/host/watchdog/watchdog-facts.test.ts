/** What /sys and drivers tell comes from outside: whatever it is, it throws nothing. */
import {
  property as check,
  constantFrom,
  oneof,
  assert as property,
  string,
  uint8Array,
} from "fast-check";
import { describe, expect, it } from "vitest";
import { infoBytes, parseInfo } from "../../../src/host/watchdog/linux-watchdog-abi.js";
import { entryOf, factsOf } from "../../../src/host/watchdog/watchdog-facts.js";
import { FakeWatchdog } from "../support/fake-watchdog.js";

const withText = (text: string | null): FakeWatchdog =>
  Object.create(new FakeWatchdog(), { attribute: { value: () => text } }) as FakeWatchdog;

describe("the facts of a watchdog", () => {
  it("are numbers that are none of nonsense (DEVICE-14)", () => {
    const texts = oneof(string(), constantFrom("-1", "1e3", "0x", "99999999999", " 4", "4 s", ""));
    property(
      check(texts, (text) => {
        const { timeout, timeoutMin, timeoutMax, bootStatus, options } = factsOf(
          withText(text),
          "watchdog0",
        );
        for (const number of [timeout, timeoutMin, timeoutMax, bootStatus, options]) {
          expect(number === null || Number.isSafeInteger(number)).toBe(true);
          expect(number ?? 0).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it("are null where the kernel does not tell (DEVICE-14)", () => {
    expect(factsOf(withText(null), "watchdog0")).toEqual({
      ...{ entry: "watchdog0", identity: null, timeout: null, timeoutMin: null, timeoutMax: null },
      ...{ nowayout: null, active: null, bootStatus: null, options: null },
    });
    expect(factsOf(withText("0x8180"), "watchdog0")).toMatchObject({ options: 0x8180 });
    expect(factsOf(withText("0"), "watchdog0")).toMatchObject({ timeoutMax: null, timeout: 0 });
  });

  it("are found by the device's number, whatever its path; the old device is the first", () => {
    const calls = new FakeWatchdog();
    expect(entryOf(calls, "247:0")).toBe("watchdog0");
    expect(entryOf(calls, "10:130")).toBe("watchdog0");
    expect(entryOf(calls, "247:1")).toBe(null);
  });

  it("an identity of any bytes is text for a terminal", () => {
    property(
      check(uint8Array({ minLength: infoBytes, maxLength: infoBytes }), (bytes) => {
        const { identity, options } = parseInfo(bytes);
        expect(identity).toMatch(/^[\x20-\x7e]{0,32}$/);
        expect(options).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
