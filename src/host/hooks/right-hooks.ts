/**
 * Runs the hooks of the right to drive as processes: what src/control/right/hooks.ts decides. The
 * loop of the replica never waits for one; making a process costs it some milliseconds.
 *
 * A hook has a process group of its own, so that what it has started ends with it. It gets the
 * facts as `HOLDFAST_...`, no input, and what it says goes to the log, at most `saidMax` of it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Logger } from "pino";
import {
  type Hook,
  type HookFacts,
  type HookInput,
  type HookOutput,
  Hooks,
} from "../../control/right/hooks.js";
import { unreachable } from "../../kernel/assert.js";
import { type Timeout, timeout } from "../../kernel/machine.js";
import type { Duration } from "../../kernel/time.js";
import type { NodeEvent } from "../../node/events.js";
import { MonotonicClock } from "../monotonic-clock.js";

/** A program and its words, as they are: no shell takes them apart. */
export type HookCommand = readonly [program: string, ...words: string[]];

export interface HookSettings {
  readonly gain: HookCommand | null;
  readonly loss: HookCommand | null;
  readonly timeout: Duration;
}

export interface RightHooksOptions {
  readonly settings: HookSettings;
  readonly cluster: string;
  readonly node: string;
  readonly logger: Logger;
}

/** Of what a hook says, in characters. */
const saidMax = 4_096;

export class RightHooks {
  readonly #options: RightHooksOptions;
  readonly #clock = new MonotonicClock();
  readonly #hooks: Hooks;
  #child: ChildProcess | null = null;
  #timer: NodeJS.Timeout | null = null;
  #onIdle: (() => void) | null = null;
  #drives = false;
  #begun = false;

  constructor(options: RightHooksOptions) {
    this.#options = options;
    const { gain, loss, timeout: longest } = options.settings;
    const named: readonly (Hook | null)[] = [gain && "gain", loss && "loss"];
    const hooks = new Set(named.filter((hook) => hook !== null));
    this.#hooks = new Hooks({ hooks, timeout: longest });
  }

  /** The replica has begun: whatever the last life has left, it does not drive now. */
  begin(): void {
    this.#begun = true;
    this.#step(timeout);
  }

  onEvent(event: NodeEvent): void {
    this.#begun ||= event.kind === "lease-acquired";
    if (event.kind === "lease-acquired") {
      this.#drives = true;
      this.#step({ kind: "gained", token: event.token ?? null });
    } else if (event.kind === "lease-lost") this.#lose(event.reason);
  }

  /** The replica has ended. Fulfilled when its loss was brought about, or took too long. */
  async close(): Promise<void> {
    if (this.#drives) this.#lose("stopped");
    if (this.#begun && !this.#hooks.idle) await this.#settled();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#kill("SIGKILL");
  }

  async #settled(): Promise<void> {
    const patience = this.#options.settings.timeout / 1_000;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((done) => {
      this.#onIdle = done;
      timer = setTimeout(done, patience);
    });
    clearTimeout(timer);
  }

  #lose(reason: string): void {
    this.#drives = false;
    this.#step({ kind: "lost", reason });
  }

  #step(input: HookInput | Timeout): void {
    for (const output of this.#hooks.step(this.#clock.now(), input)) this.#carry(output);
    this.#setTimer();
    if (this.#hooks.idle) this.#onIdle?.();
  }

  #carry(output: HookOutput): void {
    const { logger } = this.#options;
    switch (output.kind) {
      case "run":
        this.#run(output);
        break;
      case "end":
        logger.warn({ hard: output.hard }, "a hook takes too long, and is ended");
        this.#kill(output.hard ? "SIGKILL" : "SIGTERM");
        break;
      case "failed": {
        const { hook, failures, pause } = output;
        const again = `it runs again in ${pause / 1_000} ms`;
        logger.error({ hook, failures }, `the hook on ${hook} has failed: ${again}`);
        break;
      }
      default:
        unreachable(output);
    }
  }

  #run({ hook, token, reason }: HookFacts): void {
    const { settings, logger } = this.#options;
    const [program, ...words] = settings[hook] ?? ["false"];
    logger.info({ hook, token, reason }, `the hook on ${hook} runs: ${program}`);
    const env = { ...process.env, ...this.#facts({ hook, token, reason }) };
    const child = spawn(program, words, {
      ...{ env, detached: true, stdio: ["ignore", "pipe", "pipe"] },
    });
    this.#child = child;
    const said = { text: "" };
    const hear = (chunk: Buffer): void => {
      said.text = (said.text + String(chunk)).slice(0, saidMax);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("error", (error) => this.#onEnded(child, false, error.message));
    child.once("exit", (code) => this.#onEnded(child, code === 0, said.text));
  }

  #onEnded(child: ChildProcess, ok: boolean, said: string): void {
    if (this.#child !== child) return;
    // What it has started and left behind ends with it.
    this.#kill("SIGKILL");
    this.#child = null;
    if (said !== "") this.#options.logger[ok ? "info" : "warn"]({ said }, "a hook said");
    this.#step({ kind: "ended", ok });
  }

  #facts({ hook, token, reason }: HookFacts): Record<string, string> {
    const { cluster, node } = this.#options;
    return {
      HOLDFAST_EVENT: hook,
      HOLDFAST_REASON: reason,
      HOLDFAST_TOKEN: token === null ? "" : String(token),
      HOLDFAST_CLUSTER: cluster,
      HOLDFAST_NODE: node,
    };
  }

  #setTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const deadline = this.#hooks.deadline();
    this.#timer = null;
    if (deadline === null) return;
    const wait = Math.ceil((deadline - this.#clock.now()) / 1_000);
    this.#timer = setTimeout(() => this.#step(timeout), Math.max(0, wait));
  }

  #kill(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // The whole group has ended already.
    }
  }
}
