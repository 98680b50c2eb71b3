/** What a lane's thread is given, and what it says; all else goes through shared memory. */
import type { Duration } from "../../kernel/time.js";
import type { Grant, RealtimeWish } from "./grant.js";
import type { SharedLock } from "./shared-lock.js";

export interface LaneData {
  readonly name: string;
  /** Of the module with the tick, as a URL. */
  readonly href: string;
  readonly period: Duration;
  readonly warmUp: Duration;
  readonly wakeAhead: Duration;
  readonly wish: RealtimeWish;
  /** To what V8's threads were raised: one word for all lanes of the process. */
  readonly v8Level: SharedArrayBuffer;
  /** Why there are no system calls; null where there are. */
  readonly nativeReason: string | null;
  /** A word that is 1 when the lane must end. */
  readonly control: SharedArrayBuffer;
  readonly telemetry: SharedArrayBuffer;
  readonly buffers: Readonly<Record<string, SharedArrayBuffer>>;
  readonly locks: Readonly<Record<string, SharedLock>>;
  readonly data: unknown;
}

export type LaneMessage =
  /** Its module is loaded and its first tick planned. */
  | { readonly kind: "up"; readonly tid: number | null }
  /** It is warm, and has asked the kernel. */
  | { readonly kind: "granted"; readonly grant: Grant }
  /** It cannot begin or go on; the thread ends. */
  | { readonly kind: "failed"; readonly reason: string };
