/**
 * Datagrams to the socket that systemd listens on, which Node has no call for. Each is one system
 * call and goes to the address anew, so a systemd that was executed anew is reached as well. Who
 * starts a process for every beat instead has a process for every beat to wait for.
 */
import { closeSync } from "node:fs";
import { getSystemErrorName } from "node:util";
import { loadNative, type Native } from "../native/native.js";

export interface NotifySocket {
  /** Never waits. The system's name of the error; null when it was sent. */
  send(bytes: Uint8Array): string | null;
  close(): void;
}

export type NotifySocketResult =
  | { readonly ok: true; readonly socket: NotifySocket }
  | { readonly ok: false; readonly reason: string };

/** Numbers of Linux, the same on x64, arm64 and arm. */
const unixFamily = 1;
const datagram = 2;
const closeOnExec = 0o2000000;
/** Do not wait; no signal when nobody listens. */
const sendFlags = 0x40 | 0x4000;

/** `sun_path` has 108 bytes, one of them for the zero at an end or the beginning. */
export const addressBytesMax = 107;
const pathOffset = 2;

/** @param address from NOTIFY_SOCKET: a path, or `@` and an abstract name */
export function openNotifySocket(address: string): NotifySocketResult {
  const bytes = socketAddress(address);
  if (typeof bytes === "string") return { ok: false, reason: bytes };
  const loaded = loadNative();
  if (!loaded.ok) return loaded;
  const { libc, errno } = loaded.native;
  const file = libc.func("int socket(int domain, int type, int protocol)")(
    unixFamily,
    datagram | closeOnExec,
    0,
  );
  if (file < 0) return { ok: false, reason: `no socket could be made (${errorName(errno())})` };
  return { ok: true, socket: socketOf(loaded.native, file, bytes) };
}

function socketOf({ libc, errno }: Native, file: number, address: Uint8Array): NotifySocket {
  const sendTo = libc.func(
    "intptr_t sendto(int file, void *bytes, size_t count, int flags, void *to, uint32_t length)",
  );
  let open = true;
  return {
    send: (bytes) => {
      if (!open) return "EBADF";
      const sent = sendTo(file, bytes, bytes.length, sendFlags, address, address.length);
      return Number(sent) < 0 ? errorName(errno()) : null;
    },
    close: () => {
      if (open) closeSync(file);
      open = false;
    },
  };
}

/** A `struct sockaddr_un`, or why there can be none. */
export function socketAddress(address: string): Uint8Array | string {
  const text = new TextEncoder().encode(address);
  const isAbstract = address.startsWith("@");
  if (!isAbstract && !address.startsWith("/")) {
    return `NOTIFY_SOCKET=${address.slice(0, 64)} is no path and no @name, and is not understood`;
  }
  const length = isAbstract ? text.length - 1 : text.length;
  if (length === 0 || length > addressBytesMax) {
    return `NOTIFY_SOCKET has ${length} bytes, of which a socket takes 1 to ${addressBytesMax}`;
  }
  // An abstract name ends with its last byte, a path with a zero.
  const bytes = new Uint8Array(pathOffset + text.length + (isAbstract ? 0 : 1));
  new DataView(bytes.buffer).setUint16(0, unixFamily, true);
  bytes.set(isAbstract ? text.subarray(1) : text, pathOffset + (isAbstract ? 1 : 0));
  return bytes;
}

const errorName = (number: number): string => getSystemErrorName(-number);
