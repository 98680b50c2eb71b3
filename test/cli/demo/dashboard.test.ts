import { describe, expect, it } from "vitest";
import { dashboard } from "../../../src/cli/demo/dashboard.js";
import { type Paint, widthOf } from "../../../src/cli/terminal.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { instant } from "../../../src/kernel/time.js";
import { demoView, excluded, replicaView, seen, statusOf, verdict } from "./support/views.js";

const plain: Paint = (_tone, text) => text;
const toned: Paint = (tone, text) => `<${tone}>${text}</${tone}>`;
const usual = { columns: 80, rows: 24 };

const busy = demoView({
  recent: Array.from({ length: 40 }, (_, index) => seen(index, "pi-1", excluded(`pi-1/s${index}`))),
  notes: [{ atS: 11.5, text: "pi-3 ended (SIGKILL)" }],
  faults: ["pi-1/temperature drifting", "pi-2/temperature stuck", "pi-3 killed while it drove"],
});

const linesAt = (columns: number, rows: number, view = busy): readonly string[] =>
  dashboard(view, plain, { columns, rows }).trimEnd().split("\n");

describe("the picture of the demo", () => {
  it.each([
    [80, 24],
    [60, 24],
    [40, 20],
    [110, 40],
    [300, 100],
  ])("fits %i columns and %i lines (DEMO-5)", (columns, rows) => {
    const lines = linesAt(columns, rows);
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns);
    expect(lines.length).toBeLessThan(rows);
  });

  it("shows all of it at 80 by 24: replicas, channels, faults, what happened, keys", () => {
    const text = linesAt(80, 24).join("\n");
    for (const word of ["pi-1", "pi-2", "pi-3", "drives", "stands by", "petted", "10.0 %"]) {
      expect(text).toContain(word);
    }
    expect(text).toMatch(/temperature: 59\.94 degraded/);
    expect(text).toMatch(/pi-2\/temperature +41\.50 +excluded +STUCK, permanent value/);
    expect(text).toContain("faults on now: pi-1/temperature drifting, pi-2/temperature stuck");
    expect(text).toContain("39.00 s  pi-1  excluded pi-1/s39: STUCK");
    expect(text).toContain("q quit");
  });

  it("leaves out whole columns of the replicas, the least important first", () => {
    const heading = (columns: number) =>
      linesAt(columns, 40).find((line) => line.startsWith("REPLICA")) ?? "";
    expect(heading(110)).toMatch(/WATCHDOG +LOST +RESIDENT +PID$/);
    expect(heading(80)).toMatch(/WATCHDOG +LOST +RESIDENT$/);
    expect(heading(60)).toMatch(/HEARS +SKEW +WATCHDOG$/);
  });

  it("gives what happened last only the lines that are left", () => {
    const told = (rows: number) =>
      linesAt(80, rows).filter((line) => line.includes("excluded pi-1/s")).length;
    expect(told(24)).toBeGreaterThan(2);
    expect(told(40)).toBe(12);
    expect(told(12)).toBe(0);
  });

  it("shows a replica that is gone, stopped, or only just begins", () => {
    const replicas = [
      replicaView("pi-1", { state: "down", status: null }),
      replicaView("pi-2", { state: "paused" }),
      replicaView("pi-3", { status: null }),
    ];
    const text = linesAt(80, 24, demoView({ replicas })).join("\n");
    expect(text).toMatch(/pi-1 +down\npi-2 +paused\npi-3 +starting/);
    expect(text).not.toContain("CHANNEL");
  });

  it("shows the sensors as the driver sees them, not as one that is stopped saw them", () => {
    const old = statusOf("pi-1", { sensors: [] });
    const replicas = [
      replicaView("pi-1", { state: "paused", status: old }),
      replicaView("pi-2", { status: statusOf("pi-2", { sensors: [] }) }),
      replicaView("pi-3", { status: statusOf("pi-3", { drives: true }) }),
    ];
    expect(dashboard(demoView({ replicas }), plain, usual)).toContain("59.94 degraded");
  });

  it("shows a replica that votes wrongly, a doubtful verdict, a person's word", () => {
    const suspectedVoters = [{ node: nodeId("pi-3"), sensor: "temperature" }];
    const { cycle, sensors } = statusOf("pi-1");
    const [sensor] = sensors;
    const doubtful = {
      ...verdict(59.94, "degraded"),
      confidence: 2 / 3,
      caveats: [{ reason: "COMMON_MODE_SUSPECT" as const, since: instant(0) }],
    };
    const channels = (sensor?.channels ?? []).map((channel, index) => {
      const state = index === 2 ? ("overridden" as const) : channel.state;
      return { ...channel, state };
    });
    const status = statusOf("pi-1", {
      cycle: { ...cycle, suspectedVoters },
      sensors: [{ sensor: "temperature", verdict: doubtful, channels }],
    });
    const replicas = [replicaView("pi-1", { status }), replicaView("pi-2"), replicaView("pi-3")];
    for (const columns of [60, 80, 110]) {
      const lines = linesAt(columns, 30, demoView({ replicas }));
      expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns);
      const text = lines.join("\n");
      expect(text).toMatch(/pi-3 +stands by +votes wrongly/);
      expect(text).toMatch(/pi-1 +drives +consistent/);
      expect(text).toContain("59.94 degraded, 67 % agree, COMMON_MODE_SUSPECT");
      expect(text).toMatch(/pi-3\/temperature +59\.94 +overridden +by a person/);
    }
    expect(linesAt(110, 30, demoView()).join("\n")).not.toContain("votes wrongly");
  });

  it("marks what is bad, and only that", () => {
    const good = dashboard(demoView({ faults: [] }), toned, { columns: 400, rows: 50 });
    expect(good).not.toMatch(/<bad>(?!excluded)/);
    const votes = { cycles: 110, voted: 100, missed: 10, longestGapS: 1 };
    const failed = { entity: "x", status: "failed", lastCheckpoint: null } as const;
    const alone = statusOf("pi-1", { peers: [], supervision: [failed] });
    const replicas = [replicaView("pi-1", { status: alone })];
    const bad = dashboard(demoView({ votes, drivenTwice: 1, replicas }), toned, {
      columns: 400,
      rows: 50,
    });
    for (const text of ["100 of 110", "driven twice: 1", "nobody", "not petted"]) {
      expect(bad).toContain(`<bad>${text}`);
    }
  });
});
