/**
 * N-version programming on one machine: several modules that compute the same, each in a thread or
 * a process of its own, and their results voted. It is the public face `holdfast/n-version`; the
 * rules are in src/voting/n-version.
 *
 *     const runner = await openVersions({
 *       versions: [
 *         { name: "a", file: "a.mjs" }, { name: "b", file: "b.mjs" }, { name: "c", file: "c.mjs" },
 *       ],
 *       deadlineMs: 250,
 *       tolerance: 0.01,
 *     });
 *     const { value, text } = await runner.call({ temperature: 57.5 });
 *     await runner.close();
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { UsageError } from "../../kernel/assert.js";
import { millis } from "../../kernel/time.js";
import {
  defaultPatience,
  type NVersionOptions,
  type Patience,
} from "../../voting/n-version/options.js";
import type { VersionEvent, VersionStanding } from "../../voting/n-version/ports.js";
import { type PlainLimits, plainLimits, readPlain } from "../../voting/structured/plain-value.js";
import type { VoteRule } from "../../voting/structured/structured-vote.js";
import type { Tolerance } from "../../voting/structured/tolerance.js";
import { MonotonicClock } from "../monotonic-clock.js";
import type { Isolation } from "./carrier.js";
import { type AnswerWhen, type CallResult, Runner } from "./n-version-runner.js";
import { VersionWorker, type VersionWorkerOptions, type WorkerEvent } from "./version-worker.js";

export type { Patience } from "../../voting/n-version/options.js";
export type {
  NVersionResult,
  VersionEvent,
  VersionStanding,
} from "../../voting/n-version/ports.js";
export type { PlainValue } from "../../voting/structured/plain-value.js";
export type { Tolerance } from "../../voting/structured/tolerance.js";
export type { Isolation } from "./carrier.js";
export type { AnswerWhen, CallRefusal, CallResult } from "./n-version-runner.js";

export interface VersionFile {
  /** What it is called in results; each once. */
  readonly name: string;
  /**
   * An ES module that exports a function `compute(input)`, or one as its default. A path is taken
   * from the working directory. The function may return a promise. It gets an input of its own.
   */
  readonly file: string | URL;
}

export interface OpenVersionsOptions {
  /** 1 to 32. It takes three to outvote one. */
  readonly versions: readonly VersionFile[];
  /** How long a call may take, in milliseconds; then those without an answer have hung. */
  readonly deadlineMs: number;
  /** How far apart the numbers of healthy results may be. Default 0. */
  readonly tolerance?: Tolerance;
  /** Default `majority`. */
  readonly rule?: VoteRule;
  /** How long a version that fails is borne; durations by `millis` of `holdfast`. */
  readonly patience?: Partial<Patience>;
  /** How large an answer, and an input, may be. Default: `plainLimits`. */
  readonly answerLimits?: PlainLimits;
  /** Default `thread`. What ends a whole process is borne by `process` only. */
  readonly isolation?: Isolation;
  /** The most that each version's heap may take, in MiB. Default 64. */
  readonly heapMiBMax?: number;
  /** Calls that wait for the one before; at this many another is refused. Default 16. */
  readonly waitingMax?: number;
  /** Default `settled`: the value as early as can be. What comes later is told as events. */
  readonly answerWhen?: AnswerWhen;
  /** Told of what is held against a version, and of every change in its standing. */
  readonly onEvent?: (event: VersionEvent) => void;
}

export interface NVersionRunner {
  /**
   * Asks all versions that can be asked, when the calls before are closed. Fulfilled as
   * `answerWhen` says, and at the latest a deadline after its turn came; a call waits at most a
   * deadline for each one before it.
   *
   * @throws UsageError (rejects) for an input that is not plain data; nobody is asked
   */
  call(input: unknown): Promise<CallResult>;
  /** A person vouches for a latched version: it is started and asked again. */
  release(version: string): void;
  standing(): readonly VersionStanding[];
  /** Ends all threads and processes, and the calls without a result; fulfilled when all is over. */
  close(): Promise<void>;
}

/**
 * Loads all versions.
 *
 * @throws UsageError (rejects) naming the file and what was expected, when a module is missing,
 *   cannot be loaded within `patience.startMax`, or has no such export; and for options that make
 *   no machine. None is left running.
 */
export async function openVersions(options: OpenVersionsOptions): Promise<NVersionRunner> {
  const { versions, patience, answerLimits = plainLimits } = options;
  const runner = new Runner({
    clock: new MonotonicClock(),
    machine: machineOptions(options),
    waitingMax: countOf("waitingMax", options.waitingMax ?? 16, 0),
    answerWhen: options.answerWhen ?? "settled",
    onEvent: options.onEvent ?? (() => {}),
  });
  const heapMiBMax = countOf("heapMiBMax", options.heapMiBMax ?? 64, 1);
  const isolation = isolationOf(options.isolation ?? "thread");
  const starts = versions.map((version) => {
    const limits = { answerLimits, heapMiBMax, isolation };
    return startVersion(version, limits, (event) => runner.take(version.name, event));
  });
  runner.begin(starts.map(({ worker }) => worker));
  await allReady(starts, runner, (patience?.startMax ?? defaultPatience.startMax) / 1_000);
  return faceOf(runner, versions, answerLimits);
}

function machineOptions(options: OpenVersionsOptions): NVersionOptions {
  const { versions, deadlineMs, tolerance, rule, patience, answerLimits } = options;
  return {
    versions: versions.map(({ name }) => name),
    deadline: millis(countOf("deadlineMs", deadlineMs, 1)),
    ...(tolerance === undefined ? {} : { tolerance }),
    ...(rule === undefined ? {} : { rule }),
    ...(patience === undefined ? {} : { patience }),
    ...(answerLimits === undefined ? {} : { answerLimits }),
  };
}

function countOf(name: string, count: number, least: number): number {
  if (Number.isSafeInteger(count) && count >= least) return count;
  throw new UsageError(`${name} is ${count}: a whole number, at least ${least}, is expected`);
}

function isolationOf(isolation: string): Isolation {
  if (isolation === "thread" || isolation === "process") return isolation;
  throw new UsageError(`isolation is ${isolation}: thread or process is expected`);
}

interface Start {
  readonly worker: VersionWorker;
  /** Fulfilled with null when it can be asked, else with what is wrong. */
  readonly opened: Promise<string | null>;
}

type StartLimits = Pick<VersionWorkerOptions, "answerLimits" | "heapMiBMax" | "isolation">;

/** @param tell is told what happens once it was ready */
function startVersion(
  { name, file }: VersionFile,
  limits: StartLimits,
  tell: (event: WorkerEvent) => void,
): Start {
  const path = typeof file === "string" ? resolve(file) : fileURLToPath(file);
  let isOpen = false;
  let settle: (problem: string | null) => void = () => {};
  const opened = new Promise<string | null>((done) => {
    settle = done;
  });
  const onEvent = (event: WorkerEvent): void => {
    if (isOpen) {
      tell(event);
      return;
    }
    isOpen = event.kind === "ready";
    settle(problemOf(event, name, path));
  };
  const href = pathToFileURL(path).href;
  const worker = new VersionWorker({ name, href, file: path, ...limits, tell: onEvent });
  if (existsSync(path)) worker.start();
  else settle(`version ${name}: there is no file ${path}`);
  return { worker, opened };
}

function problemOf(event: WorkerEvent, name: string, path: string): string | null {
  if (event.kind === "ready") return null;
  if (event.kind === "refused") return `version ${name}: ${event.message}`;
  const what = event.kind === "died" ? event.message : "it answered before it was ready";
  return `version ${name}: ${path} cannot be loaded: ${what}`;
}

/** The timer also keeps this process: the versions do not. */
async function allReady(starts: readonly Start[], runner: Runner, startMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((done) => {
    timer = setTimeout(() => done(`not ready within ${startMs} ms`), startMs);
  });
  const problems = await Promise.all(
    starts.map(({ worker, opened }) =>
      Promise.race([opened, late.then((text) => `version ${worker.name}: ${text}`)]),
    ),
  );
  clearTimeout(timer);
  const found = problems.filter((problem) => problem !== null);
  if (found.length === 0) return;
  await runner.close();
  throw new UsageError(found.join("; "));
}

function faceOf(
  runner: Runner,
  versions: readonly VersionFile[],
  limits: PlainLimits,
): NVersionRunner {
  return {
    call: async (input) => {
      const reading = readPlain(input, limits);
      if (reading.ok) return runner.call(reading.value);
      throw new UsageError(`the input is not plain data: ${reading.reason}`);
    },
    release: (version) => {
      const isKnown = versions.some(({ name }) => name === version);
      if (!isKnown) throw new UsageError(`no version is named ${version}`);
      runner.release(version);
    },
    standing: () => runner.standing(),
    close: () => runner.close(),
  };
}
