import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inStateFolder, StateFolderFailure } from "../../src/host/state-folder.js";
import { testFolder } from "./support/folder.js";

const failing = (code: string) => async () => {
  throw Object.assign(new Error(`${code}: said by the system, write`), { code, syscall: "write" });
};

const refusal = async (work: () => Promise<unknown>): Promise<unknown> =>
  inStateFolder("/state", work).catch((error: unknown) => error);

describe("a start that cannot write to its state folder", () => {
  it.each([
    ["ENOSPC", "the stateDir /state is on a full disk, and a start has to write its number there"],
    ["EROFS", "the stateDir /state is read-only, .* see dmesg; restart the board, or replace"],
    ["EACCES", "the stateDir /state may not be written to by this user"],
    ["EIO", "the stateDir /state cannot be used: EIO: said by the system, write"],
  ])("says where and what to do: %s", async (code, text) => {
    const error = await refusal(failing(code));
    expect(error).toBeInstanceOf(StateFolderFailure);
    expect(String(error)).toMatch(new RegExp(text));
  });

  it("says of a file that it is no folder", async () => {
    const file = join(await testFolder(), "state");
    await writeFile(file, "");
    const made = inStateFolder(file, () => mkdir(file, { recursive: true }));
    await expect(made).rejects.toThrow(`the stateDir ${file} is no folder`);
  });

  it("leaves other errors as they are, and gives what was made", async () => {
    const bug = new TypeError("of ours");
    expect(await refusal(() => Promise.reject(bug))).toBe(bug);
    expect(await inStateFolder("/state", async () => 7)).toBe(7);
    await expect(inStateFolder(null, failing("ENOSPC"))).rejects.toThrow(/^ENOSPC/);
  });
});
