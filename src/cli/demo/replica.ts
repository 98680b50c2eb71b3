/**
 * One replica of the demo: a process of its own that runs `holdfast run`, with the demo's plant in
 * place of a board. It can be killed like a board that loses power, and stopped and continued like
 * one whose program hangs. One that ended by itself is started again, as a board would boot.
 */
import { type ChildProcess, fork } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import {
  boardFromParentFlag,
  type ParentMessage,
  type ReplicaMessage,
} from "../../host/board-channel.js";
import type { LiveStatus } from "../../host/live-status.js";
import { leanEnvironment, leanNodeArguments } from "../../host/process-limits.js";
import type { NodeId } from "../../kernel/ids.js";

export interface ReplicaOptions {
  readonly node: NodeId;
  /** The file that Node runs for the command `holdfast`. */
  readonly program: string;
  readonly configFile: string;
  /** Its log is written there. */
  readonly logFile: string;
  /** From its end to the next start, in milliseconds: a board takes time to boot. */
  readonly bootMs: number;
  readonly onMessage: (message: ReplicaMessage) => void;
  /**
   * It has ended, by itself or not; nothing that it drove is driven any more.
   *
   * @param how its signal or its exit code, in words
   */
  readonly onDown: (how: string) => void;
}

export type ReplicaState = "up" | "down" | "paused";

/** After this many ends in a row without ever having been up, it is not started again. */
const failedStartsMax = 3;

export class Replica {
  readonly #options: ReplicaOptions;
  #child: ChildProcess | null = null;
  #timer: NodeJS.Timeout | null = null;
  #paused = false;
  #wanted = true;
  #wasUp = false;
  #failedStarts = 0;
  #recording: string | null = null;
  #status: LiveStatus | null = null;

  constructor(options: ReplicaOptions) {
    this.#options = options;
  }

  get node(): NodeId {
    return this.#options.node;
  }

  get state(): ReplicaState {
    if (this.#child === null || !this.#wasUp) return "down";
    return this.#paused ? "paused" : "up";
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** The newest that it told of itself since it came up. */
  get status(): LiveStatus | null {
    return this.#status;
  }

  /** The file of its newest flight recording. */
  get recording(): string | null {
    return this.#recording;
  }

  /** True when it will not be started any more. */
  get hasFailed(): boolean {
    return this.#failedStarts >= failedStartsMax;
  }

  start(): void {
    const { program, configFile, logFile, node } = this.#options;
    const log = openSync(logFile, "a");
    const words = ["run", "--config", configFile, "--node", node, boardFromParentFlag];
    const child = fork(program, words, {
      execArgv: [...leanNodeArguments],
      env: { ...process.env, ...leanEnvironment },
      stdio: ["ignore", log, log, "ipc"],
    });
    closeSync(log);
    this.#child = child;
    this.#paused = false;
    this.#wasUp = false;
    child.on("message", (message) => this.#onMessage(message as ReplicaMessage));
    child.once("exit", (code, signal) => this.#onExit(child, code, signal));
    // A message to a process that is just ending may fail; its end tells us all there is to know.
    child.on("error", () => {});
  }

  send(message: ParentMessage): void {
    if (this.#child?.connected === true) this.#child.send(message, () => {});
  }

  /** Takes the power away. It boots again `delayMs` later, or after its ordinary boot time. */
  kill(delayMs?: number): void {
    if (this.#child === null) return;
    this.#child.kill("SIGKILL");
    if (delayMs !== undefined) this.#schedule(delayMs);
  }

  pause(): void {
    if (this.#child === null || this.#paused) return;
    this.#paused = this.#child.kill("SIGSTOP");
  }

  resume(): void {
    if (this.#child === null || !this.#paused) return;
    this.#child.kill("SIGCONT");
    this.#paused = false;
  }

  /** Ends it in good order, and by force when that takes longer than `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#wanted = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const child = this.#child;
    if (child === null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    this.resume();
    this.send({ kind: "stop" });
    const force = setTimeout(() => child.kill("SIGKILL"), graceMs);
    await ended;
    clearTimeout(force);
  }

  /** For an exit of the demo that cannot wait. */
  abandon(): void {
    this.#wanted = false;
    this.#child?.kill("SIGKILL");
  }

  #onMessage(message: ReplicaMessage): void {
    if (message.kind === "up") {
      this.#wasUp = true;
      this.#failedStarts = 0;
      this.#recording = message.recording ?? this.#recording;
    }
    if (message.kind === "status") this.#status = message.status;
    this.#options.onMessage(message);
  }

  #onExit(child: ChildProcess, code: number | null, signal: string | null): void {
    if (this.#child !== child) return;
    if (!this.#wasUp) this.#failedStarts += 1;
    this.#child = null;
    this.#status = null;
    this.#options.onDown(signal ?? `exit code ${code}`);
    if (this.#timer === null) this.#schedule(this.#options.bootMs);
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#wanted && this.#child === null && !this.hasFailed) this.start();
    }, delayMs);
  }
}
