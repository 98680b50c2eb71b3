/** The files of a machine that is made up, for whoever looks at it by a `MachineView`. */
import type { DeviceAccess, MachineView } from "../../../../src/host/doctor/machine-view.js";

export class FakeMachine implements MachineView {
  readonly files = new Map<string, string>();
  readonly devices = new Map<string, DeviceAccess>();

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(files)) this.files.set(path, text);
  }

  text(path: string): string | null {
    return this.files.get(path)?.replace(/\0+$/, "").trim() ?? null;
  }

  names(path: string): readonly string[] {
    const inside = [...this.files.keys()].filter((file) => file.startsWith(`${path}/`));
    const names = inside.map((file) => file.slice(path.length + 1).split("/")[0] ?? "");
    return [...new Set(names)].sort();
  }

  link(path: string): string | null {
    return this.files.get(`${path}@`) ?? null;
  }

  access(path: string): DeviceAccess | null {
    return this.devices.get(path) ?? null;
  }
}

export const gpioGroup = (path: string): DeviceAccess => ({
  ...{ path, allowed: false, owner: "root", group: "gpio", mode: "660" },
});

/** What the device tree of a Pi says of itself. */
export const treeOf = (model: string, compatible: string): Readonly<Record<string, string>> => ({
  "/proc/device-tree/model": `${model}\0`,
  "/proc/device-tree/compatible": `${compatible}\0`,
});

export const pi4 = treeOf("Raspberry Pi 4 Model B Rev 1.4", "raspberrypi,4-model-b\0brcm,bcm2711");
export const pi5 = treeOf("Raspberry Pi 5 Model B Rev 1.0", "raspberrypi,5-model-b\0brcm,bcm2712");
