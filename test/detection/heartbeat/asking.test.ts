import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Askers, askingBody, parseAsking } from "../../../src/detection/heartbeat/asking.js";
import { beatFieldsMax, parseBeat } from "../../../src/detection/heartbeat/messages.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { instant, micros } from "../../../src/kernel/time.js";

describe("a beat that asks", () => {
  it("HEART-10: says whether it asks, and later fields are not looked at", () => {
    expect(parseAsking(askingBody(3, true))).toEqual({ asks: true });
    expect(parseAsking(askingBody(3, false))).toEqual({ asks: false });
    expect(parseAsking([3, 1, "later"])).toEqual({ asks: true });
  });

  it("HEART-10: is a plain beat by its first field", () => {
    expect(parseBeat(askingBody(3, true))).toBe(3);
  });

  it("HEART-10: is refused without the word, or with another", () => {
    for (const body of [[3], [3, 2], [3, -1], [3, true], [3, null], [0, 1], ["3", 1], null, {}]) {
      expect(parseAsking(body)).toBeNull();
    }
    expect(parseAsking(new Array(beatFieldsMax + 1).fill(1))).toBeNull();
  });

  it("HEART-10: never throws", () => {
    fc.assert(
      fc.property(fc.anything(), (body) => {
        const beat = parseAsking(body);
        expect(beat === null || typeof beat.asks === "boolean").toBe(true);
      }),
    );
  });
});

describe("who has asked lately", () => {
  const [two, three] = [nodeId("pi-2"), nodeId("pi-3")];

  it("HEART-11: is answered at once for the first asking in a while, and not for the next", () => {
    const askers = new Askers(micros(30));
    expect(askers.note(two, instant(0))).toBe(true);
    expect(askers.note(two, instant(29))).toBe(false);
    expect(askers.note(two, instant(58))).toBe(false);
    expect(askers.note(two, instant(88))).toBe(true);
  });

  it("HEART-11: is remembered for a while, and not for ever", () => {
    const askers = new Askers(micros(30));
    askers.note(two, instant(0));
    askers.note(three, instant(10));
    expect(askers.lately(instant(29))).toEqual([two, three]);
    expect(askers.lately(instant(30))).toEqual([three]);
    askers.forget(three);
    expect(askers.lately(instant(30))).toEqual([]);
  });
});
