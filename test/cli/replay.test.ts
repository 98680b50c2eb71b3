import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { testFolder } from "../host/support/folder.js";
import { record } from "../replay/support.js";
import { jsonOf, run } from "./support/captured-io.js";
import { clusterFolder } from "./support/cluster-folder.js";

async function fileWith(text: string): Promise<{ readonly cwd: string; readonly file: string }> {
  const cwd = await testFolder();
  const file = "a.ndjson";
  await writeFile(join(cwd, file), text);
  return { cwd, file };
}

describe("holdfast replay", () => {
  it.each([
    ["an empty file", ""],
    ["a file of another kind", "t,a,b\n1,2,3\n"],
    ["a header that was cut off", '{"schema":"holdfast.record'],
  ])("refuses %s, with code 3", async (_what, text) => {
    const { cwd, file } = await fileWith(text);
    const { code, stderr, stdout } = await run(["replay", file], { cwd });
    expect([code, stdout]).toEqual([3, ""]);
    expect(stderr).toBe(
      'error: a.ndjson:1: expected a header with "schema":"holdfast.recording/1"\n',
    );
  });

  it("refuses a file that is not there, with code 3, as one JSON object", async () => {
    const result = await run(["replay", "none.ndjson", "--json"], { cwd: "/" });
    expect(result.code).toBe(3);
    expect(jsonOf(result)).toMatchObject({ schema: "holdfast.replay/1", error: { code: 3 } });
  });

  it("wants a config where the recording names none", async () => {
    const { cwd, file } = await fileWith(record(300).text);
    const { code, stderr } = await run(["replay", file], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining("--config")]);
  });

  it("recognises the config of another cluster", async () => {
    const { path } = await clusterFolder();
    await writeFile(join(path, "a.ndjson"), record(300).text.replace('"n1"', '"a"'));
    const { code, stderr } = await run(["replay", "a.ndjson", "-c", "holdfast.yaml"], {
      cwd: path,
    });
    expect([code, stderr]).toEqual([3, expect.stringContaining("another key")]);
  });
});
