/**
 * Opens a serial line, by the `serialport` package, as a stream of bytes: 8 bits, no parity, one
 * stop bit, no flow control. A refusal tells what was expected and what to do.
 */
import type { Duplex } from "node:stream";
import type { SerialPort } from "serialport";
import { type Duration, millis } from "../../kernel/time.js";
import { findPort, noSuchPort, usbIdentityOf } from "./find-port.js";
import { loadSerialPort, type SerialPortClass } from "./load-serialport.js";
import { watchNode } from "./node-watch.js";
import { PortStream } from "./port-stream.js";
import { type DeviceNode, type PortView, systemPorts } from "./port-view.js";
import { SerialOpenFailure, type SerialOpenReason } from "./serial-open-failure.js";

export interface SerialPortOptions {
  /** `/dev/...`, or `usb:vendor:product[:serial]`; see find-port.ts. */
  readonly path: string;
  /** In bits per second. */
  readonly baudRate: number;
  /** Left out, they stay as the driver has them, which on most is both on. */
  readonly modemLines?: ModemLines;
  /** Told where the modem lines could not be set, which is no failure: a pty has none. */
  readonly onNote?: (note: SerialNote) => void;
  /** How often it is looked whether the device is still there; left out, `watchEvery`. */
  readonly watchEvery?: Duration;
  /** Left out, this machine. */
  readonly view?: PortView;
}

/** A device that has vanished is noticed within this time, without a write. */
export const watchEvery: Duration = millis(50);

/** Both are set together, so one left out is on. */
export interface ModemLines {
  /** Data terminal ready. An edge on it resets most Arduinos. */
  readonly dtr?: boolean;
  /** Request to send. */
  readonly rts?: boolean;
}

export interface SerialNote {
  readonly kind: "no-modem-lines";
  readonly path: string;
  readonly detail: string;
}

/** Rejects with `SerialOpenFailure`; nothing is left open then. */
export async function openSerialPort(options: SerialPortOptions): Promise<Duplex> {
  const view = options.view ?? systemPorts;
  const device = findPort(options.path, view);
  const opened = inspect(options.path, device, view);
  const loaded = await loadSerialPort();
  if (!loaded.ok) throw new SerialOpenFailure(options.path, "package-missing", loaded.reason);
  const port = await openPort(loaded.SerialPort, device, options);
  await setModemLines(port, options);
  const stream = new PortStream(port);
  // Where the config names a link, it is the link that may lead elsewhere.
  const watched = usbIdentityOf(options.path) === null ? options.path : device;
  const every = options.watchEvery ?? watchEvery;
  watchNode(stream, { path: watched, opened, every, view });
  return stream;
}

/** The numbers of pseudo terminals, of which the kernel's folders know nothing. */
const ptyMajors = { first: 136, last: 143 };

/** Before anything is opened: to open a watchdog by mistake would start it. */
function inspect(path: string, device: string, view: PortView): DeviceNode {
  const node = view.node(device);
  if (node === null) throw noSuchPort(path, view);
  if (!isTerminal(node, view)) {
    const what = node.isCharacterDevice ? "a device of another kind" : "no device";
    throw new SerialOpenFailure(path, "not-a-serial-line", `it is ${what}, and no serial line`);
  }
  if (!node.allowed) throw notPermitted(path, node);
  return node;
}

/** Where the kernel does not show its devices, a character device is believed. */
function isTerminal({ isCharacterDevice, major, minor }: DeviceNode, view: PortView): boolean {
  if (!isCharacterDevice) return false;
  if (major >= ptyMajors.first && major <= ptyMajors.last) return true;
  const subsystem = view.real(`/sys/dev/char/${major}:${minor}/subsystem`);
  return subsystem === null || subsystem.endsWith("/tty");
}

function notPermitted(path: string, { group, mode }: DeviceNode): SerialOpenFailure {
  const join = `sudo usermod -aG ${group} $USER, then log in again`;
  const opened =
    group === "root" ? "it is open to root alone" : `join its group, ${group}: ${join}`;
  const why = `this user may not read and write it (mode ${mode}); ${opened}`;
  return new SerialOpenFailure(path, "not-permitted", why);
}

function openPort(
  Port: SerialPortClass,
  device: string,
  { path, baudRate, view = systemPorts }: SerialPortOptions,
): Promise<SerialPort> {
  return new Promise((resolve, reject) => {
    const port = new Port({ path: device, baudRate, autoOpen: false });
    port.open((error) => {
      if (error === null) resolve(port);
      else reject(explained(error.message, { path, device, baudRate, view }));
    });
  });
}

interface Attempt {
  readonly path: string;
  readonly device: string;
  readonly baudRate: number;
  readonly view: PortView;
}

/** By the C library's words, which the package passes on without a code. */
const reasons: readonly (readonly [RegExp, SerialOpenReason])[] = [
  [/cannot lock|resource busy|temporarily unavailable/i, "in-use"],
  [/permission denied|not permitted/i, "not-permitted"],
  [/baud/i, "rate-not-possible"],
  [/inappropriate ioctl/i, "not-a-serial-line"],
  [/no such (file|device)/i, "no-such-port"],
];

function explained(message: string, { path, device, baudRate, view }: Attempt): SerialOpenFailure {
  const code = reasons.find(([words]) => words.test(message))?.[1] ?? "other";
  const node = view.node(device);
  if (code === "no-such-port" || node === null) return noSuchPort(path, view);
  if (code === "not-permitted") return notPermitted(path, node);
  const why: Readonly<Record<typeof code, string>> = {
    "in-use": `another process has it; "fuser -v ${device}" tells which`,
    "rate-not-possible": `its driver does not do ${baudRate} baud`,
    "not-a-serial-line": "it is a device of another kind, and no serial line",
    ambiguous: "it may be one of several",
    "package-missing": "the package is missing",
    other: "the system refused it",
  };
  return new SerialOpenFailure(path, code, `${why[code]} (${message})`);
}

async function setModemLines(port: SerialPort, options: SerialPortOptions): Promise<void> {
  const { path, modemLines, onNote } = options;
  if (modemLines === undefined) return;
  const { dtr = true, rts = true } = modemLines;
  const error = await new Promise<Error | null>((resolve) => port.set({ dtr, rts }, resolve));
  if (error !== null) onNote?.({ kind: "no-modem-lines", path, detail: error.message });
}
