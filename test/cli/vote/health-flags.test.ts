import { describe, expect, it } from "vitest";
import {
  healthOptionsText,
  readHealth,
  readHealthValue,
} from "../../../src/cli/vote/health-flags.js";
import { healthOptions } from "../../../src/voting/health/options.js";

describe("options of channel health from a command line (VOTE-CLI-4)", () => {
  it("takes each of its options with its own default, and the help names it", () => {
    const text = healthOptionsText(1);
    for (const [name, value] of Object.entries(healthOptions({}, 1))) {
      expect(text).toContain(`${name}=`);
      if (typeof value !== "number" && typeof value !== "boolean") continue;
      const [, written = ""] = new RegExp(`${name}=(\\S+)`).exec(text) ?? [];
      if (written === "none") continue;
      expect(readHealth([{ name, value: written }], 1)).toEqual({ [name]: value });
    }
  });

  it("reads what the default is", () => {
    expect(readHealthValue("strikesMax", 30, "50")).toBe(50);
    expect(readHealthValue("rateMax", Number.POSITIVE_INFINITY, "0.5")).toBe(0.5);
    expect(readHealthValue("requireNewSource", false, "true")).toBe(true);
    expect(readHealthValue("dwell", 0, "250ms")).toBe(250_000);
    expect(readHealthValue("latchOn", [], "STUCK, DRIFT")).toEqual(["STUCK", "DRIFT"]);
  });

  it.each([
    ["strikesMax", 30, "50s", 'expected a number, such as 30, got "50s"'],
    ["rateMax", Number.POSITIVE_INFINITY, "fast", "expected a number, such as 1, got"],
    ["requireNewSource", false, "yes", "expected true or false"],
    ["dwell", 0, "10", "expected a duration such as 250ms"],
    ["latchOn", [], "STUK", 'no reason "STUK" (did you mean "STUCK"?)'],
    ["latchOn", [], "STUCK,", 'no reason ""'],
    // A config refuses these, too: no sensor has them of itself.
    ["latchOn", [], "QUARANTINED", 'no reason "QUARANTINED"'],
    ["latchOn", [], "OVERRIDDEN", 'no reason "OVERRIDDEN"'],
  ])("refuses %s=%j given as %j", (name, usual, text, message) => {
    expect(() => readHealthValue(name, usual, text)).toThrow(message);
  });
});
