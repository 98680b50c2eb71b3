/** Real threads, and versions that do to them what versions do. Compiled first: see built.ts. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import type {
  CallResult,
  NVersionRunner,
  OpenVersionsOptions,
  VersionEvent,
} from "../../../src/host/n-version/open-versions.js";
import { millis } from "../../../src/kernel/time.js";
import { builtFile, isBuilt } from "../support/built.js";
import { testFolder } from "../support/folder.js";

const face = "src/host/n-version/open-versions.js";
const versionFile = (name: string) => join("test/host/n-version/versions", `${name}.mjs`);

/** No call of a test that names no deadline comes near it. */
const never = 600_000;

/** So long that healthy versions answer on a busy machine, and short enough to wait for. */
const generous = 3_000;

/** Opens versions a, b, c ... of these files; closed when the test is over. */
async function open(
  files: readonly string[],
  options: Partial<OpenVersionsOptions> = {},
): Promise<NVersionRunner> {
  const { openVersions } = (await import(
    pathToFileURL(builtFile(face)).href
  )) as typeof import("../../../src/host/n-version/open-versions.js");
  const versions = files.map((file, index) => ({
    name: "abcdef"[index] as string,
    file: file.includes(".") ? file : versionFile(file),
  }));
  const runner = await openVersions({
    versions,
    deadlineMs: never,
    answerWhen: "closed",
    ...options,
  });
  onTestFinished(() => runner.close());
  return runner;
}

const answered = (result: CallResult) => {
  if (result.refused !== null) throw new Error(result.text);
  return result;
};

const doubled = { value: { y: 6, unit: "K" }, agreeing: ["a", "b"] };

describe.skipIf(!isBuilt([face]))("versions in threads or processes", () => {
  it("compute and agree, each on an input of its own (NVH-1)", async () => {
    const runner = await open(["right", "right-by-adding", "mutates"]);
    const input = { x: 3 };
    expect(await runner.call(input)).toMatchObject({
      ...doubled,
      status: "ok",
      agreeing: ["a", "b", "c"],
    });
    expect(input).toEqual({ x: 3 });
  });

  it.each([
    ["throws", "threw", "no luck"],
    ["rejects", "threw", "something that has no text"],
    ["exits", "exited", "its thread ended with code 7"],
    ["throws-uncaught", "exited", "out of nowhere"],
    ["answers-a-function", "malformed", "/y is a function"],
    ["answers-nan", "malformed", "/y is NaN"],
    ["answers-without-end", "malformed", "/y goes beyond 100000 units of text"],
    ["leaks", "out-of-memory", "memory limit"],
  ] as const)("one that %s does not change the result (NVH-2)", async (file, reason, message) => {
    const runner = await open(["right", "right-by-adding", file], { heapMiBMax: 32 });
    const result = answered(await runner.call({ x: 3 }));
    expect(result).toMatchObject({ ...doubled, status: "degraded" });
    expect(result.failed).toMatchObject([{ version: "c", reason }]);
    expect(result.failed[0]?.message).toContain(message);
    expect(answered(await runner.call({ x: 4 }))).toMatchObject({ value: { y: 8 } });
  });

  it.each(["hangs", "never-answers"])(
    "nor one that %s: it is stopped at the deadline (NVH-3)",
    async (file) => {
      const runner = await open(["right", "right-by-adding", file], { deadlineMs: generous });
      const result = answered(await runner.call({ x: 3 }));
      expect(result).toMatchObject({ ...doubled, failed: [{ version: "c", reason: "hung" }] });
    },
  );

  it("nor does it delay the value, when the others have settled it (NVH-3)", async () => {
    const runner = await open(["right", "right-by-adding", "hangs"], { answerWhen: "settled" });
    expect(await runner.call({ x: 3 })).toMatchObject({ ...doubled, pending: ["c"] });
  });

  it("nor one that lies; two that lie alike do, and the words are the same (NVH-4)", async () => {
    const one = await open(["right", "right-by-adding", "lies"]);
    expect(await one.call({ x: 3 })).toMatchObject({
      ...doubled,
      dissenting: ["c"],
      text:
        '2 of 3 versions agree on {"unit":"K","y":6}; ' +
        "c disagrees: if the two share a fault, this is wrong",
    });
    const two = await open(["lies", "lies", "right"]);
    expect(await two.call({ x: 3 })).toMatchObject({
      value: { y: 106, unit: "K" },
      dissenting: ["c"],
      text:
        '2 of 3 versions agree on {"unit":"K","y":106}; ' +
        "c disagrees: if the two share a fault, this is wrong",
    });
  });

  it("nor one that answers late: it is heard when nobody needs it any more (NVH-3)", async () => {
    const released = join(await testFolder(), "released");
    const events: VersionEvent[] = [];
    const runner = await open(["right", "right-by-adding", "answers-late"], {
      answerWhen: "settled",
      onEvent: (event) => events.push(event),
    });
    expect(await runner.call({ x: 3, released })).toMatchObject({ ...doubled, pending: ["c"] });
    const second = runner.call({ x: 4, released });
    writeFileSync(released, "");
    expect(await second).toMatchObject({ value: { y: 8 } });
    expect(events).toEqual([]);
  });

  it("and one that speaks out of turn is heard in turn only (NVH-5)", async () => {
    const runner = await open(["right", "right-by-adding", "says-no-message"]);
    expect(await runner.call({ x: 3 })).toMatchObject({ value: { y: 6 }, status: "ok" });
  });

  it.each(["thread", "process"] as const)(
    "are not blamed in a %s when it was we who were late (NVH-6)",
    async (isolation) => {
      const runner = await open(["right", "right-by-adding", "right"], {
        isolation,
        deadlineMs: 1_000,
      });
      const result = runner.call({ x: 3 });
      for (const end = performance.now() + generous; performance.now() < end; );
      expect(await result).toMatchObject({ status: "ok", failed: [] });
    },
  );
});

describe.skipIf(!isBuilt([face]))("versions in processes", () => {
  const isolation = "process";

  it.each([
    ["throws", "threw", "no luck"],
    ["exits", "exited", "its process ended with code 7"],
    ["throws-uncaught", "exited", "its process ended with code 1"],
    ["answers-without-end", "malformed", "/y goes beyond 100000 units of text"],
    ["kills-its-process", "exited", "its process was ended by SIGKILL"],
    ["leaks-in-a-map", "exited", "as it is when its heap is full"],
  ] as const)("one that %s does not change the result (NVH-12)", async (file, reason, message) => {
    const runner = await open(["right", "right-by-adding", file], { isolation, heapMiBMax: 32 });
    const result = answered(await runner.call({ x: 3 }));
    expect(result).toMatchObject({ ...doubled, failed: [{ version: "c", reason }] });
    expect(result.failed[0]?.message).toContain(message);
    expect(answered(await runner.call({ x: 4 }))).toMatchObject({ value: { y: 8 } });
  });

  it("nor one that hangs: its process is ended, and another begun (NVH-12)", async () => {
    let tellUp = () => {};
    const up = new Promise<void>((done) => {
      tellUp = done;
    });
    const runner = await open(["right", "right-by-adding", "hangs"], {
      isolation,
      deadlineMs: generous,
      onEvent: (event) => event.kind === "version-up" && tellUp(),
    });
    const result = answered(await runner.call({ x: 3 }));
    expect(result).toMatchObject({ ...doubled, failed: [{ version: "c", reason: "hung" }] });
    await up;
    expect(runner.standing()[2]?.state).toBe("serving");
  });

  it("are refused as in threads when the module is none (NVH-10)", async () => {
    const opening = open(["right", "exports-nothing"], { isolation });
    await expect(opening).rejects.toThrow("exports other: a module that exports a function");
    await expect(open(["exits-at-load"], { isolation })).rejects.toThrow("ended with code 3");
  });
});

describe.skipIf(!isBuilt([face]))("a version that was stopped", () => {
  it("is started again, and counts when it is healed (NVH-7)", async () => {
    const released = join(await testFolder(), "released");
    let tellUp = () => {};
    const up = new Promise<void>((done) => {
      tellUp = done;
    });
    const runner = await open(["right", "right-by-adding", "answers-late"], {
      deadlineMs: generous,
      onEvent: (event) => event.kind === "version-up" && tellUp(),
    });
    const first = await runner.call({ x: 3, released });
    expect(first).toMatchObject({ ...doubled, failed: [{ version: "c", reason: "hung" }] });
    writeFileSync(released, "");
    await up;
    expect(await runner.call({ x: 3, released })).toMatchObject({ status: "ok" });
    expect(runner.standing()[2]).toMatchObject({ state: "serving", failures: 1, agreements: 1 });
  });

  it("that ends between calls is found out without a call (NVH-7)", async () => {
    let tellDown = (_: VersionEvent) => {};
    const down = new Promise<VersionEvent>((done) => {
      tellDown = done;
    });
    const runner = await open(["right", "right-by-adding", "exits-later"], {
      onEvent: (event) => event.kind === "version-down" && tellDown(event),
    });
    expect(await runner.call({ x: 3 })).toMatchObject({ status: "ok" });
    expect(await down).toMatchObject({ version: "c", message: "its thread ended with code 0" });
  });

  it("that dies at every start is given up, and may be released by a person (NVH-8)", async () => {
    let tellLatched = (_: VersionEvent) => {};
    const latched = new Promise<VersionEvent>((done) => {
      tellLatched = done;
    });
    const folder = await testFolder();
    const file = join(folder, "once.mjs");
    writeFileSync(file, "export const compute = () => process.exit(1);");
    const runner = await open(["right", "right-by-adding", file], {
      patience: { restartAfter: millis(1), restartsMax: 2, failuresMax: 100 },
      onEvent: (event) => event.kind === "version-latched" && tellLatched(event),
    });
    writeFileSync(file, "throw new Error('gone bad');");
    await runner.call({ x: 3 });
    expect(await latched).toMatchObject({ version: "c", reason: "restarted-too-often" });
    expect(runner.standing()[2]?.state).toBe("latched");
    runner.release("c");
    expect(runner.standing()[2]?.state).toBe("restarting");
    expect(() => runner.release("z")).toThrow("no version is named z");
  });
});

describe.skipIf(!isBuilt([face]))("the calls of a runner", () => {
  it("wait in a bounded queue, and are refused beyond it and when it closes (NVH-9)", async () => {
    const runner = await open(["hangs", "hangs", "hangs"], { waitingMax: 1 });
    const [first, second, third] = [1, 2, 3].map((x) => runner.call({ x }));
    const text = "not asked: too many calls wait already";
    expect(await third).toEqual({
      refused: "queue-full",
      value: null,
      status: "insufficient",
      text,
    });
    await runner.close();
    expect((await first)?.refused).toBe("closed");
    expect((await second)?.refused).toBe("closed");
    expect((await runner.call({ x: 4 })).refused).toBe("closed");
    await runner.close();
  });

  it("are answered in order, each with its own result (NVH-9)", async () => {
    const runner = await open(["right", "right-by-adding", "throws"]);
    const results = await Promise.all([1, 2, 3, 4, 5].map((x) => runner.call({ x })));
    expect(results.map(({ value }) => (value as { y: number }).y)).toEqual([2, 4, 6, 8, 10]);
  });

  it("must be plain data, or nobody is asked (NVH-1)", async () => {
    const runner = await open(["right", "right-by-adding"]);
    await expect(runner.call({ at: () => 1 })).rejects.toThrow(
      "the input is not plain data: /at is a function",
    );
    expect(await runner.call({ x: 3 })).toMatchObject({ status: "ok" });
  });
});

describe.skipIf(!isBuilt([face]))("opening", () => {
  const expected = "a module that exports a function `compute(input)`";

  it.each([
    ["nowhere", "there is no file"],
    ["exports-nothing", `exports other: ${expected}`],
    ["throws-at-load", `cannot be loaded (not today): ${expected}`],
    ["exits-at-load", "cannot be loaded: its thread ended with code 3"],
  ])(
    "refuses a module like %s, with its file and what was expected (NVH-10)",
    async (file, message) => {
      const opening = open(["right", "right", file]);
      await expect(opening).rejects.toMatchObject({ name: "UsageError" });
      await expect(opening).rejects.toThrow(message);
      await expect(opening).rejects.toThrow(`version c: `);
      await expect(opening).rejects.toThrow(`${file}.mjs`);
    },
  );

  it("refuses a module that does not come to its end (NVH-10)", async () => {
    const opening = open(["hangs-at-load"], { patience: { startMax: millis(1_000) } });
    await expect(opening).rejects.toThrow("version a: not ready within 1000 ms");
  });

  it("takes a default export, and a file by its URL (NVH-10)", async () => {
    const file = join(await testFolder(), "by-default.mjs");
    writeFileSync(file, "export default ({ x }) => ({ y: 2 * x, unit: 'K' });");
    const runner = await open(["right", file]);
    expect(await runner.call({ x: 3 })).toMatchObject({ status: "ok" });
  });

  it.each([
    [{ deadlineMs: 0 }, "deadlineMs is 0: a whole number, at least 1, is expected"],
    [{ heapMiBMax: 0.5 }, "heapMiBMax is 0.5"],
    [{ waitingMax: -1 }, "waitingMax is -1"],
    [{ tolerance: -1 }, "the tolerance is -1"],
    [{ isolation: "none" as "thread" }, "isolation is none: thread or process is expected"],
    [{ versions: [] }, "0 versions: 1 to 32 are expected"],
  ])("refuses %j", async (options, message) => {
    await expect(open(["right", "right"], options)).rejects.toThrow(message);
  });
});
