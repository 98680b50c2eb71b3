/**
 * Keeps a guard beside this process while it has outputs. A guard inherits the lines when it is
 * started, so a line that is opened later needs another guard: the new one is started with all
 * lines, and the old one is sent away when the new one is there. Lines that are opened in one turn
 * of the loop share one start.
 */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { OutputRequest } from "../../pin-board.js";
import type { LinePlace } from "../back-end.js";
import type { OutputWatcher } from "../chardev/chardev-back-end.js";
import { codeOf } from "../refusals.js";
import type { Troubles } from "../troubles.js";
import type { GuardedLine } from "./guard.js";
import { logOfGuards } from "./guard-log.js";
import type { GuardData } from "./guard-main.js";
import { type GuardWord, wordText } from "./guard-words.js";

export interface GuardKeeperParts {
  readonly label: string;
  readonly folder: string;
  readonly troubles: Troubles;
  /** What the process runs; a test has its own, and so of the following two. */
  readonly entry?: URL;
  readonly start?: StartGuard;
  readonly tell?: (text: string) => void;
}

export type StartGuard = (words: readonly string[], options: SpawnOptions) => ChildProcess;

/**
 * A guard that dies is replaced, but not for ever: something kills them. One that has stood for a
 * while is the first again. All in milliseconds.
 */
const replacementsMax = 5;
const replacementWait = 1_000;
const standsWell = 60_000;

/** One that is not there by then never will be. */
const comingMax = 10_000;

/** Standard streams come before them. */
const firstFile = 3;

/** It has little to do, and a board little memory. */
const engineWords = ["--max-old-space-size=16", "--max-semi-space-size=1"];

export class GuardKeeper implements OutputWatcher {
  readonly #parts: GuardKeeperParts;
  readonly #lines = new Map<number, Omit<GuardedLine, "file">>();
  /** Lines that were closed, of which a guard may let go a moment later. */
  readonly #dropped = new Set<number>();
  #guard: ChildProcess | null = null;
  /** Started, and not there yet: until then the one before it stands. */
  #coming: ChildProcess | null = null;
  #replacements = 0;
  /** When the guard came, in milliseconds of `performance`. */
  #standsSince = 0;
  #planned = false;
  #closed = false;

  constructor(parts: GuardKeeperParts) {
    this.#parts = parts;
  }

  opened(file: number, { pin, offset }: LinePlace, { safe, activeLow }: OutputRequest): void {
    this.#lines.set(file, { pin, offset, safe, activeLow });
    this.#plan();
  }

  /** The guard has the line too, and lets go of it a moment later. */
  closed(file: number): void {
    const line = this.#lines.get(file);
    this.#lines.delete(file);
    if (line === undefined) return;
    this.#dropped.add(line.offset);
    this.#tell({ kind: "drop", offset: line.offset });
  }

  hasDropped(offset: number): boolean {
    return this.#dropped.has(offset);
  }

  /** Every line is in its safe state. */
  close(): void {
    this.#closed = true;
    this.#tell({ kind: "bye" });
    this.#guard = null;
    this.#coming = null;
  }

  /** One that is on its way hears it when it is there. */
  #tell(word: GuardWord): void {
    for (const child of [this.#guard, this.#coming]) if (child !== null) say(child, word);
  }

  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    setImmediate(() => {
      // One after the other: else the older could relieve the newer, and lack its lines.
      if (this.#coming !== null) return;
      this.#planned = false;
      if (!this.#closed && this.#lines.size > 0) this.#start();
    });
  }

  #start(): void {
    const { folder, label } = this.#parts;
    const files = [...this.#lines.keys()];
    const lines = [...this.#lines.values()].map((line, at) => ({ ...line, file: firstFile + at }));
    const data: GuardData = { lines, folder, label };
    const entry = this.#parts.entry ?? new URL("./guard-process.js", import.meta.url);
    const words = [...engineWords, fileURLToPath(entry), JSON.stringify(data)];
    try {
      const start = this.#parts.start ?? startProcess;
      // Away from our terminal: what ends us by it must not end our guard.
      const stdio: SpawnOptions["stdio"] = ["pipe", "pipe", "inherit", ...files];
      this.#await(start(words, { stdio, detached: true, env: {} }));
    } catch (error) {
      this.#lost(codeOf(error));
    }
  }

  #await(child: ChildProcess): void {
    this.#coming = child;
    child.once("error", (error) => this.#ended(child, codeOf(error)));
    child.once("exit", (code, signal) => this.#ended(child, `it ended with ${signal ?? code}`));
    child.stdout?.once("data", () => this.#relieve(child));
    release(child);
    setTimeout(() => this.#giveUp(child), comingMax).unref();
  }

  #giveUp(child: ChildProcess): void {
    if (child !== this.#coming) return;
    child.kill("SIGKILL");
    this.#ended(child, `it was not there after ${comingMax} ms`);
  }

  /** The new one stands: the old one may go. */
  #relieve(child: ChildProcess): void {
    if (child !== this.#coming) return;
    this.#standsSince = performance.now();
    const before = this.#guard;
    this.#guard = child;
    if (before !== null) say(before, { kind: "bye" });
    this.#arrived();
  }

  /** Or it never will: whoever waited for it may be started now. */
  #arrived(): void {
    this.#coming = null;
    if (!this.#planned) return;
    this.#planned = false;
    this.#plan();
  }

  #ended(child: ChildProcess, why: string): void {
    if (child === this.#coming) this.#arrived();
    else if (child === this.#guard) {
      this.#guard = null;
      if (performance.now() - this.#standsSince >= standsWell) this.#replacements = 0;
    }
    // It was relieved.
    else return;
    this.#lost(why);
  }

  #lost(why: string): void {
    // One that has no lines any more ends by itself.
    if (this.#lines.size === 0) return;
    const { troubles, tell = logOfGuards } = this.#parts;
    troubles.count("guard-lost");
    if (this.#replacements < replacementsMax) {
      this.#replacements += 1;
      setTimeout(() => this.#plan(), replacementWait).unref();
      return;
    }
    troubles.count("guard-missing");
    const what = "outputs are without their guard, and stay as they are if this process is killed";
    tell(`${what}: it was started ${replacementsMax + 1} times (the last time: ${why})`);
  }
}

const startProcess: StartGuard = (words, options) => spawn(process.execPath, words, options);

/** Our loop may end while it stands. One that could not be started may have no streams at all. */
function release(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout]) {
    if (stream === null || stream === undefined) continue;
    stream.on("error", () => {});
    if ("unref" in stream && typeof stream.unref === "function") stream.unref();
  }
}

function say(child: ChildProcess, word: GuardWord): void {
  const stdin: Writable | null = child.stdin;
  stdin?.write(wordText(word));
}
