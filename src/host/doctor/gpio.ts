/** GPIO chips: which there are, and who may open them. */
import { type Finding, findingsOf } from "./finding.js";
import { type DeviceAccess, type MachineView, numberAt } from "./machine-view.js";

export interface GpioChip {
  readonly access: DeviceAccess;
  /** What the driver calls it, for instance pinctrl-bcm2711; null where the kernel tells nobody. */
  readonly label: string | null;
  readonly lines: number | null;
}

export interface GpioFacts {
  readonly chips: readonly GpioChip[];
  /** Is there the older interface under /sys/class/gpio? */
  readonly sysfs: boolean;
}

const chipsMax = 64;
const devices = "/sys/bus/gpio/devices";
const older = "/sys/class/gpio";

export function lookAtGpio(view: MachineView): GpioFacts {
  const names = view.names(devices).filter((name) => /^gpiochip\d+$/.test(name));
  return {
    chips: names.slice(0, chipsMax).flatMap((name) => {
      const access = view.access(`/dev/${name}`);
      return access === null ? [] : [{ access, ...describedBy(view, name) }];
    }),
    sysfs: view.names(older).includes("export"),
  };
}

/**
 * A character device tells its label only to who opens it. The older interface tells it in a file,
 * under another number; both stand in the same folder of the device. Else the device tree says what
 * the chip is compatible with.
 */
function describedBy(view: MachineView, name: string): Omit<GpioChip, "access"> {
  const folder = view.names(`${devices}/${name}/../gpio`).find((one) => /^gpiochip\d+$/.test(one));
  const twin = folder === undefined ? null : `${devices}/${name}/../gpio/${folder}`;
  const label = twin === null ? null : view.text(`${twin}/label`);
  const [compatible] = view.text(`${devices}/${name}/of_node/compatible`)?.split("\0") ?? [];
  return {
    label: label ?? compatible ?? null,
    lines: twin === null ? null : numberAt(view, `${twin}/ngpio`),
  };
}

const finding = findingsOf("gpio");

export function judgeGpio(facts: GpioFacts): readonly Finding[] {
  const { chips, sysfs } = facts;
  if (chips.length === 0 && sysfs) {
    const means = "There is no character device: no pulls, and no times of edges by the kernel.";
    return [finding("note", "choice", `${choice} takes sysfs`, { means })];
  }
  if (chips.length === 0) {
    const means = "A board of kind mock or recorded needs none; pins of a real board do.";
    const more = ["board: { kind: mock }   (holdfast.yaml: a simulated plant)"];
    return [finding("missing", "chips", "no GPIO chip", { means, more })];
  }
  return [
    finding("ok", "chips", chips.map(chipText).join(", ")),
    finding("ok", "choice", `${choice} takes the character device`),
    ...permissions(chips),
    ...old(sysfs),
  ];
}

const choice = "a board of kind raspberry-pi with `gpio: auto`";

function chipText({ access, label, lines }: GpioChip): string {
  const words = [label, lines === null ? null : `${lines} lines`].filter((word) => word !== null);
  return words.length === 0 ? access.path : `${access.path} (${words.join(", ")})`;
}

function permissions(chips: readonly GpioChip[]): Finding[] {
  const closed = chips.map(({ access }) => access).filter(({ allowed }) => !allowed);
  const [first] = closed;
  if (first === undefined) return [];
  const found = `this user may not open ${closed.map(({ path }) => path).join(", ")}`;
  const means = `They are of ${first.owner}:${first.group}, with mode ${first.mode}.`;
  const more =
    first.group === "root"
      ? ['SUBSYSTEM=="gpio", GROUP="gpio", MODE="0660"   (/etc/udev/rules.d/60-gpio.rules)']
      : [`sudo usermod -aG ${first.group} $USER   (then log in again)`];
  return [finding("missing", "permission", found, { means, more })];
}

function old(sysfs: boolean): Finding[] {
  const found = sysfs ? "sysfs GPIO is there too" : "no sysfs GPIO: the character device only";
  return [finding("ok", "sysfs", found)];
}
