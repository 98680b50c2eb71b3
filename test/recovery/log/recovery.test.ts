import { describe, expect, it } from "vitest";
import { entriesOf, LogRig } from "../support/log-rig.js";

describe("a start", () => {
  it("LOG-6: on a disk that cannot make durable what was read is refused, read-only or not", () => {
    const rig = LogRig.open();
    rig.save(entriesOf(1, 3));
    rig.settle();
    for (const [kinds, reason] of [
      [["write", "sync"], "read-only"],
      [["write"], "io"],
      [["sync-folder"], "read-only"],
      [["sync-folder"], "io"],
    ] as const) {
      const disk = rig.disk.copy();
      disk.fault = ({ operation }) => (kinds.some((one) => one === operation.kind) ? reason : null);
      const start = LogRig.open(disk);
      expect(start.of("recovered")).toEqual([]);
      expect(start.of("refused")).toMatchObject([{ reason: "unreadable" }]);
      expect(start.of("refused")[0]?.detail).toContain(`cannot be made durable: ${reason}`);
    }
    // One that only takes no writes is read, and says so when it is tried.
    const readOnly = rig.disk.copy();
    readOnly.fault = ({ operation }) =>
      ["write", "create", "remove", "rename"].includes(operation.kind) ? "read-only" : null;
    expect(LogRig.open(readOnly).recovered.entries).toEqual(entriesOf(1, 3));
  });

  it("LOG-8: marks that a log has begun, where the power failed before that", () => {
    const rig = LogRig.open();
    rig.save(entriesOf(1, 1));
    rig.settle();
    const begun = rig.disk.copy();
    begun.files.delete("begun");
    const again = LogRig.open(begun);
    expect(again.recovered.entries).toEqual(entriesOf(1, 1));
    again.save(entriesOf(2, 1));
    again.settle();
    for (const file of [...again.disk.files.keys()].filter((name) => name !== "begun"))
      again.disk.files.delete(file);
    expect(LogRig.open(again.disk.copy()).of("refused")).toMatchObject([{ reason: "corrupt" }]);
  });
});
