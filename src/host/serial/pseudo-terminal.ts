/**
 * Pseudo terminals: what opens as a serial line, with this process at the other end. For tests, for
 * benchmarks, and for whoever has no hardware. Raw from the beginning: what is not would send back
 * what it receives, and change line ends, until somebody opens it who knows better.
 */
import { closeSync, constants, openSync } from "node:fs";
import type { Duplex } from "node:stream";
import { ReadStream } from "node:tty";
import { loadNative, type Native } from "../native/native.js";

export interface PseudoTerminal {
  /** For instance /dev/pts/3: what the other program opens. */
  readonly path: string;
  /** What that program sends and receives. */
  readonly stream: Duplex;
  /** As if it were unplugged: whoever has it open is hung up. */
  close(): void;
}

export type PseudoTerminalResult =
  | { readonly ok: true; readonly terminal: PseudoTerminal }
  | { readonly ok: false; readonly reason: string };

export function openPseudoTerminal(): PseudoTerminalResult {
  const loaded = loadNative();
  if (!loaded.ok) return loaded;
  const file = openSync("/dev/ptmx", constants.O_RDWR | constants.O_NOCTTY);
  const named = unlock(loaded.native, file);
  if (!named.ok) {
    closeSync(file);
    return named;
  }
  // Without anybody at the far end, reading here would fail and not wait.
  const held = openSync(named.path, constants.O_RDWR | constants.O_NOCTTY);
  const stream = new ReadStream(file);
  // A far end that hangs up is the end of the stream, and no reason to throw.
  stream.on("error", () => stream.destroy());
  stream.once("close", () => closeSync(held));
  return { ok: true, terminal: { path: named.path, stream, close: () => stream.destroy() } };
}

/** Two of them, so that what is sent into one comes out of the other: a cable. */
export function crossTerminals(one: PseudoTerminal, other: PseudoTerminal): void {
  one.stream.on("data", (bytes: Uint8Array) => other.stream.write(bytes));
  other.stream.on("data", (bytes: Uint8Array) => one.stream.write(bytes));
}

const pathBytesMax = 64;

/** More than a termios has on any machine: 60 bytes on most. */
const termiosBytes = 256;

type Named =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly reason: string };

function unlock({ libc, errno }: Native, file: number): Named {
  const unlockpt = libc.func("int unlockpt(int file)");
  const ptsname = libc.func("int ptsname_r(int file, _Out_ uint8_t *name, size_t length)");
  const tcgetattr = libc.func("int tcgetattr(int file, _Out_ uint8_t *termios)");
  const cfmakeraw = libc.func("void cfmakeraw(_Inout_ uint8_t *termios)");
  const tcsetattr = libc.func("int tcsetattr(int file, int when, const uint8_t *termios)");
  const refusal = (call: string): Named => ({ ok: false, reason: `${call}: error ${errno()}` });
  const name = new Uint8Array(pathBytesMax);
  const termios = new Uint8Array(termiosBytes);
  if (unlockpt(file) !== 0) return refusal("unlockpt");
  if (ptsname(file, name, name.length) !== 0) return refusal("ptsname_r");
  if (tcgetattr(file, termios) !== 0) return refusal("tcgetattr");
  cfmakeraw(termios);
  if (tcsetattr(file, 0, termios) !== 0) return refusal("tcsetattr");
  return { ok: true, path: new TextDecoder().decode(name.subarray(0, name.indexOf(0))) };
}
