/**
 * The end of systemd: a datagram socket of the Unix family, which Node cannot open, and a service
 * manager that waits for signs of life in virtual time.
 */
import { closeSync } from "node:fs";
import { onTestFinished } from "vitest";
import { loadNative } from "../../../src/host/native/native.js";
import { socketAddress } from "../../../src/host/watchdog/notify-socket.js";

export const hasDatagrams = ((): boolean => {
  const loaded = loadNative();
  if (!loaded.ok) console.warn(`SKIPPED, no datagrams of the Unix family: ${loaded.reason}`);
  return loaded.ok;
})();

const [unixFamily, datagram, doNotWait] = [1, 2, 0x40];

export interface ServiceSocket {
  /** All that has come since the last look, in order. */
  receive(): readonly string[];
  close(): void;
}

/** @param address as in NOTIFY_SOCKET */
export function openServiceSocket(address: string): ServiceSocket {
  const loaded = loadNative();
  const bytes = socketAddress(address);
  if (!loaded.ok || typeof bytes === "string") throw new Error(`cannot listen on ${address}`);
  const { libc, errno } = loaded.native;
  const file = libc.func("int socket(int, int, int)")(unixFamily, datagram, 0);
  const bound = libc.func("int bind(int, void *, uint32_t)")(file, bytes, bytes.length);
  if (file < 0 || bound !== 0) throw new Error(`cannot listen on ${address}: error ${errno()}`);
  const receiveFrom = libc.func("intptr_t recv(int, void *, size_t, int)");
  let open = true;
  const close = (): void => {
    if (open) closeSync(file);
    open = false;
  };
  onTestFinished(close);
  const buffer = Buffer.alloc(4_096);
  const next = (): string | null => {
    const count = Number(receiveFrom(file, buffer, buffer.length, doNotWait));
    return count < 0 ? null : buffer.toString("utf8", 0, count);
  };
  return {
    close,
    receive: () => {
      const texts: string[] = [];
      for (let text = next(); text !== null; text = next()) texts.push(text);
      return texts;
    },
  };
}

let count = 0;

/** An abstract name that no other test has. */
export function freshName(): string {
  count += 1;
  return `@holdfast-test-${process.pid}-${count}-${process.hrtime.bigint()}`;
}
