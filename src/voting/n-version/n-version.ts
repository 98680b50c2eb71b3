/**
 * N-version programming: several versions of one program, written independently from one
 * specification, compute the same, and their results are voted (Avizienis and Chen 1977; Avizienis
 * 1985). It masks what most of them do right, which is more than replicas of one program can: these
 * have the same bugs.
 *
 * The machine runs nothing itself. It says which versions to run on what, is told what became of
 * it, and judges. A version that is silent at the deadline has hung: what runs it is stopped, and
 * started again after a while. The deadline is judged when the timeout is fed, so a host that was
 * late itself may first hand in what had arrived by then, and no version is blamed for it.
 *
 * Invariants: one call is open at a time, and is closed by its deadline's timeout at the latest. A
 * version has at most one run going. Each call has one `result`, and one `closed` after it.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { Machine, Timeout } from "../../kernel/machine.js";
import { after, due, earlier, type Instant } from "../../kernel/time.js";
import { type PlainLimits, type PlainValue, readPlain } from "../structured/plain-value.js";
import { compileTolerance, type ToleranceOf } from "../structured/tolerance.js";
import { OpenCall } from "./open-call.js";
import {
  answerLimitsOf,
  checkOptions,
  type NVersionOptions,
  type Patience,
  patienceOf,
} from "./options.js";
import type {
  Absence,
  AbsenceReason,
  NVersionInput,
  NVersionOutput,
  NVersionResult,
  VersionFailure,
  VersionStanding,
} from "./ports.js";
import { VersionLife } from "./version-life.js";
import { VersionRecord } from "./version-record.js";

/** A message of a failure is cut at so many UTF-16 units: it comes from the version. */
export const messageUnitsMax = 300;

interface Version {
  readonly name: string;
  readonly life: VersionLife;
  readonly record: VersionRecord;
}

type Died = Extract<NVersionInput, { readonly kind: "died" }>;

export class NVersion implements Machine<NVersionInput, NVersionOutput> {
  readonly #options: NVersionOptions;
  readonly #patience: Patience;
  readonly #toleranceOf: ToleranceOf;
  readonly #answerLimits: PlainLimits;
  readonly #versions: ReadonlyMap<string, Version>;
  #open: OpenCall | null = null;
  #lastCall = -1;
  #strays = 0;
  /** Of the step that runs. */
  #outputs: NVersionOutput[] = [];

  /**
   * All versions are taken to be up.
   *
   * @throws UsageError for options that make no machine
   */
  constructor(options: NVersionOptions) {
    checkOptions(options);
    const patience = patienceOf(options.patience);
    this.#options = options;
    this.#patience = patience;
    this.#toleranceOf = compileTolerance(options.tolerance ?? 0);
    this.#answerLimits = answerLimitsOf(options);
    this.#versions = new Map(
      options.versions.map((name) => {
        const life = new VersionLife(patience);
        return [name, { name, life, record: new VersionRecord(patience) }];
      }),
    );
  }

  step(now: Instant, input: NVersionInput | Timeout): readonly NVersionOutput[] {
    this.#outputs = [];
    this.#take(now, input);
    this.#progress();
    return this.#outputs;
  }

  deadline(): Instant | null {
    let first = this.#open?.deadline ?? null;
    for (const { life } of this.#versions.values()) first = earlier(first, life.deadline());
    return first;
  }

  /** Answers to calls that were over, or to none: late ones, and those of what was stopped. */
  get strays(): number {
    return this.#strays;
  }

  /** In the order of the versions in the options. */
  standing(): readonly VersionStanding[] {
    return [...this.#versions.values()].map((version) => ({
      version: version.name,
      state: absenceOf(version) ?? "serving",
      restartsInARow: version.life.restartsInARow,
      ...version.record.counts(),
    }));
  }

  #take(now: Instant, input: NVersionInput | Timeout): void {
    switch (input.kind) {
      case "call":
        this.#onCall(now, input.call, input.input);
        break;
      case "answered":
        this.#onAnswered(input.version, input.call, input.value);
        break;
      case "failed":
        this.#onFailed(input);
        break;
      case "died":
        this.#onDied(now, input);
        break;
      case "ready":
        this.#onReady(this.#version(input.version));
        break;
      case "release":
        this.#onRelease(now, this.#version(input.version));
        break;
      case "timeout":
        this.#onTimeout(now);
        break;
      default:
        unreachable(input);
    }
  }

  #onCall(now: Instant, call: number, input: PlainValue): void {
    assert(this.#open === null, `call ${call} comes while another is open`);
    assert(call > this.#lastCall, `call ${call} comes after call ${this.#lastCall}`);
    this.#lastCall = call;
    const asked: string[] = [];
    const absent: Absence[] = [];
    for (const version of this.#versions.values()) {
      const { name } = version;
      if (version.record.countCall()) this.#report({ kind: "version-readmitted", version: name });
      const reason = absenceOf(version);
      if (reason === null) asked.push(name);
      else absent.push({ version: name, reason });
    }
    for (const version of asked) this.#outputs.push({ kind: "run", version, call, input });
    const deadline = after(now, this.#options.deadline);
    const rule = this.#options.rule ?? "majority";
    const toleranceOf = this.#toleranceOf;
    this.#open = new OpenCall({ call, deadline, asked, absent, toleranceOf, rule });
  }

  #onAnswered(version: string, call: number, value: unknown): void {
    const open = this.#awaiting(version, call);
    if (open === null) return;
    const reading = readPlain(value, this.#answerLimits);
    if (reading.ok && reading.value !== null) {
      open.answer(version, reading.value);
      return;
    }
    // Null would read as "no value", so as a result it is none.
    const message = reading.ok ? "it answered null" : `its answer is not plain: ${reading.reason}`;
    this.#fail(open, { version, reason: "malformed", message });
  }

  #onFailed(input: Extract<NVersionInput, { readonly kind: "failed" }>): void {
    const { version, call, reason, message } = input;
    const open = this.#awaiting(version, call);
    if (open !== null) this.#fail(open, { version, reason, message });
  }

  #onDied(now: Instant, { version: name, reason, message }: Died): void {
    const version = this.#version(name);
    if (version.life.phase !== "up" && version.life.phase !== "starting") return;
    const open = this.#open;
    const failure = { version: name, reason, message };
    const isAwaited = open?.pending.includes(name) === true;
    if (isAwaited) this.#fail(open, failure);
    this.#down(now, version, message);
    // What fails within a call is judged when the call is closed.
    if (!isAwaited) this.#complain(version, "failure");
  }

  #onReady({ name, life }: Version): void {
    if (life.ready()) this.#report({ kind: "version-up", version: name });
  }

  #onRelease(now: Instant, version: Version): void {
    const { name, life, record } = version;
    if (record.phase.kind !== "latched") return;
    record.release();
    life.proved();
    this.#report({ kind: "version-readmitted", version: name });
    this.#start(now, version);
  }

  #onTimeout(now: Instant): void {
    if (this.#open !== null && due(this.#open.deadline, now)) this.#endWaiting(now, this.#open);
    for (const version of this.#versions.values()) {
      if (version.life.isDue(now)) this.#onLifeDue(now, version);
    }
  }

  #endWaiting(now: Instant, open: OpenCall): void {
    const message = `no answer within ${this.#options.deadline / 1_000} ms`;
    for (const name of open.pending) {
      this.#fail(open, { version: name, reason: "hung", message });
      this.#outputs.push({ kind: "stop", version: name });
      this.#down(now, this.#version(name), message);
    }
  }

  #onLifeDue(now: Instant, version: Version): void {
    if (version.life.phase === "waiting") {
      this.#start(now, version);
      return;
    }
    this.#outputs.push({ kind: "stop", version: version.name });
    this.#down(now, version, "it was started, and not ready in time");
    this.#complain(version, "failure");
  }

  #start(now: Instant, version: Version): void {
    version.life.start(now);
    this.#outputs.push({ kind: "restart", version: version.name });
  }

  #down(now: Instant, { name, life, record }: Version, message: string): void {
    if (life.phase === "stopped") return;
    this.#report({ kind: "version-down", version: name, message: cut(message) });
    if (life.down(now)) return;
    record.latch();
    this.#report({ kind: "version-latched", version: name, reason: "restarted-too-often" });
  }

  #fail(open: OpenCall, failure: VersionFailure): void {
    open.fail({ ...failure, message: cut(failure.message) });
  }

  /** Tells the result when it is settled, and closes the call when all were heard. */
  #progress(): void {
    const open = this.#open;
    if (open === null) return;
    const result = open.newResult();
    if (result !== null) this.#outputs.push({ kind: "result", result });
    const final = open.finalResult();
    if (final === null) return;
    this.#open = null;
    this.#outputs.push({ kind: "closed", result: final });
    this.#judge(final);
  }

  /** Without a value there is nothing to dissent from, and only who failed is blamed. */
  #judge({ call, agreeing, dissenting, failed }: NVersionResult): void {
    for (const name of agreeing) {
      const { life, record } = this.#version(name);
      record.agreement();
      life.proved();
    }
    for (const name of dissenting) {
      this.#report({ kind: "version-dissented", version: name, call });
      this.#complain(this.#version(name), "dissent");
    }
    for (const failure of failed) {
      this.#report({ kind: "version-failed", call, ...failure });
      this.#complain(this.#version(failure.version), "failure");
    }
  }

  #complain(version: Version, about: "failure" | "dissent"): void {
    const consequence = version.record.complain(about);
    if (consequence === "quarantined") this.#tellQuarantine(version);
    else if (consequence === "latched") this.#endForGood(version);
  }

  #tellQuarantine({ name }: Version): void {
    const calls = this.#patience.quarantineCalls;
    this.#report({ kind: "version-quarantined", version: name, calls });
  }

  #endForGood({ name, life }: Version): void {
    const isRunning = life.phase === "up" || life.phase === "starting";
    if (isRunning) this.#outputs.push({ kind: "stop", version: name });
    life.stop();
    this.#report({ kind: "version-latched", version: name, reason: "quarantined-too-often" });
  }

  #awaiting(version: string, call: number): OpenCall | null {
    if (this.#open?.awaits(version, call) === true) return this.#open;
    this.#strays += 1;
    return null;
  }

  #report(event: Extract<NVersionOutput, { readonly kind: "report" }>["event"]): void {
    this.#outputs.push({ kind: "report", event });
  }

  #version(name: string): Version {
    const version = this.#versions.get(name);
    assert(version !== undefined, `no version is named ${name}`);
    return version;
  }
}

function absenceOf({ life, record }: Version): AbsenceReason | null {
  if (record.phase.kind !== "trusted") return record.phase.kind;
  return life.phase === "up" ? null : "restarting";
}

const cut = (message: string): string => message.slice(0, messageUnitsMax);
