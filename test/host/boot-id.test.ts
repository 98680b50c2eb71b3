import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { bootIdFile, nextBootId } from "../../src/host/boot-id.js";
import { nodeId } from "../../src/kernel/ids.js";
import { testFolder } from "./support/folder.js";

const node = nodeId("a");

describe("the boot id", () => {
  it("is the wall clock where nothing is kept", async () => {
    expect(await nextBootId({ node, stateDir: null, wallClock: 1234.5 })).toEqual({
      bootId: 1234,
      warning: null,
    });
  });

  it("grows when the wall clock does not, and when it goes back (BOOT-1)", async () => {
    const stateDir = await testFolder();
    const ids: number[] = [];
    for (const wallClock of [5_000, 5_000, 100, 0, 9_000]) {
      ids.push((await nextBootId({ node, stateDir, wallClock })).bootId);
    }
    expect(ids).toEqual([5_000, 5_001, 5_002, 5_003, 9_000]);
  });

  it("is on the disk when it is told (BOOT-2), for each node apart", async () => {
    const stateDir = await testFolder();
    const { bootId } = await nextBootId({ node, stateDir, wallClock: 77 });
    expect(await readFile(bootIdFile(stateDir, node), "utf8")).toBe(`${bootId}\n`);
    const other = await nextBootId({ node: nodeId("b"), stateDir, wallClock: 7 });
    expect(other.bootId).toBe(7);
  });

  it.each(["", "rubbish\n", "-4\n", "9".repeat(15), "1e5\n"])(
    "warns of a file that holds none: %j",
    async (text) => {
      const stateDir = await testFolder();
      await writeFile(bootIdFile(stateDir, node), text);
      const { bootId, warning } = await nextBootId({ node, stateDir, wallClock: 500 });
      expect(bootId).toBe(500);
      expect(warning).toContain("a.boot holds no boot id");
    },
  );

  it("is refused where it cannot be kept (BOOT-2)", async () => {
    const stateDir = `${await testFolder()}/missing`;
    await expect(nextBootId({ node, stateDir, wallClock: 1 })).rejects.toThrow("ENOENT");
  });
});
