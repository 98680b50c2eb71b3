/** Which machine it is, and whether it has enough current, memory and cool air. */
import { type Finding, findingsOf } from "./finding.js";
import { fieldIn, type MachineView, numberAt } from "./machine-view.js";

export interface MachineFacts {
  /** Of the board, for instance `Raspberry Pi 4 Model B Rev 1.4`; null where nobody tells. */
  readonly model: string | null;
  /** 1 to 5 and on for a Raspberry Pi with a number; null for others. */
  readonly raspberryPi: number | null;
  /** Is the machine itself emulated? */
  readonly virtual: boolean;
  readonly processor: string | null;
  readonly processors: number;
  readonly memoryBytes: number | null;
  /** For instance 6.12.47+rpt-rpi-v8. */
  readonly kernel: string | null;
  /** As in `process.arch`. */
  readonly architecture: string;
  /** Of Node. */
  readonly node: string;
  /** Is the supply voltage too low now? Null where nobody measures it. */
  readonly undervoltage: boolean | null;
  /** Bits of the Raspberry Pi's firmware, see `throttledWords`; null elsewhere. */
  readonly throttled: number | null;
  /** The hottest zone, in degrees Celsius. */
  readonly temperature: number | null;
}

/** What only the process itself knows. */
export interface OwnProcess {
  readonly architecture: string;
  readonly node: string;
}

const kibibyte = 1_024;

export function lookAtMachine(view: MachineView, own: OwnProcess): MachineFacts {
  const cpuinfo = view.text("/proc/cpuinfo");
  const model = view.text("/proc/device-tree/model") ?? view.text(`${dmi}/product_name`);
  return {
    model,
    raspberryPi: raspberryPiIn(model),
    virtual: isVirtual(view, cpuinfo),
    processor: fieldIn(cpuinfo, "model name") ?? fieldIn(cpuinfo, "Model"),
    processors: cpuinfo?.match(/^processor\s*:/gm)?.length ?? 1,
    memoryBytes: memoryIn(fieldIn(view.text("/proc/meminfo"), "MemTotal")),
    kernel: view.text("/proc/sys/kernel/osrelease"),
    ...own,
    undervoltage: undervoltage(view),
    throttled: throttled(view),
    temperature: hottest(view),
  };
}

const dmi = "/sys/class/dmi/id";

/** The Zero and the Compute Modules are told by no number here; their processors are of others. */
function raspberryPiIn(model: string | null): number | null {
  const [, number] = /^Raspberry Pi (?:Compute Module )?(\d+)/.exec(model ?? "") ?? [];
  return number === undefined ? null : Number(number);
}

function isVirtual(view: MachineView, cpuinfo: string | null): boolean {
  if (view.text("/sys/hypervisor/type") !== null) return true;
  if (/^flags\s*:.*\bhypervisor\b/m.test(cpuinfo ?? "")) return true;
  return /QEMU|VirtualBox|VMware|KVM/i.test(view.text(`${dmi}/sys_vendor`) ?? "");
}

function memoryIn(text: string | null): number | null {
  const [, count] = /^(\d+) kB$/.exec(text ?? "") ?? [];
  return count === undefined ? null : Number(count) * kibibyte;
}

const monitors = "/sys/class/hwmon";

function undervoltage(view: MachineView): boolean | null {
  const monitor = view
    .names(monitors)
    .find((name) => view.text(`${monitors}/${name}/name`) === "rpi_volt");
  if (monitor === undefined) return null;
  const alarm = numberAt(view, `${monitors}/${monitor}/in0_lcrit_alarm`);
  return alarm === null ? null : alarm !== 0;
}

const firmwareThrottled = "/sys/devices/platform/soc/soc:firmware/get_throttled";

function throttled(view: MachineView): number | null {
  const text = view.text(firmwareThrottled);
  return text !== null && /^(0x)?[0-9a-f]{1,8}$/i.test(text) ? Number.parseInt(text, 16) : null;
}

/** The bits that the firmware sets, as documented for `vcgencmd get_throttled`. */
const throttledBits: readonly (readonly [bit: number, words: string])[] = [
  [1, "its clock is limited now"],
  [2, "it is throttled now"],
  [3, "it is at its soft temperature limit now"],
  [16, "the supply voltage was too low since the start"],
  [17, "its clock was limited since the start"],
  [18, "it was throttled since the start"],
];

export const throttledWords = (bits: number): readonly string[] =>
  throttledBits.filter(([bit]) => (bits & (1 << bit)) !== 0).map(([, words]) => words);

const zones = "/sys/class/thermal";
const milli = 1_000;

function hottest(view: MachineView): number | null {
  const temperatures = view
    .names(zones)
    .filter((name) => name.startsWith("thermal_zone"))
    .map((name) => numberAt(view, `${zones}/${name}/temp`))
    .filter((value) => value !== null);
  return temperatures.length === 0 ? null : Math.max(...temperatures) / milli;
}

const finding = findingsOf("machine");

/** A replica has 82 MiB, with its thread; the system wants as much, and a start takes twice. */
const memoryMin = 256 * kibibyte * kibibyte;

/** A Raspberry Pi slows down at 80 degrees by itself. */
const temperatureMax = 80;

export function judgeMachine(facts: MachineFacts): readonly Finding[] {
  return [...power(facts), ...heat(facts), ...memory(facts), ...emulation(facts)];
}

function power({ undervoltage: low, throttled: bits }: MachineFacts): Finding[] {
  const words = bits === null ? [] : throttledWords(bits);
  const means =
    "A board with too little current slows down, corrupts its card, and resets: faults " +
    "that no replica can mask when all have the same supply.";
  const more = [
    "a supply of 5.1 V, 3 A (Raspberry Pi 5: 5 A), and a short thick cable",
    "vcgencmd get_throttled",
  ];
  if (low === true) {
    return [finding("warn", "undervoltage", "the supply voltage is too low now", { means, more })];
  }
  if (words.length > 0) return [finding("warn", "throttled", words.join(", "), { means, more })];
  return low === null ? [] : [finding("ok", "undervoltage", "the supply voltage is good")];
}

function heat({ temperature }: MachineFacts): Finding[] {
  if (temperature === null || temperature < temperatureMax) return [];
  const found = `the processor has ${temperature.toFixed(0)} degrees`;
  const means = "It slows down to cool off, and every time that was measured cold is longer.";
  return [finding("warn", "temperature", found, { means, more: ["a heat sink, or a fan"] })];
}

function memory({ memoryBytes }: MachineFacts): Finding[] {
  if (memoryBytes === null || memoryBytes >= memoryMin) return [];
  const mebibytes = Math.round(memoryBytes / kibibyte / kibibyte);
  const means = "A replica takes about 82 MiB: beside others it may be pushed out of memory.";
  return [finding("note", "memory", `${mebibytes} MiB of memory`, { means })];
}

function emulation({ virtual }: MachineFacts): Finding[] {
  if (!virtual) return [];
  const means =
    "Its host may stop it for milliseconds at any time, which no priority in here prevents. " +
    "Times measured here say nothing about a board.";
  return [finding("note", "virtual", "a virtual machine", { means })];
}
