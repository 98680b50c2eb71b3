import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands.js";
import { CliFailure, exitCodes } from "../../src/cli/exit.js";
import { reportFailure } from "../../src/cli/report-failure.js";
import { UsageError } from "../../src/kernel/assert.js";
import { capturedIo, jsonOf, run } from "./support/captured-io.js";

describe("the frame (CLI-1)", () => {
  it("prints its version and its help on stdout, with examples and exit codes", async () => {
    const version = await run(["--version"]);
    expect(version).toMatchObject({ code: 0, stderr: "" });
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const help = await run(["--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    for (const { summary } of commands) expect(help.stdout).toContain(summary);
    expect(help.stdout).toContain("Examples:");
    expect(help.stdout).toContain("3 a file or config is invalid");
  });

  it.each(commands.map(({ name }) => name))("tells all about `%s`", async (name) => {
    const help = await run(["help", name]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain(`Usage: holdfast ${name}`);
    expect(help.stdout).toContain("Examples:");
  });

  it.each([
    [["confg"], "unknown command 'confg'", "(Did you mean config?)"],
    [["config", "chek"], "unknown command 'chek'", "(Did you mean check?)"],
    [["config", "check", "--jsno"], "unknown option '--jsno'", "(Did you mean --json?)"],
    [["config", "check", "--set", "a"], "argument 'a' is invalid", "Expected key=value"],
    [["config", "check", "a.yaml", "surplus"], "too many arguments", "--help"],
  ])("%j is wrong usage: code 2, and a hint (CLI-2)", async (argv, message, hint) => {
    const result = await run(argv);
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain(`error: `);
    expect(result.stderr).toContain(message);
    expect(result.stderr).toContain(hint);
  });

  it("no command at all is wrong usage, and shows the help", async () => {
    expect(await run([])).toMatchObject({ code: 2, stdout: "" });
    expect((await run([])).stderr).toContain("Usage: holdfast");
  });
});

describe("how a failure ends (CLI-2)", () => {
  const report = (thrown: unknown, json = false) => {
    const { io, written } = capturedIo();
    const code = reportFailure({ io, command: "vote", json }, thrown);
    return { code, ...written() };
  };

  it.each([
    ["checkFailed", 1],
    ["usage", 2],
    ["invalidFile", 3],
    ["notAvailable", 4],
    ["timedOut", 5],
  ] as const)("%s is one line and code %i", (reason, code) => {
    expect(report(new CliFailure(reason, "a.csv:3: expected a number"))).toEqual({
      code,
      stdout: "",
      stderr: "error: a.csv:3: expected a number\n",
    });
    expect(exitCodes[reason]).toBe(code);
  });

  it("a UsageError is wrong usage", () => {
    expect(report(new UsageError("lengthMax: expected more than 0")).code).toBe(2);
  });

  it("an exception that nobody foresaw is a bug: 70, with its stack", () => {
    const result = report(new TypeError("x is undefined"));
    expect(result.code).toBe(70);
    expect(result.stderr).toMatch(/^error: x is undefined \(this is a bug/);
    expect(result.stderr).toContain("run-cli.test");
  });

  it("something thrown that is no error does no harm", () => {
    expect(report(undefined).code).toBe(70);
    expect(report("text").stderr).toContain("error: text");
  });

  it("with --json the error is an object too, schema first (CLI-3)", () => {
    const result = report(new CliFailure("notAvailable", "port in use", { port: 7400 }), true);
    expect(Object.keys(jsonOf(result))[0]).toBe("schema");
    expect(jsonOf(result)).toEqual({
      schema: "holdfast.vote/1",
      error: { code: 4, message: "port in use", port: 7400 },
    });
    expect(result.stderr).toBe("error: port in use\n");
  });

  it("wrong usage with --json too, but not help (CLI-3)", async () => {
    const wrong = await run(["config", "check", "--no", "--json"]);
    expect(jsonOf(wrong)).toMatchObject({ schema: "holdfast.config/1", error: { code: 2 } });
    expect((await run(["config", "check", "--no", "--", "--json"])).stdout).toBe("");
    expect(report(new CommanderError(0, "commander.helpDisplayed", ""), true).stdout).toBe("");
  });
});

const program = "dist/src/cli/main.js";
const built = existsSync(program);
if (!built)
  console.warn(`SKIPPED: the program itself, ${program} is not built (npx tsc -b src/cli)`);

describe.skipIf(!built)("the program (CLI-4)", () => {
  const start = (argv: readonly string[]) => spawn(process.execPath, [program, ...argv]);
  const ended = (child: ReturnType<typeof start>) =>
    new Promise<number | null>((resolve) => child.on("close", resolve));

  it("ends with the code of its command", async () => {
    const child = start(["config", "check", "--config", "no-such.yaml"]);
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    expect(await ended(child)).toBe(3);
    expect(stderr).toBe("error: no-such.yaml: expected a file that can be read (ENOENT)\n");
  });

  it("is silent when nobody reads on", async () => {
    const child = start(["config", "schema"]);
    // Before the program has started, so that its first write meets a closed pipe.
    child.stdout.destroy();
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    expect(await ended(child)).toBe(141);
    expect(stderr).toBe("");
  });
});
