/** What a crash explorer needs of the machine that it explores, and of those who use it. */
import type { Machine } from "../../../kernel/machine.js";
import type { Instant } from "../../../kernel/time.js";
import type { DiskDone, DiskRequest } from "../../../recovery/disk.js";

/** A machine over a disk; `Input` and `Output` are what it has besides. */
export type DiskMachine<Input, Output> = Machine<Input | DiskDone, Output | DiskRequest>;

/** Whoever gives a machine its inputs, and hears what it says. */
export interface User<Input, Output> {
  /** What is fed at the beginning of a life. */
  begin(now: Instant): readonly Input[];
  /** Told every output that is not for the disk; what it answers is fed, in order. */
  hear(now: Instant, output: Output): readonly Input[];
  /** It has heard all that it waited for: this life need not go on. */
  readonly done: boolean;
}

/**
 * Does the work, and keeps the ledger: what was asked for, and what of it was acknowledged. A
 * snapshot of the ledger must not change afterwards.
 */
export interface Worker<Input, Output, Ledger> extends User<Input, Output> {
  ledger(): Ledger;
}

/** Uses a machine that has started anew, in order to find out what it still knows. */
export interface Inspector<Input, Output> extends User<Input, Output> {
  /** What is wrong with it; null when it is right. Asked once it is done, or will never be. */
  verdict(): string | null;
}

/**
 * What may have happened to a disk. `torn`: it kept its promises, and whatever was acknowledged
 * must be there. `damaged`: it lied or rotted; what is lost may be lost, if that is noticed.
 */
export type Honesty = "torn" | "damaged";

export interface Workload<Input, Output, Ledger> {
  boot(now: Instant): DiskMachine<Input, Output>;
  worker(): Worker<Input, Output, Ledger>;
  inspector(ledger: Ledger, honesty: Honesty): Inspector<Input, Output>;
}
