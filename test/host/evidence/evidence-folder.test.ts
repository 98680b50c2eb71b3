/** The folder of evidence: whole or not at all, bounded, and nobody else's files are touched. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  evidenceFolder,
  evidencePath,
  listEvidence,
  makeRoom,
  readEvidence,
  recordsMax,
  setAside,
  writeEvidence,
} from "../../../src/host/evidence/evidence-folder.js";
import { evidenceBytesMax } from "../../../src/watchdog/evidence/format.js";
import { evidence } from "../../watchdog/evidence/support/records.js";
import { testFolder } from "../support/folder.js";

async function folder(): Promise<string> {
  const path = evidenceFolder(await testFolder());
  makeRoom(path, "a");
  return path;
}

describe("the folder of evidence", () => {
  it("EVFILE-1: a record is read back, and nothing is left beside it", async () => {
    const path = await folder();
    const record = evidence({ bootId: 3 });
    const file = writeEvidence(path, record);
    expect(file).toBe(evidencePath(path, "a", 3));
    expect(await readEvidence(file)).toEqual({ ok: true, record });
    expect(readdirSync(path)).toEqual(["a-3.json"]);
  });

  it("EVFILE-1: a write that fails leaves what was there", async () => {
    const path = await folder();
    const file = writeEvidence(path, evidence({ bootId: 3, error: "first" }));
    mkdirSync(`${file}.new`);
    expect(() => writeEvidence(path, evidence({ bootId: 3, error: "second" }))).toThrow("EISDIR");
    expect(await readEvidence(file)).toMatchObject({ record: { error: "first" } });
  });

  it("EVFILE-2: keeps the newest of a node, by their number, and of others all", async () => {
    const path = await folder();
    for (let bootId = 1; bootId <= 30; bootId += 1) {
      makeRoom(path, "a");
      writeEvidence(path, evidence({ bootId }));
    }
    for (const name of ["a-b-7.json", "a-x.json", "b-1.json", "a-1.json.txt"]) {
      writeFileSync(join(path, name), "not ours");
    }
    makeRoom(path, "a");
    const files = await listEvidence(path, "a");
    expect(files.map(({ bootId }) => bootId)).toEqual(
      Array.from({ length: recordsMax - 1 }, (_, index) => 31 - (recordsMax - 1) + index),
    );
    expect(readdirSync(path)).toEqual(
      expect.arrayContaining(["a-b-7.json", "a-x.json", "b-1.json", "a-1.json.txt"]),
    );
  });

  it("EVFILE-2: keeps fewer where they are large", async () => {
    const path = await folder();
    for (const bootId of [1, 2, 3, 4, 5]) {
      writeFileSync(evidencePath(path, "a", bootId), "x".repeat(evidenceBytesMax));
    }
    makeRoom(path, "a");
    expect((await listEvidence(path, "a")).map(({ bootId }) => bootId)).toEqual([3, 4, 5]);
  });

  it("EVFILE-3: what was overcome is set aside, and there is none then", async () => {
    const path = await folder();
    setAside(path, "a", 3);
    writeEvidence(path, evidence({ bootId: 3 }));
    setAside(path, "a", 3);
    expect(await readEvidence(evidencePath(path, "a", 3))).toBeNull();
    expect(await listEvidence(path, "a")).toMatchObject([{ bootId: 3, restored: true }]);
  });

  it("EVFILE-4: what is no record is refused with what was expected", async () => {
    const path = await folder();
    const file = evidencePath(path, "a", 1);
    expect(await readEvidence(file)).toBeNull();
    writeFileSync(file, "{".repeat(10));
    expect(await readEvidence(file)).toMatchObject({ ok: false });
    writeFileSync(file, " ".repeat(2 * evidenceBytesMax));
    expect(await readEvidence(file)).toMatchObject({
      expected: expect.stringContaining("at most"),
    });
    mkdirSync(evidencePath(path, "a", 2));
    expect(await readEvidence(evidencePath(path, "a", 2))).toMatchObject({
      expected: expect.stringContaining("EISDIR"),
    });
  });
});
