import { describe, expect, it } from "vitest";
import { serviceLine } from "../../../src/host/watchdog/service-line.js";
import { nodeId } from "../../../src/kernel/ids.js";
import type { NodeStatus } from "../../../src/node/status.js";
import { groupOf, memberOf, nodes, statusOf } from "../../cli/demo/support/views.js";

describe("a replica in a line (SYSTEMD-3)", () => {
  it("is nothing before it is up", () => {
    expect(serviceLine(null)).toBe(null);
  });

  it("says its role, who is alive, and what is overdue", () => {
    expect(serviceLine(statusOf("pi-1", { driven: ["heater"] }))).toMatch(
      /^drives heater; 3 of 3 alive by [a-z-]+$/,
    );
    const members = nodes.map((node, index) =>
      memberOf(node, index === 2 ? { state: "dead" } : {}),
    );
    const failed = [{ entity: "control-cycle", status: "failed" }] as const;
    const supervision = failed as unknown as NodeStatus["supervision"];
    const more = { group: groupOf(members), supervision };
    expect(serviceLine(statusOf("pi-2", more))).toMatch(
      /^follows pi-1; 2 of 3 alive by [a-z-]+; control-cycle is overdue$/,
    );
    expect(serviceLine(statusOf("pi-2", { driver: null }))).toContain("knows of no driver");
    expect(serviceLine(statusOf("pi-2", { driver: nodeId("pi-3") }))).toContain("follows pi-3");
  });
});
