/** A serial line that cannot be had, told to whoever wanted a board behind it. */
import { describe, expect, it } from "vitest";
import { lineRefusal } from "../../../src/host/serial/line-refusal.js";
import { SerialOpenFailure } from "../../../src/host/serial/serial-open-failure.js";

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });

describe("the refusal of a serial line (SERIAL-1)", () => {
  it.each([
    ["no-such-port", "lost"],
    ["not-permitted", "no-permission"],
    ["in-use", "in-use"],
    ["rate-not-possible", "not-able"],
    ["package-missing", "not-supported"],
    ["other", "system-error"],
  ] as const)("of our own opener keeps its sentence: %s", (code, reason) => {
    const failure = new SerialOpenFailure("/dev/ttyUSB0", code, "do this");
    const message = "cannot open the serial line /dev/ttyUSB0: do this";
    expect(lineRefusal(failure, "name")).toEqual({ ok: false, reason, message });
  });

  it.each([
    [coded("EACCES", "refused"), "no-permission", /^X: .*refused; join the group dialout/],
    [new Error("Error: Permission denied, cannot open X"), "no-permission", /dialout/],
    [new Error("Resource unavailable Cannot lock port"), "in-use", /another program/],
    [coded("ENODEV", "no device"), "lost", /plugged in/],
    [coded("E2BIG", "strange"), "system-error", /^X: the line cannot be opened: strange$/],
    ["no error at all", "system-error", /no error at all$/],
  ])("of another opener says what to do: %s", (error, reason, message) => {
    expect(lineRefusal(error, "X")).toMatchObject({ ok: false, reason });
    expect(lineRefusal(error, "X").message).toMatch(message);
  });

  it("takes no word of an object's own for a code", () => {
    expect(lineRefusal(coded("constructor", "c"), null).reason).toBe("system-error");
  });
});
