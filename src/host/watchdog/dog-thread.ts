/**
 * The dog: a thread that sleeps until the patience would be over, looks, and either sleeps on or
 * kills the process. It shares nothing with the program but the time stamp and the black box, so an
 * endless loop there does not stop it. SIGKILL, because a program that hangs must not be asked.
 *
 * Before it bites it has the evidence written: it begins at three quarters of its patience, and
 * takes it back if it is petted after all. The bite waits only until the evidence has had its time,
 * half a second, which it has had already unless the patience is shorter than two seconds or
 * the whole process was stopped and continued.
 */
import { writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { DogEvidence, type DogEvidenceData } from "../evidence/dog-evidence.js";
import { Patience } from "./patience.js";

export interface DogData {
  readonly buffer: SharedArrayBuffer;
  /** In milliseconds. */
  readonly timeout: number;
  /** Whose dog it is, for the line that is left behind. */
  readonly name: string;
  /** Null where nothing is kept. */
  readonly evidence: DogEvidenceData | null;
}

/** The part of the patience after which the evidence is written. */
const tellingPart = 3 / 4;

/** How long evidence may take before a bite that is due waits no longer, in milliseconds. */
const evidenceMax = 500;

/** How often it looks while it waits for that, in milliseconds. */
const overduePeriod = 5;

const stderr = 2;

class Dog {
  readonly #data: DogData;
  readonly #patience: Patience;
  readonly #evidence: DogEvidence | null;
  /** From the moment when a bite is due a pet is too late: hardware would have bitten. */
  #overdue = false;

  constructor(data: DogData) {
    const { buffer, evidence } = data;
    this.#data = data;
    this.#patience = new Patience(buffer);
    this.#evidence =
      evidence === null ? null : new DogEvidence(evidence, (message) => this.#say(50, message));
  }

  /** The first timeout runs from here: what it took to load this thread is nobody's silence. */
  begin(): void {
    this.#patience.pet();
    this.watch();
  }

  /** Looks, and says when to look again. */
  watch(): void {
    if (this.#patience.isCalledOff) return;
    const { timeout } = this.#data;
    const silence = this.#patience.sincePet();
    const telling = timeout * tellingPart;
    if (silence >= timeout) this.#overdue = true;
    if (this.#overdue || silence >= telling) this.#evidence?.begin();
    else this.#evidence?.withdraw();
    if (this.#overdue && (this.#evidence?.hasHad(evidenceMax) ?? true)) this.#bite(silence);
    const next = silence < telling ? telling - silence : timeout - silence;
    setTimeout(() => this.watch(), this.#overdue ? overduePeriod : Math.ceil(Math.max(next, 1)));
  }

  #bite(silence: number): void {
    const { name } = this.#data;
    this.#say(60, `the watchdog of ${name} was not petted for ${Math.round(silence)} ms: killed`);
    process.kill(process.pid, "SIGKILL");
  }

  #say(level: number, msg: string): void {
    const { name: node, timeout } = this.#data;
    const line = { level, time: Date.now(), pid: process.pid, node, timeout, msg };
    try {
      writeSync(stderr, `${JSON.stringify(line)}\n`);
    } catch {
      // Nobody reads stderr: that is no reason to let a program live that hangs.
    }
  }
}

new Dog(workerData as DogData).begin();
// From here on nothing that the process does keeps it from watching.
parentPort?.postMessage("watching");
