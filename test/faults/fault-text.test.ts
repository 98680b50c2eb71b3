import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFault, parseSensorFault } from "../../src/faults/fault-text.js";
import type { SensorFault } from "../../src/faults/sensor-faults.js";

describe("a fault as text (FAULT-4)", () => {
  const good: [string, SensorFault][] = [
    ["stuck", { kind: "stuck", value: null }],
    ["stuck=-3.5", { kind: "stuck", value: -3.5 }],
    ["offset=+1.5", { kind: "offset", by: 1.5 }],
    ["offset=-1e-3", { kind: "offset", by: -0.001 }],
    ["scale=1.1", { kind: "scale", factor: 1.1 }],
    ["scale=-1", { kind: "scale", factor: -1 }],
    ["drift=0.01/s", { kind: "drift", perSecond: 0.01 }],
    ["drift=-6/min", { kind: "drift", perSecond: -0.1 }],
    ["drift=36/h", { kind: "drift", perSecond: 0.01 }],
    ["noise=0.5", { kind: "noise", deviation: 0.5 }],
    ["spike=30", { kind: "spike", by: 30, every: 10 }],
    ["spike=-30/5", { kind: "spike", by: -30, every: 5 }],
    ["dropout", { kind: "dropout", probability: 1 }],
    ["dropout=0.3", { kind: "dropout", probability: 0.3 }],
    ["delay=3", { kind: "delay", samples: 3, restamped: false }],
    ["restamp=3", { kind: "delay", samples: 3, restamped: true }],
    ["garbage", { kind: "garbage", span: 1_000 }],
    ["garbage=5", { kind: "garbage", span: 5 }],
  ];

  it.each(good)("%s", (text, value) => {
    expect(parseFault(text)).toEqual({ ok: true, value });
  });

  it.each([
    ["", "expected one of stuck, offset, scale, drift"],
    ["sticky", "expected one of stuck"],
    ["constructor", "expected one of stuck"],
    ["stuck=", "expected stuck or stuck=VALUE"],
    ["offset", "expected offset=DISTANCE"],
    ["offset=0", "expected offset=DISTANCE"],
    ["offset=1e999", "expected offset=DISTANCE"],
    ["offset=0x10", "expected offset=DISTANCE"],
    ["bias=1", "(bias is offset here)"],
    ["scale", "expected scale=FACTOR"],
    ["scale=1", "expected scale=FACTOR, not 1"],
    ["two-faced=2", "expected one of stuck"],
    ["byzantine", "restamp, garbage"],
    ["drift=0.01", "expected drift=RATE/s"],
    ["drift=0.01/day", "expected drift=RATE/s"],
    ["drift=1/s/s", "expected drift=RATE/s"],
    ["noise=-1", "expected noise=DEVIATION, more than 0"],
    ["spike=30/0", "expected spike=HEIGHT"],
    ["dropout=1.1", "at most 1"],
    ["delay", "expected delay=SAMPLES, from 1 to 10000"],
    ["delay=0", "from 1 to 10000"],
    ["restamp=10001", "from 1 to 10000"],
    ["garbage=0", "expected garbage"],
  ])("refuses %j: %s", (text, expected) => {
    const parsed = parseFault(text);
    expect(parsed.ok ? "" : parsed.reason).toContain(expected);
    expect(parsed.ok ? "" : parsed.reason).toContain(`"${text}"`);
  });
});

describe("a fault with its place (FAULT-5)", () => {
  const stuck: SensorFault = { kind: "stuck", value: null };

  it.each([
    ["stuck@400..700:mote18", "mote18", 400, 700],
    ["stuck@400..:mote18", "mote18", 400, null],
    ["stuck@..700:mote18", "mote18", 0, 700],
    ["stuck@400:mote18", "mote18", 400, 401],
    ["stuck:mote18", "mote18", 0, null],
    ["stuck@1..2:a/b:c @d", "a/b:c @d", 1, 2],
  ])("%s", (text, channel, begin, end) => {
    expect(parseSensorFault(text)).toEqual({
      ok: true,
      value: { fault: stuck, channel, begin, end },
    });
  });

  it.each([
    ["stuck", "expected FAULT[@FROM..TO]:CHANNEL"],
    ["stuck:", "expected FAULT[@FROM..TO]:CHANNEL"],
    ["stuck@700..400:a", "from before to"],
    ["stuck@400..400:a", "from before to"],
    ["stuck@:a", "expected rows such as"],
    ["stuck@-1..4:a", "expected rows such as"],
    ["stuck@x..y:a", "expected rows such as"],
    ["sticky@1..2:a", "expected one of"],
  ])("refuses %j: %s", (text, expected) => {
    const parsed = parseSensorFault(text);
    expect(parsed.ok ? "" : parsed.reason).toContain(expected);
  });

  it("may be two-faced, which has a place only here", () => {
    const parsed = parseSensorFault("two-faced=2@1..2:a");
    expect(parsed).toMatchObject({ ok: true, value: { fault: { kind: "two-faced", spread: 2 } } });
    for (const [text, expected] of [
      ["two-faced=0:a", "expected two-faced=SPREAD"],
      ["two-faced:a", "expected two-faced=SPREAD"],
      ["byzantine=2:a", "(byzantine is two-faced here)"],
    ] as const) {
      const refused = parseSensorFault(text);
      expect(refused.ok ? "" : refused.reason).toContain(expected);
    }
  });

  it("never throws, whatever the text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseSensorFault(text);
        parseFault(text);
      }),
    );
  });
});
