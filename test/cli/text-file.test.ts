import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readTextFile } from "../../src/cli/text-file.js";
import { testFolder } from "../host/support/folder.js";

it("a file that a person has named is read whole, or it is said why not", async () => {
  const folder = await testFolder();
  const file = join(folder, "a.yaml");
  await writeFile(file, "grün");
  expect(await readTextFile(file, 5)).toEqual({ ok: true, text: "grün" });
  const why = async (path: string) => {
    const read = await readTextFile(path, 4);
    return read.ok ? "read" : read.why;
  };
  expect(await why(file)).toBe("it is longer");
  expect(await why("/dev/zero"), "without an end").toBe("it is longer");
  expect(await why(join(folder, "b.yaml"))).toBe("there is no such file");
  expect(await why(join(file, "c.yaml"))).toBe("there is no such file");
  expect(await why(folder)).toBe("it is a folder");
  await writeFile(file, Uint8Array.of(0x67, 0xff));
  expect(await why(file)).toBe("it is not UTF-8");
});
