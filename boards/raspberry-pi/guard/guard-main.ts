/** The process of a guard: what it hears, and how it ends. */
import { rmSync } from "node:fs";
import { Socket } from "node:net";
import type { GpioCalls } from "../chardev/gpio-calls.js";
import { Guard, type GuardedLine } from "./guard.js";
import { openGuardPipe } from "./guard-folder.js";
import { logOfGuards } from "./guard-log.js";
import { WordReader } from "./guard-words.js";

export interface GuardData {
  readonly lines: readonly GuardedLine[];
  /** Where successors ask, and for the lines of which chip. */
  readonly folder: string;
  readonly label: string;
}

/**
 * A stop is the affair of the process that is guarded: it says good-bye. And what ends a process
 * that hangs (systemd's watchdog: SIGABRT) may be sent to all of its group.
 */
const survived: readonly NodeJS.Signals[] = [
  "SIGINT",
  "SIGTERM",
  "SIGHUP",
  "SIGABRT",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
];

/** For what is still being told at the end, in milliseconds. */
const lastWordsMax = 100;

export function runGuard({ lines, folder, label }: GuardData, calls: GpioCalls): void {
  for (const signal of survived) process.on(signal, () => {});
  const guard = new Guard(lines, calls, logOfGuards);
  const { path, file } = openGuardPipe(folder, label);
  const end = (): void => {
    if (!guard.isDone) return;
    rmSync(path, { force: true });
    setTimeout(() => process.exit(0), lastWordsMax);
  };
  listen(guard, new Socket({ fd: file, readable: true, writable: false }), end);
  listen(guard, process.stdin, end);
  const orphaned = (): void => {
    guard.orphaned(performance.now());
    end();
  };
  process.stdin.once("end", orphaned);
  process.stdin.once("error", orphaned);
  process.stdout.on("error", () => {});
  process.stdout.write("ready\n");
}

interface Speaks {
  on(event: "data", listener: (chunk: Buffer) => void): unknown;
}

function listen(guard: Guard, source: Speaks, end: () => void): void {
  const reader = new WordReader();
  source.on("data", (chunk) => {
    for (const word of reader.feed(chunk.toString("latin1"))) guard.hear(performance.now(), word);
    end();
  });
}
