/** What `compare detector --advise` takes from a doctor's report, and what it refuses of it. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { testFolder } from "../host/support/folder.js";
import { jsonOf, run } from "./support/captured-io.js";

async function adviseFrom(report: object | string, words: readonly string[]) {
  const cwd = await testFolder();
  const text = typeof report === "string" ? report : `${JSON.stringify(report)}\n`;
  await writeFile(join(cwd, "doctor.json"), text);
  const command = ["compare", "detector", "--advise", "--from", "doctor.json", "--json"];
  return run([...command, ...words], { cwd });
}

const schema = "holdfast.doctor/1";
const report = { schema, clock: { timer: { samples: 100, p50: 60, p99: 900, max: 4_000 } } };

describe("a doctor's report (DOCTOR-5)", () => {
  it("gives the jitter of the machine that it was made on", async () => {
    const fromDoctor = await adviseFrom(report, ["--loss", "1%"]);
    const words = ["compare", "detector", "--advise", "--loss", "1%", "--jitter", "4ms", "--json"];
    const stated = await run(words);
    expect(fromDoctor.stderr).toBe("");
    const [one, other] = [jsonOf(fromDoctor), jsonOf(stated)] as { advice?: object }[];
    expect({ ...one?.advice, source: "" }).toEqual({ ...other?.advice, source: "" });
  });

  it("says nothing of a link, so the loss must be stated", async () => {
    const { code, stderr } = await adviseFrom(report, []);
    expect(code).toBe(2);
    expect(stderr).toContain("add --loss");
  });

  it.each([
    [{ schema, clock: { timer: null } }],
    [{ schema, clock: { timer: { max: -1 } } }],
    [{ schema, clock: { timer: { max: 1e300 } } }],
    [{ schema }],
    [`{"schema":"${schema}","clock"`],
  ])("%j is refused", async (bad) => {
    const { code, stderr } = await adviseFrom(bad, ["--loss", "1%"]);
    expect([code, stderr]).toEqual([3, expect.stringContaining("expected clock.timer.max")]);
  });

  it("that is none is read as a recording", async () => {
    const { code, stderr } = await adviseFrom({ schema: "other" }, ["--loss", "1%"]);
    expect(code).toBe(3);
    expect(stderr).not.toContain("clock.timer.max");
  });
});
