/** What carries the code of one version: a thread, or a process. Its keeper knows no difference. */
import type { PlainLimits } from "../../voting/structured/plain-value.js";
import type { RunMessage } from "./version-messages.js";

/**
 * `thread`: starts fast, takes little, and is ended with whatever runs in it. But a thread shares
 * the process: a native crash, a signal, and one allocation that is far larger than the heap allows
 * (which V8 answers by ending the process) end all. `process`: nothing of that reaches the others.
 */
export type Isolation = "thread" | "process";

export interface CarrierOptions {
  /** The name of the version. */
  readonly name: string;
  /** The address of its module, as `import` takes it. */
  readonly href: string;
  /** What the module is called in messages. */
  readonly file: string;
  readonly answerLimits: PlainLimits;
  /** The most that the heap may take, in MiB. Memory outside of it is not limited. */
  readonly heapMiBMax: number;
}

export interface CarrierEvents {
  /** Something came from the version's side: unread. */
  readonly message: (message: unknown) => void;
  /** It has ended, also when it was told to. All its messages were told before. Once. */
  readonly ended: (end: CarrierEnd) => void;
}

export interface CarrierEnd {
  readonly reason: "exited" | "out-of-memory";
  /** For people. */
  readonly message: string;
}

export interface Carrier {
  /** Without effect when it has ended. */
  post(message: RunMessage): void;
  /** Tells now what has arrived and would be told in a moment, where that can be. */
  drain(): void;
  /** Ends it, in an endless loop too. Fulfilled when it has ended. */
  end(): Promise<void>;
}

/** The heap's part for what is short-lived, in MiB; V8 would take up to 48 of it. */
export const youngMiBMax = 8;
