/**
 * What guards the process of one running replica: its watchdogs, the evidence that they and the
 * loop leave, the book of its starts, and the priority that the kernel gives its loop. The replica
 * works without any of them; they decide what becomes of it when it does not.
 *
 * Invariant: watchdogs that are armed are petted by the supervision alone, but in a start and in a
 * stop in good order, where there is none: a disk that is slow then is no reason to bite.
 */
import type { Logger } from "pino";
import type { App } from "../control/app.js";
import type { NodeId } from "../kernel/ids.js";
import type { Duration, Instant } from "../kernel/time.js";
import type { NodeEvent } from "../node/events.js";
import type { Node } from "../node/node.js";
import type { NodeOutput } from "../node/ports.js";
import type { RestartSettings } from "../watchdog/restart/restart-policy.js";
import { BootBook } from "./boots/boot-book.js";
import { evidenceFolder } from "./evidence/evidence-folder.js";
import { LiveEvidence } from "./evidence/live-evidence.js";
import type { StepText } from "./evidence/step-tail.js";
import type { RealtimeWish } from "./lanes/grant.js";
import { RealtimeLoop } from "./lanes/realtime-loop.js";
import type { HostStatus } from "./live-status.js";
import type { StepInput, StepWitness } from "./loop.js";
import type { MakeTimer } from "./machine-loop.js";
import type { Clock } from "./monotonic-clock.js";
import { serviceLine } from "./watchdog/service-line.js";
import { type ArmBridge, armWatchdogs } from "./watchdog/watchdog-arming.js";
import { systemWatchdogCalls } from "./watchdog/watchdog-calls.js";
import { WatchdogRefusal } from "./watchdog/watchdog-device.js";
import type { WatchdogSet } from "./watchdog/watchdog-set.js";
import type { WatchdogSettings } from "./watchdog/watchdog-settings.js";

/** How this start relates to those before it. */
export interface StartOptions {
  /** What to do about a boot loop; null leaves it to whoever starts this. */
  readonly restarts: RestartSettings | null;
  /** A person's word on safe mode; null: as `restarts` say. */
  readonly safeMode: boolean | null;
  /** Aborted when it is to end soon, so that a start need not wait. */
  readonly endSignal: AbortSignal;
  /** A step as a line, for evidence. */
  readonly stepText: StepText<StepInput, NodeOutput>;
}

export interface GuardOptions {
  readonly node: NodeId;
  /** For journal and evidence; null keeps neither. */
  readonly stateDir: string | null;
  readonly starts: StartOptions | null;
  readonly watchdog: WatchdogSettings | null;
  /** Of a board that can watch this host; null or absent where there is none. */
  readonly armBridge?: ArmBridge | null;
  /** Of the watchdog's thread; it says how often pets come. */
  readonly patience: Duration;
  readonly realtime: RealtimeWish | null;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Nobody watches the loop any more. */
  readonly onFailure: (what: string, error: unknown) => void;
}

/** Pets of a start or a stop that waits, in the patience of the thread. */
const petsPerPatience = 4;

/** A wait in a start that takes longer hangs, in milliseconds. */
const startMax = 15_000;

/** A stop that takes longer hangs, in milliseconds: then the dogs may bite. */
const stopMax = 5_000;

const isRefusal = (error: unknown): error is Error =>
  error instanceof WatchdogRefusal || (error instanceof Error && "syscall" in error);

export class LiveGuards {
  readonly #options: GuardOptions;
  #bootId = 0;
  #machine: Node | null = null;
  #book: BootBook | null = null;
  #evidence: LiveEvidence | null = null;
  #watchdogs: WatchdogSet | null = null;
  #realtime: RealtimeLoop | null = null;
  /** Pets while there is no supervision. */
  #feeding: NodeJS.Timeout | null = null;
  #rebooting = false;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** Finds out why this start came. */
  async open(bootId: number): Promise<void> {
    this.#bootId = bootId;
    const { node, stateDir, clock, logger, starts } = this.#options;
    if (stateDir === null) return;
    const book = await BootBook.open({
      ...{ node, bootId, stateDir, clock },
      ...{ restarts: starts?.restarts ?? null, safeMode: starts?.safeMode ?? null },
      warn: (message, err) => logger.warn({ err }, message),
    });
    this.#book = book;
    logger[book.isOrdinary ? "info" : "warn"]({ boot: book.status() }, book.text());
  }

  /** Without what can be done without: flight recorder, injected faults, real-time priority. */
  get isSafe(): boolean {
    return this.#book?.status().safeMode ?? this.#options.starts?.safeMode ?? false;
  }

  /** May a person have the board reset? */
  get hasWatchdog(): boolean {
    return this.#watchdogs !== null;
  }

  /**
   * Arms the watchdogs, and waits where starts follow one another too quickly. In this order: a
   * board's device that a killed predecessor left armed would reset the board in the wait.
   *
   * @param recording the path of the flight recording; null where there is none
   */
  async arm(recording: string | null): Promise<void> {
    if (this.#options.stateDir !== null) this.#gatherEvidence(this.#options.stateDir, recording);
    const { realtime } = this.#options;
    if (realtime !== null && !this.isSafe) await this.#prepareRealtime(realtime);
    await this.#armWatchdogs();
    await this.#waitOut();
  }

  /** What a start has to wait for, as for a disk; beyond a bound the dogs may bite. */
  async fedWhile<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#feed(startMax);
    try {
      return await work();
    } finally {
      this.#starve();
    }
  }

  /** The app with marks for the evidence around what may hang. */
  marked(app: App): App {
    return this.#evidence?.marked(app) ?? app;
  }

  get witness(): StepWitness | null {
    return this.#evidence;
  }

  /** What wakes the loop; undefined leaves it with what it has. */
  get makeTimer(): MakeTimer | undefined {
    return this.#realtime?.makeTimer;
  }

  /** The last thing before the loop starts. */
  watch(machine: Node): void {
    this.#machine = machine;
    this.pet();
    this.#evidence?.watch(() => machine.supervised());
    const realtime = this.#realtime;
    if (realtime === null) return;
    realtime.raise();
    const status = realtime.status();
    const level = status.reasons.length > 0 ? "warn" : "info";
    this.#options.logger[level]({ realtime: status }, "what the kernel gave the loop");
  }

  /** The loop runs. What is to be told of the start; null where nothing is known of it. */
  up(): Extract<NodeEvent, { readonly kind: "boot-explained" }> | null {
    this.#watchdogs?.ready();
    if (this.#book === null) return null;
    this.#book.begun();
    const { reason, safeMode } = this.#book.status();
    return { kind: "boot-explained", reason, safeMode };
  }

  pet(): void {
    this.#watchdogs?.pet();
  }

  /** To be told before the event is carried on. */
  onEvent(at: Instant, event: NodeEvent): void {
    this.#evidence?.onEvent(at, event);
    if (event.kind === "supervision-failed") this.#watchdogs?.describe();
    if (event.kind !== "reboot-began") return;
    this.#rebooting = true;
    // A reset that was asked for is no fault, and must not count as one.
    this.#book?.stopped().catch(() => {});
  }

  /** It ends in good order. */
  async stopping(): Promise<void> {
    this.#watchdogs?.stopping();
    if (!this.#rebooting) this.#feed(stopMax);
    await this.#book?.stopped();
  }

  /** It was told to end before the loop began. */
  async stoppedBefore(): Promise<void> {
    await this.#book?.stoppedBefore();
  }

  /** It could not start. What the system refuses is no crash, and must not count as one. */
  unstarted(error: unknown): void {
    if (isRefusal(error)) this.#evidence?.refused(error);
    else this.#evidence?.crashed("it could not start", error);
  }

  /** It cannot go on: what it was is on the disk at return. */
  failed(what: string, error: unknown): void {
    this.#starve();
    this.#book?.ended();
    this.#evidence?.crashed(what, error);
    this.#watchdogs?.failed(what);
  }

  status(): Pick<HostStatus, "watchdog" | "realtime" | "boot"> {
    return {
      watchdog: this.#watchdogs?.status() ?? null,
      realtime: this.#realtime?.status() ?? null,
      boot: this.#book?.status() ?? null,
    };
  }

  async close(): Promise<void> {
    this.#starve();
    try {
      await this.#watchdogs?.close();
    } finally {
      await this.#realtime?.close();
    }
  }

  #gatherEvidence(stateDir: string, recording: string | null): void {
    const { node, clock, logger, starts } = this.#options;
    this.#evidence = new LiveEvidence({
      ...{ node, bootId: this.#bootId, folder: evidenceFolder(stateDir), clock, recording },
      stepText: starts?.stepText ?? null,
      warn: (message, err) => logger.warn({ err }, message),
    });
  }

  async #prepareRealtime(wish: RealtimeWish): Promise<void> {
    const { logger } = this.#options;
    const onTrouble = (reason: string) => logger.warn({ reason }, "real-time got worse");
    this.#realtime = await RealtimeLoop.prepare({ wish, onTrouble });
  }

  async #armWatchdogs(): Promise<void> {
    const { node: name, watchdog: settings, patience, clock, logger, onFailure } = this.#options;
    if (settings === null) return;
    const { armBridge } = this.#options;
    this.#watchdogs = await armWatchdogs({
      ...{ name, settings, patience, clock, calls: systemWatchdogCalls(), env: process.env },
      tell: (device, level, text) => logger[level]({ device }, `watchdog ${device}: ${text}`),
      describe: () => serviceLine(this.#machine?.status(clock.now()) ?? null),
      onFailure: (error) => onFailure("the watchdog's thread died", error),
      ...(armBridge == null ? {} : { armBridge }),
      evidence: this.#evidence?.forDog() ?? null,
      priority: this.#realtime?.dogPriority ?? 0,
      onThread: (refusal) => this.#realtime?.dogArmed(refusal),
    });
  }

  async #waitOut(): Promise<void> {
    const { starts } = this.#options;
    this.#feed(null);
    await this.#book?.backOff(starts?.endSignal ?? null);
    this.#starve();
  }

  /** @param most in milliseconds; null: until it is starved */
  #feed(most: number | null): void {
    this.#starve();
    let left = most === null ? Number.POSITIVE_INFINITY : most;
    const pause = Math.max(1, this.#options.patience / 1_000 / petsPerPatience);
    this.pet();
    this.#feeding = setInterval(() => {
      left -= pause;
      if (left > 0) this.pet();
      else this.#starve();
    }, pause).unref();
  }

  #starve(): void {
    if (this.#feeding !== null) clearInterval(this.#feeding);
    this.#feeding = null;
  }
}
