/** What the port of a disk promises after a loss of power, and what it does not. */
import { describe, expect, it } from "vitest";
import { sectorBytes } from "../../../src/sim/disk/modelled-file.js";
import { Drive, everything, nothing } from "./support/drive.js";

const seeds = Array.from({ length: 200 }, (_, index) => index + 1);

/** Everything that a crash leaves of what `work` did, over many dice. */
function outcomes(work: (drive: Drive) => void, look: (drive: Drive) => string): Set<string> {
  const seen = new Set<string>();
  for (const seed of seeds) {
    const drive = new Drive(seed);
    work(drive);
    drive.crash();
    seen.add(look(drive));
  }
  return seen;
}

const sector = (letter: string): string => letter.repeat(sectorBytes);
const hole = "\0".repeat(sectorBytes);

describe("MEDIUM-1: what was durable is there, whatever the dice say", () => {
  it("after a synced write and a sync of the folder", () => {
    const seen = outcomes(
      (drive) => drive.writeDurably("a", "kept"),
      (drive) => `${drive.read("a")}`,
    );
    expect([...seen]).toEqual(["kept"]);
  });

  it("after a write and a sync of its own", () => {
    const seen = outcomes(
      (drive) => {
        drive.writeDurably("a", "1234");
        drive.write("a", "xy", { offset: 1 });
        drive.do({ kind: "sync", file: "a" });
      },
      (drive) => `${drive.read("a")}`,
    );
    expect([...seen]).toEqual(["1xy4"]);
  });

  it("a synced write takes all writes before it along", () => {
    const seen = outcomes(
      (drive) => {
        drive.writeDurably("a", "....");
        drive.write("a", sector("b"), { offset: 0 });
        drive.write("a", sector("c"), { offset: sectorBytes, synced: true });
      },
      (drive) => `${drive.read("a")}`,
    );
    expect([...seen]).toEqual([sector("b") + sector("c")]);
  });
});

describe("MEDIUM-2: what was not durable may be there in any part", () => {
  it("two sectors of one write: both, one, the other, none", () => {
    const seen = outcomes(
      (drive) => {
        drive.writeDurably("a", sector(".") + sector("."));
        drive.write("a", sector("x") + sector("y"));
      },
      (drive) => `${drive.read("a", 0, 1)}${drive.read("a", sectorBytes, 1)}`,
    );
    expect([...seen].sort()).toEqual(["..", ".y", "x.", "xy"]);
  });

  it("a later write without the earlier", () => {
    const seen = outcomes(
      (drive) => {
        drive.writeDurably("a", sector(".") + sector("."));
        drive.write("a", "1", { offset: 0 });
        drive.write("a", "2", { offset: sectorBytes });
      },
      (drive) => `${drive.read("a", 0, 1)}${drive.read("a", sectorBytes, 1)}`,
    );
    expect(seen).toContain(".2");
  });

  it("of one sector any version, and never a mixture", () => {
    const seen = outcomes(
      (drive) => {
        drive.writeDurably("a", "000");
        drive.write("a", "1", { offset: 0 });
        drive.write("a", "2", { offset: 1 });
        drive.write("a", "3", { offset: 2 });
      },
      (drive) => `${drive.read("a")}`,
    );
    expect([...seen].sort()).toEqual(["000", "100", "120", "123"]);
  });

  it("a file that grew has any length up to the new one, with holes of zeroes", () => {
    const grow = (drive: Drive): void => {
      drive.writeDurably("a", sector("a"));
      drive.write("a", sector("b") + sector("c"), { offset: sectorBytes });
    };
    const lengths = outcomes(grow, (drive) => String(drive.list()[0]?.bytes));
    expect([...lengths].sort()).toEqual(["1024", "1536", "512"]);
    const contents = outcomes(grow, (drive) => `${drive.read("a")}`);
    expect(contents).toContain(sector("a") + hole + sector("c"));
    expect(contents).toContain(sector("a") + sector("b") + hole);
  });

  it("what was cut off is back, or is zeroes when the file grows again", () => {
    const seen = outcomes(
      (drive) => {
        drive.writeDurably("a", "abcdef");
        drive.do({ kind: "truncate", file: "a", bytes: 2 });
      },
      (drive) => `${drive.read("a")}`,
    );
    expect(seen).toContain("abcdef");
    expect(seen).toContain("ab");
    const drive = new Drive();
    drive.writeDurably("a", "abcdef");
    drive.do({ kind: "truncate", file: "a", bytes: 2 });
    drive.do({ kind: "truncate", file: "a", bytes: 4 });
    expect(drive.read("a")).toBe("ab\0\0");
  });

  it("a write that was under way may be there, one that waited for its turn is not", () => {
    const seen = outcomes(
      (drive) => {
        drive.writeDurably("a", "..");
        drive.submit({
          kind: "write",
          file: "a",
          offset: 0,
          bytes: Uint8Array.of(49),
          synced: true,
        });
        drive.submit({
          kind: "write",
          file: "a",
          offset: 1,
          bytes: Uint8Array.of(50),
          synced: true,
        });
      },
      (drive) => `${drive.read("a")}`,
    );
    expect([...seen].sort()).toEqual(["..", "1."]);
  });

  it("a sync covers what ended before it began, not what came in another lane", () => {
    const drive = new Drive();
    drive.writeDurably("a", "..");
    drive.submit({ kind: "sync", file: "a" }, "log");
    drive.do(
      { kind: "write", file: "a", offset: 0, bytes: Uint8Array.of(49), synced: false },
      "canary",
    );
    expect(drive.read("a")).toBe("1.");
    drive.crash(nothing);
    expect(drive.read("a")).toBe("..");
  });
});

describe("MEDIUM-3: a name is durable by a sync of the folder only", () => {
  it("a new file, though it was synced", () => {
    const make = (drive: Drive): void => {
      drive.do({ kind: "create", file: "a", bytes: 0 });
      drive.write("a", "x", { synced: true });
    };
    const seen = outcomes(make, (drive) => `${drive.read("a")}`);
    expect([...seen].sort()).toEqual(["null", "x"]);
  });

  it("a removed file", () => {
    const seen = outcomes(
      (drive) => {
        drive.writeDurably("a", "x");
        drive.do({ kind: "remove", file: "a" });
      },
      (drive) => `${drive.read("a")}`,
    );
    expect([...seen].sort()).toEqual(["null", "x"]);
  });

  it("a rename leaves the old file or the new one, and never none", () => {
    const seen = outcomes(
      (drive) => {
        drive.writeDurably("a", "old");
        drive.writeDurably("b", "new");
        drive.do({ kind: "rename", from: "b", to: "a" });
      },
      (drive) => `${drive.read("a")} ${drive.read("b")}`,
    );
    expect([...seen].sort()).toEqual(["new null", "old new"]);
  });

  it("a name without what was written under it: a file of no bytes", () => {
    const seen = outcomes(
      (drive) => {
        drive.do({ kind: "create", file: "a", bytes: 0 });
        drive.write("a", "x");
        drive.do({ kind: "sync-folder" });
      },
      (drive) => `${drive.read("a")}`,
    );
    expect([...seen].sort()).toEqual(["", "\0", "x"]);
  });

  it("changes of names in any order", () => {
    const seen = outcomes(
      (drive) => {
        for (const file of ["a", "b"]) drive.do({ kind: "create", file, bytes: 0 });
      },
      (drive) => drive.names().join(),
    );
    expect([...seen].sort()).toEqual(["", "a", "a,b", "b"]);
  });
});

describe("after a crash", () => {
  it("the same disk serves the next life, and what it tore stays torn", () => {
    const drive = new Drive();
    drive.writeDurably("a", "1");
    drive.write("a", "2");
    drive.crash(nothing);
    expect(drive.read("a")).toBe("1");
    drive.write("a", "3");
    drive.crash(everything);
    expect(drive.read("a")).toBe("3");
    drive.crash(nothing);
    expect(drive.read("a")).toBe("3");
  });

  it("nothing of the life before is answered", () => {
    const drive = new Drive();
    drive.submit({ kind: "list" });
    drive.crash();
    expect(drive.disk.take(drive.now)).toEqual([]);
    expect(drive.disk.nextAt()).toBe(Number.POSITIVE_INFINITY);
  });
});
