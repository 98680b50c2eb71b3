/**
 * Gives the priority of what a thread is doing to the thread itself. An executive that runs in a
 * lane calls `export` with the effective priority of the most urgent task that is involved; the
 * lane then competes with other threads as that task would, so inheritance among tasks goes on
 * among threads.
 *
 * Most calls change nothing, and those make no system call.
 */
import type { Priority } from "../../scheduling/priority.js";
import { errnos, errnoText, type Posix } from "./posix.js";

export class KernelPriority {
  readonly #posix: Posix | null;
  readonly #tid: number;
  #level: number;
  #refusal: string | null;

  /** For the calling thread. */
  static ofThisThread(posix: Posix | null, level = 0, refusal: string | null = null) {
    return new KernelPriority(posix, posix?.gettid() ?? 0, level, refusal);
  }

  /**
   * @param level that it has now
   * @param refusal why it cannot be set; null where it can, as far as is known
   */
  private constructor(posix: Posix | null, tid: number, level: number, refusal: string | null) {
    this.#posix = posix;
    this.#tid = tid;
    this.#level = level;
    this.#refusal = posix === null ? (refusal ?? "there are no system calls") : refusal;
  }

  /** That the thread has, as far as this exporter set it. */
  get level(): number {
    return this.#level;
  }

  /** Why the kernel's priority is not what was exported; null where it is. Asked once only. */
  get refusal(): string | null {
    return this.#refusal;
  }

  /** 0 is SCHED_OTHER. False where the kernel does not follow. */
  export(priority: Priority): boolean {
    if (priority === this.#level) return this.#refusal === null;
    if (this.#posix === null) return false;
    // What lies below the refusal may still be granted: a boost must not stay when it is over.
    if (this.#refusal !== null && priority > this.#level) return false;
    const errno = this.#posix.setPriority(this.#tid, priority);
    if (errno === errnos.none) this.#level = priority;
    else this.#refusal ??= `SCHED_FIFO ${priority}: ${errnoText(errno)}`;
    return errno === errnos.none;
  }
}
