/**
 * The few system calls that Node lacks, through koffi. It is an optional dependency and is loaded
 * when the first call is needed: a board without it (ARMv6, an old C library, another system than
 * Linux) runs all the rest, and who asked is told why once.
 *
 * Only synchronous calls: an asynchronous one runs on a thread of the pool, and there priorities,
 * locks and sleeps belong to the wrong thread.
 */
import { createRequire } from "node:module";

type Koffi = typeof import("koffi").default;

export interface Native {
  readonly koffi: Koffi;
  /** The C library, as this process has loaded it already. */
  readonly libc: ReturnType<Koffi["load"]>;
  /** Of the last call on this thread: to be read at once. */
  errno(): number;
}

export type NativeResult =
  | { readonly ok: true; readonly native: Native }
  | { readonly ok: false; readonly reason: string };

let loaded: NativeResult | null = null;

/** The same answer for as long as the thread lives. */
export function loadNative(): NativeResult {
  loaded ??= attempt();
  return loaded;
}

function attempt(): NativeResult {
  if (process.platform !== "linux") {
    return { ok: false, reason: `system calls are made on Linux only, not on ${process.platform}` };
  }
  try {
    const koffi = createRequire(import.meta.url)("koffi") as Koffi;
    return { ok: true, native: { koffi, libc: koffi.load(null), errno: () => koffi.errno() } };
  } catch (error) {
    const [message] = (error instanceof Error ? error.message : String(error)).split("\n");
    return { ok: false, reason: `koffi is not available for ${process.arch} here (${message})` };
  }
}
