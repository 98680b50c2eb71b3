import { describe, expect, it } from "vitest";
import { Site } from "../../../boards/mock/site.js";
import { DemoSite, siteDelay } from "../../../src/cli/demo/site.js";
import { checkedBoard } from "../../../src/control/protection/checked-board.js";
import { CommandProtection } from "../../../src/control/protection/command-protection.js";
import { type Protection, unprotected } from "../../../src/control/protection/protection.js";
import { markTexts, type RefusedWrite } from "../../../src/host/board-channel.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { type Instant, instant, millis } from "../../../src/kernel/time.js";

const [pi1, pi2] = [nodeId("pi-1"), nodeId("pi-2")];
const begins = instant(1_000_000);
const later = (ms: number): Instant => instant(begins + millis(ms));

function makeSite(protection: Protection = unprotected): DemoSite {
  const declarations = {
    sensors: { temperature: { unit: "degC", min: 0, max: 120, tolerance: 1 } },
    outputs: {
      heater: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } },
    },
  } as const;
  const site = new Site({ declarations, seed: 1, begins, loop: "closed", fence: "actuator" });
  const nodes = [pi1, pi2];
  const cluster = { nodes, app: declarations, protection };
  const place = { begins, toTrue: (at: Instant) => at };
  return new DemoSite({
    site,
    boards: new Map(
      nodes.map((node) => [node, checkedBoard(cluster, node, site.makeBoard(node, place))]),
    ),
    ...{ sensor: "temperature", unit: "degC", tolerance: 1, output: "heater" },
    closed: true,
    begins,
  });
}

const write = (ms: number, untilMs: number, value = 0.5) =>
  ({
    kind: "write",
    at: later(ms),
    output: "heater",
    value,
    until: later(untilMs),
    frame: null,
  }) as const;
const release = (ms: number) => ({ kind: "release", at: later(ms), output: "heater" }) as const;

describe("who drives the demo's plant", () => {
  it("does not take a release that arrives late for driving at once (DEMO-2)", () => {
    const site = makeSite();
    site.write(pi1, write(10, 500));
    site.advance(later(90));
    // pi-1 let go at 100, pi-2 took over at 105, and the pipe of pi-2 was faster.
    site.write(pi2, write(105, 600));
    site.advance(later(120));
    site.release(pi1, release(100));
    site.advance(later(400));
    expect(site.drivenTwice).toBe(0);
    expect(site.describe()[1]).toContain("driven by pi-2");
  });

  it("counts two that did drive at once, whichever is heard first (DEMO-2)", () => {
    for (const second of ["heard first", "heard last"]) {
      const site = makeSite();
      site.write(pi1, write(10, 500));
      if (second === "heard first") site.write(pi2, write(105, 600));
      site.release(pi1, release(106));
      if (second === "heard last") site.write(pi2, write(105, 600));
      site.advance(later(400));
      expect(site.drivenTwice, second).toBe(1);
    }
  });

  it("ends a command by itself, so a stopped driver is no second one", () => {
    const site = makeSite();
    site.write(pi1, write(10, 160));
    site.write(pi2, write(161, 300));
    site.advance(later(250));
    expect(site.drivenTwice).toBe(0);
  });

  it("lets go of what a board drove that lost its power", () => {
    const site = makeSite();
    site.write(pi1, write(10, 5_000));
    site.boardDown(pi1, later(50));
    site.write(pi2, write(60, 5_000));
    site.advance(later(200));
    expect(site.drivenTwice).toBe(0);
  });
});

describe("the fence of the demo's actuators (BOARD-11)", () => {
  it("refuses a late command of a replica whose right another has, and tells it by which", () => {
    const site = makeSite();
    const refusals: RefusedWrite[] = [];
    const refused = (refusal: RefusedWrite) => refusals.push(refusal);
    site.write(pi1, { ...write(10, 160), token: 7 }, refused);
    site.write(pi2, { ...write(170, 600), token: 31 }, refused);
    // It was stopped in the middle of a write, and its clock was read before.
    site.write(pi1, { ...write(180, 900), token: 7 }, refused);
    site.advance(later(300));
    const fenced = { kind: "write-refused", output: "heater", reason: "stale-token" };
    expect(refusals).toEqual([{ ...fenced, token: 7, newest: 31 }]);
    expect(site.describe()[1]).toContain("driven by pi-2");
    expect(site.drivenTwice).toBe(0);
  });
});

describe("commands that are checked where the pins are (PROT-8)", () => {
  const outputs = ["heater"];
  const sender = () =>
    new CommandProtection({ profile: "P04", self: pi1, nodes: [pi1, pi2], outputs });
  const framed = (from: CommandProtection, ms: number, untilMs: number, spoil = 0) => {
    const command = write(ms, untilMs);
    const frame = from.protect("heater", command.value, command.until, null);
    frame[20] = (frame[20] ?? 0) ^ spoil;
    return { ...command, ...markTexts({ frame }) };
  };

  it("reach the plant when they are whole", () => {
    const site = makeSite({ samples: null, commands: "P04" });
    const refusals: string[] = [];
    site.write(pi1, framed(sender(), 10, 500), ({ reason }) => refusals.push(reason));
    site.advance(later(150));
    expect(site.describe()[1]).toContain("driven by pi-1");
    expect(refusals).toEqual([]);
  });

  it("do not when they are not, and the replica is told", () => {
    const site = makeSite({ samples: null, commands: "P04" });
    const refusals: string[] = [];
    const refused = ({ reason }: RefusedWrite) => refusals.push(reason);
    const from = sender();
    site.write(pi1, framed(from, 10, 500, 1), refused);
    site.write(pi1, write(11, 500), refused);
    site.write(pi2, framed(from, 12, 500), refused);
    site.advance(later(150));
    expect(site.describe()[1]).toContain("driven by nobody");
    expect(refusals).toEqual(["corrupt-command", "corrupt-command", "masqueraded-command"]);
  });
});

describe("the demo's sensors", () => {
  const saysOf = (site: DemoSite, node = pi1) => site.readings(node)[0]?.value;

  it("stamps readings with the present, although the plant is a little behind", () => {
    const site = makeSite();
    site.advance(later(500));
    const [reading] = site.readings(pi1);
    expect(reading?.sourceTime).toBeGreaterThan(later(500) - millis(10));
    expect(reading?.sourceTime).toBeLessThanOrEqual(later(500));
    expect(siteDelay).toBeGreaterThan(millis(10));
  });

  it("sticks the broken one while the others move, until it is mended", () => {
    const site = makeSite();
    site.advance(later(100));
    site.setFault(pi1, { kind: "stuck", value: null });
    const stuckAt = saysOf(site);
    site.write(pi2, write(100, 60_000, 1));
    site.advance(later(5_000));
    expect(saysOf(site)).toBe(stuckAt);
    expect(saysOf(site, pi2)).toBeGreaterThan((stuckAt ?? 0) + 5);
    site.setFault(pi1, null);
    expect(saysOf(site)).toBeCloseTo(saysOf(site, pi2) ?? 0, 0);
  });
});
