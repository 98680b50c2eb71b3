/** A replica in one line, for whoever looks at its service: `systemctl status`. */
import type { NodeStatus } from "../../node/status.js";

/** @param status null while the replica is not up */
export function serviceLine(status: NodeStatus | null): string | null {
  if (status === null) return null;
  const { members, detector } = status.group;
  const alive = members.filter(({ state }) => state === "alive").length;
  const failed = status.supervision.filter((entity) => entity.status === "failed");
  const trouble = failed.map(({ entity }) => `; ${entity} is overdue`).join("");
  return `${roleOf(status)}; ${alive} of ${members.length} alive by ${detector}${trouble}`;
}

function roleOf({ drives, driver, driven }: NodeStatus): string {
  if (drives) return `drives ${driven.join(", ") || "no output yet"}`;
  return driver === null ? "knows of no driver" : `follows ${driver}`;
}
