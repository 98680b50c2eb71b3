/** The dog writes the black box down before it bites, and nothing keeps it from the bite. */
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { type EvidenceReading, parseEvidence } from "../../../src/watchdog/evidence/format.js";
import { builtFile, isBuilt, type Started, startNode } from "../support/built.js";
import { testFolder } from "../support/folder.js";

const device = "src/host/watchdog/thread-watchdog.js";
const urlOf = (file: string) => JSON.stringify(pathToFileURL(builtFile(file)).href);

/** Arms a dog of `timeout` ms with a black box, then runs `body`; unbitten it ends with 7. */
const script = (file: string, timeout: number, body: string) => `
  import { ThreadWatchdog } from ${urlOf(device)};
  import { BlackBox } from ${urlOf("src/host/evidence/black-box.js")};
  const now = () => Number(process.hrtime.bigint() / 1_000n);
  const box = new BlackBox(now());
  const evidence = {
    box: box.buffer, node: "a", bootId: 5, file: ${JSON.stringify(file)}, recording: null,
  };
  const dog = await ThreadWatchdog.arm({
    timeout: ${timeout} * 1_000, name: "a", evidence, onFailure: (error) => { throw error; },
  });
  setTimeout(() => process.exit(7), 4_000);
  box.step(now(), 12, "readings", ["voted"], 1);
  box.entities([{ entity: "control-cycle", status: "ok", lastCheckpoint: now() }]);
  console.log("armed");
  ${body}`;

interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** On the clock of `performance`. */
  readonly endedAt: number;
  readonly folder: string;
  readonly record: EvidenceReading | null;
}

async function play(
  body: string,
  timeout = 400,
  fileName = "a-5.json",
  meanwhile = async (_started: Started) => {},
): Promise<Outcome> {
  const folder = await testFolder();
  if (fileName.includes("/")) await writeFile(join(folder, "blocked"), "a file, not a folder");
  const file = join(folder, fileName);
  const started = startNode(["--input-type=module", "-e", script(file, timeout, body)]);
  await started.has("armed");
  await meanwhile(started);
  const { code, signal, stderr } = await started.ended;
  const endedAt = performance.now();
  const text = existsSync(file) ? await readFile(file, "utf8") : null;
  const record = text === null ? null : parseEvidence(text);
  return { code, signal, stderr, endedAt, folder, record };
}

const hang = `
  box.enter("input", "readings", now());
  box.enter("entity", "control-cycle", now());
  for (;;);`;

describe.skipIf(!isBuilt([device]))("the evidence of the dog", () => {
  it("DOGE-1: of an endless loop says where it hung, and is whole before the bite", async () => {
    const { signal, record, folder } = await play(hang, 800);
    expect(signal).toBe("SIGKILL");
    expect(record).toMatchObject({ ok: true, record: { cause: "hang", node: "a", bootId: 5 } });
    expect(record?.ok === true && record.record).toMatchObject({
      running: [{ what: "readings" }, { kind: "entity", what: "control-cycle" }],
      entities: [{ entity: "control-cycle", status: "ok" }],
      entries: [expect.stringMatching(/readings, 12 us -> voted$/)],
    });
    expect(await readdir(folder)).toEqual(["a-5.json"]);
  });

  it("DOGE-1: of a loop that lives and does not pet says that", async () => {
    const body = 'setInterval(() => box.step(now(), 1, "timeout", [], 0), 10);';
    const { signal, record } = await play(body);
    expect(signal).toBe("SIGKILL");
    expect(record).toMatchObject({ record: { cause: "supervision", running: [] } });
  });

  it("DOGE-2: is taken back where it was petted after all, so it accuses nobody", async () => {
    // Silent for more than three quarters of the patience, twice, and then well.
    const body = `
      const { existsSync } = await import("node:fs");
      let silences = 0;
      const waiting = setInterval(() => {
        if (!existsSync(evidence.file)) return;
        dog.pet();
        silences += 1;
        console.log("written", silences);
        if (silences < 2) return;
        clearInterval(waiting);
        setInterval(() => dog.pet(), 20);
      }, 5);`;
    const { code, signal, record, folder } = await play(body, 1_200);
    expect([code, signal, record]).toEqual([7, null, null]);
    expect(await readdir(folder)).toEqual([]);
  });

  it("DOGE-3: that cannot be written is told, and the bite comes", async () => {
    const { signal, stderr } = await play(hang, 400, "blocked/a-5.json");
    expect(signal).toBe("SIGKILL");
    expect(stderr).toMatch(/the evidence could not be written: ENOTDIR/);
    expect(stderr).toMatch(/was not petted for \d+ ms: killed/);
  });

  it("DOGE-3: on a card that stalls does not hold up the bite", async () => {
    // All threads that Node has for files are busy for ever: no write comes to its end.
    const body = `
      const { open } = await import("node:fs");
      const { execFileSync } = await import("node:child_process");
      const pipe = evidence.file + ".pipe";
      execFileSync("mkfifo", [pipe]);
      dog.pet();
      for (let thread = 0; thread < 4; thread += 1) open(pipe, "r", () => {});
      console.log("stalled");
      ${hang}`;
    let stalledAt = 0;
    const stalled = async ({ has }: Started) => {
      await has("stalled");
      stalledAt = performance.now();
    };
    const { signal, record, endedAt } = await play(body, 1_500, "a-5.json", stalled);
    expect([signal, record]).toEqual(["SIGKILL", null]);
    expect(endedAt - stalledAt).toBeLessThan(1_500 + 2_000);
  });

  it("DOGE-3: leaves a record that the loop's own thread wrote", async () => {
    const body = `
      const { writeFileSync } = await import("node:fs");
      writeFileSync(evidence.file, "richer");
      for (;;);`;
    const { signal, folder } = await play(body);
    expect(signal).toBe("SIGKILL");
    expect(await readFile(join(folder, "a-5.json"), "utf8")).toBe("richer");
  });

  it("DOGE-4: of a process that was stopped and continued is written before the bite", async () => {
    const stopped = async ({ child }: Started) => {
      child.kill("SIGSTOP");
      await new Promise((over) => setTimeout(over, 1_000));
      child.kill("SIGCONT");
    };
    const { signal, record } = await play(hang, 600, "a-5.json", stopped);
    expect(signal).toBe("SIGKILL");
    expect(record).toMatchObject({ ok: true });
  });
});
