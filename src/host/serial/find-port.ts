/**
 * Which device is meant. A config names a line by a path, or by what is plugged in:
 *
 *     /dev/serial/by-id/usb-FTDI_...   the same wherever it is plugged in
 *     usb:0403:6001:A50285BI           vendor, product; where there are two alike, serial number
 *     /dev/ttyUSB0                     whatever came first
 *
 * It is looked for anew each time a line is opened: what was /dev/ttyUSB0 comes back as
 * /dev/ttyUSB1 when it is plugged in again before its old name is free.
 */
import type { PortView } from "./port-view.js";
import { SerialOpenFailure } from "./serial-open-failure.js";

/** More lines than this are not looked at, and more are not named. */
const portsMax = 64;
const namedMax = 8;

const byIdFolder = "/dev/serial/by-id";
const classFolder = "/sys/class/tty";

/** Of USB adapters, of a Raspberry Pi and other ARM boards, and of PCs. */
const lineNames = /^tty(USB|ACM|AMA|THS|mxc|S)\d+$/;

export interface UsbIdentity {
  /** Four hexadecimal digits each. */
  readonly vendor: string;
  readonly product: string;
  /** Null: any. */
  readonly serial: string | null;
}

/** What a config may say; null where it names a path, or nothing that could be one. */
export function usbIdentityOf(name: string): UsbIdentity | null {
  const found = /^usb:([0-9a-f]{4}):([0-9a-f]{4})(?::(.+))?$/i.exec(name);
  if (found === null) return null;
  const [, vendor = "", product = "", serial] = found;
  return { vendor: vendor.toLowerCase(), product: product.toLowerCase(), serial: serial ?? null };
}

/** A path of /dev. Throws `SerialOpenFailure`. */
export function findPort(name: string, view: PortView): string {
  const identity = usbIdentityOf(name);
  if (identity === null) return name;
  const matching = lineNamesOf(view).filter((line) => isOne(line, identity, view));
  const [first] = matching;
  if (first === undefined) throw noSuchPort(name, view);
  if (matching.length === 1) return `/dev/${first}`;
  const lines = matching.map((line) => `/dev/${line}`).join(", ");
  const advice =
    "add its serial number (usb:vendor:product:serial), or name it by /dev/serial/by-id";
  throw new SerialOpenFailure(name, "ambiguous", `${lines} are all such a device; ${advice}`);
}

/** Without a word why not, for whoever waits for it. */
export function isPortThere(name: string, view: PortView): boolean {
  const identity = usbIdentityOf(name);
  if (identity === null) return view.node(name) !== null;
  return lineNamesOf(view).some((line) => isOne(line, identity, view));
}

export function noSuchPort(name: string, view: PortView): SerialOpenFailure {
  const present = portsPresent(view);
  const some = present.slice(0, namedMax).join(", ");
  const more = present.length > namedMax ? `, and ${present.length - namedMax} more` : "";
  const there =
    present.length === 0
      ? "no serial line is there at all (is the adapter plugged in, or the UART enabled?)"
      : `there are ${some}${more}`;
  return new SerialOpenFailure(name, "no-such-port", `there is no such port; ${there}`);
}

/** The names that stay the same first, then those that nothing else leads to. */
export function portsPresent(view: PortView): readonly string[] {
  const steady = view.names(byIdFolder).map((name) => `${byIdFolder}/${name}`);
  const named = new Set(steady.map((path) => view.real(path)));
  const others = lineNamesOf(view)
    .map((name) => `/dev/${name}`)
    .filter((path) => !named.has(path));
  return [...steady, ...others].slice(0, portsMax);
}

/** A PC has four names for lines that nobody built; the kernel tells by a type of 0. */
const lineNamesOf = (view: PortView): readonly string[] =>
  view
    .names(classFolder)
    .filter((name) => lineNames.test(name) && view.text(`${classFolder}/${name}/type`) !== "0")
    .slice(0, portsMax);

function isOne(line: string, wanted: UsbIdentity, view: PortView): boolean {
  const folder = usbFolderOf(line, view);
  if (folder === null) return false;
  const is = (file: string, value: string): boolean =>
    view.text(`${folder}/${file}`)?.toLowerCase() === value.toLowerCase();
  return (
    is("idVendor", wanted.vendor) &&
    is("idProduct", wanted.product) &&
    (wanted.serial === null || is("serial", wanted.serial))
  );
}

/** From a line to its USB interface is one or two folders, and to the device one more. */
const foldersUpMax = 4;

/** The folder of the USB device that a line belongs to; null where it belongs to none. */
function usbFolderOf(line: string, view: PortView): string | null {
  let folder = view.real(`${classFolder}/${line}/device`);
  for (let up = 0; folder !== null && up < foldersUpMax; up += 1) {
    if (view.text(`${folder}/idVendor`) !== null) return folder;
    const end = folder.lastIndexOf("/");
    folder = end <= 0 ? null : folder.slice(0, end);
  }
  return null;
}
