/** The files of a machine with serial ports that nobody has. */
import type { DeviceNode, PortView } from "../../../../src/host/serial/port-view.js";

const usbSerialMajor = 188;

export class FakePorts implements PortView {
  readonly #texts = new Map<string, string>();
  readonly #links = new Map<string, string>();
  readonly #nodes = new Map<string, DeviceNode>();

  /** A USB adapter at /dev/ttyUSB<number>, with udev's link to it where it has a serial number. */
  plugUsb(number: number, identity: string): void {
    const [vendor = "", product = "", serial] = identity.split(":");
    const device = `/sys/devices/pci0/usb1/1-${number}`;
    this.#texts.set(`${device}/idVendor`, vendor);
    this.#texts.set(`${device}/idProduct`, product);
    if (serial !== undefined) this.#texts.set(`${device}/serial`, serial);
    const line = `ttyUSB${number}`;
    this.#links.set(`/sys/class/tty/${line}/device`, `${device}/1-${number}:1.0/${line}`);
    this.#texts.set(`/sys/class/tty/${line}/dev`, `${usbSerialMajor}:${number}`);
    this.put(`/dev/${line}`, { minor: number });
    if (serial === undefined) return;
    this.#links.set(`/dev/serial/by-id/usb-${serial}-if00-port0`, `/dev/${line}`);
  }

  unplug(number: number): void {
    const line = `ttyUSB${number}`;
    this.#nodes.delete(`/dev/${line}`);
    for (const [link, target] of this.#links) {
      if (target === `/dev/${line}` || link.includes(`/${line}/`)) this.#links.delete(link);
    }
    this.#texts.delete(`/sys/class/tty/${line}/dev`);
  }

  put(path: string, node: Partial<DeviceNode> = {}): void {
    const usual = { inode: 7, allowed: true, group: "dialout", mode: "660" };
    const device = { isCharacterDevice: true, major: usbSerialMajor, minor: 0, ...usual, ...node };
    this.#nodes.set(path, device);
  }

  /** What the kernel says of a device with these numbers. */
  subsystem(numbers: string, name: string): void {
    this.#links.set(`/sys/dev/char/${numbers}/subsystem`, `/sys/class/${name}`);
  }

  text(path: string): string | null {
    return this.#texts.get(path) ?? null;
  }

  names(folder: string): readonly string[] {
    const all = [...this.#texts.keys(), ...this.#links.keys()];
    const inside = all.filter((path) => path.startsWith(`${folder}/`));
    const names = inside.map((path) => path.slice(folder.length + 1).split("/")[0] ?? "");
    return [...new Set(names)].sort();
  }

  real(path: string): string | null {
    return this.#links.get(path) ?? (this.#nodes.has(path) ? path : null);
  }

  node(path: string): DeviceNode | null {
    return this.#nodes.get(this.#links.get(path) ?? path) ?? null;
  }
}
