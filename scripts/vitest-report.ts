/**
 * Reads the JSON report of vitest: how many tests passed, what one that did not says, and which
 * command reruns it. A test file that could not be loaded has no tests to count, and counts as one
 * that failed.
 */
import type { Counts } from "./lane-report.js";

export interface VitestReport {
  readonly testResults: readonly TestFile[];
}

interface TestFile {
  /** The path of the file, absolute. */
  readonly name: string;
  readonly status: "passed" | "failed";
  readonly assertionResults: readonly TestCase[];
  /** Why it could not be loaded. */
  readonly message?: string;
}

interface TestCase {
  readonly status: "passed" | "failed" | "skipped" | "pending" | "todo" | "disabled";
  /** The names of the suites around it and its own, with a space between. */
  readonly fullName: string;
  readonly failureMessages?: readonly string[];
}

const isBroken = (file: TestFile): boolean =>
  file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed");

export function countTests(report: VitestReport): Counts {
  let [passed, failed, skipped] = [0, 0, 0];
  for (const file of report.testResults) {
    if (isBroken(file)) failed += 1;
    for (const { status } of file.assertionResults) {
      if (status === "passed") passed += 1;
      else if (status === "failed") failed += 1;
      else skipped += 1;
    }
  }
  return { passed, failed, skipped };
}

const pathFrom = (root: string, name: string): string =>
  name.startsWith(root) ? name.slice(root.length + 1) : name;

/** So much of a message is told, in characters; all of it stands where the test ran. */
const messageMax = 160;

const firstLine = (message: string | undefined): string =>
  (message ?? "no message").split("\n", 1)[0]?.slice(0, messageMax) ?? "";

/** A line for each test that failed: where, which, and the first line of what it says. */
export function failureLines(report: VitestReport, root: string): string[] {
  return report.testResults.flatMap((file) => {
    const path = pathFrom(root, file.name);
    if (isBroken(file)) return [`${path}: ${firstLine(file.message)}`];
    const failed = file.assertionResults.filter((test) => test.status === "failed");
    return failed.map((test) => {
      return `${path}: ${test.fullName}: ${firstLine(test.failureMessages?.[0])}`;
    });
  });
}

/** @param root the folder from which the paths in the commands begin */
export function rerunCommands(report: VitestReport, root: string): string[] {
  return report.testResults.flatMap((file) => {
    const path = pathFrom(root, file.name);
    if (isBroken(file)) return [`npm test -- ${shellWord(path)}`];
    const failed = file.assertionResults.filter((test) => test.status === "failed");
    return failed.map((test) => {
      const name = shellWord(`^${escapePattern(test.fullName)}$`);
      return `npm test -- ${shellWord(path)} -t ${name}`;
    });
  });
}

const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
