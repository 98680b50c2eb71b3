/** Serial lines: which there are, who may open them, and who else does. */
import { type Finding, findingsOf } from "./finding.js";
import type { DeviceAccess, MachineView } from "./machine-view.js";

export interface SerialFacts {
  /** Names under /dev/serial/by-id: they stay the same wherever a cable is plugged in. */
  readonly byId: readonly string[];
  readonly lines: readonly DeviceAccess[];
  /** Lines that the kernel writes its messages to. */
  readonly consoles: readonly string[];
  /** Why the package by which lines are opened is not there; null where it is. */
  readonly packageMissing: string | null;
  /** A Raspberry Pi's main line, where it is the one whose rate hangs on the processor's. */
  readonly miniUart: boolean;
}

/** More than so many are not looked at. */
const linesMax = 64;

/** Of USB adapters, of a Raspberry Pi and other ARM boards, and of PCs. */
const names = /^tty(USB|ACM|AMA|THS|mxc|S)\d+$/;

export type SerialTrials = Pick<SerialFacts, "packageMissing">;

export function lookAtSerial(view: MachineView, { packageMissing }: SerialTrials): SerialFacts {
  const lines = view
    .names("/sys/class/tty")
    .filter((name) => names.test(name) && isThere(view, name))
    .slice(0, linesMax)
    .map((name) => view.access(`/dev/${name}`))
    .filter((access) => access !== null);
  const consoles = [
    ...(view.text("/proc/cmdline") ?? "").matchAll(/console=(tty[A-Za-z]+\d+|serial\d)/g),
  ]
    .map(([, name]) => lineBehind(view, name ?? ""))
    .filter((name) => lines.some(({ path }) => path === `/dev/${name}`));
  return {
    byId: view.names("/dev/serial/by-id"),
    lines,
    consoles: [...new Set(consoles)],
    packageMissing,
    miniUart: view.link("/dev/serial0") === "ttyS0",
  };
}

/** A PC has four names for lines that nobody built; the kernel tells by a type of 0. */
const isThere = (view: MachineView, name: string): boolean =>
  view.text(`/sys/class/tty/${name}/type`) !== "0";

/** The main line of a Raspberry Pi has a name that leads to the real one. */
const lineBehind = (view: MachineView, name: string): string => view.link(`/dev/${name}`) ?? name;

const finding = findingsOf("serial");

export function judgeSerial(facts: SerialFacts): readonly Finding[] {
  const { lines, byId, packageMissing } = facts;
  const opener = packageFinding(packageMissing);
  if (lines.length === 0) {
    const means = "No board behind a serial line, and no second path over one.";
    const more = ["enable_uart=1   (config.txt of a Raspberry Pi)", "a USB serial adapter"];
    return [finding("note", "lines", "no serial line", { means, more }), opener];
  }
  const some = lines.map(({ path }) => path).join(", ");
  const steady = byId.length > 0 ? `; by name: ${byId.join(", ")}` : "";
  return [finding("ok", "lines", some + steady), opener, ...permissions(facts), ...shared(facts)];
}

function packageFinding(missing: string | null): Finding {
  if (missing === null) return finding("ok", "package", "serial lines: serialport is there");
  const means = "Serial lines between replicas, and boards behind serial lines, cannot be opened.";
  return finding("note", "package", "the package serialport is not there", {
    means,
    more: [missing],
  });
}

function permissions({ lines }: SerialFacts): Finding[] {
  const closed = lines.filter(({ allowed }) => !allowed);
  const [first] = closed;
  if (first === undefined) return [];
  const means = `They are of ${first.owner}:${first.group}, with mode ${first.mode}.`;
  const more = [`sudo usermod -aG ${first.group} $USER   (then log in again)`];
  const found = `this user may not open ${closed.map(({ path }) => path).join(", ")}`;
  return [finding("missing", "permission", found, { means, more })];
}

function shared({ consoles, miniUart }: SerialFacts): Finding[] {
  const findings: Finding[] = [];
  if (consoles.length > 0) {
    const found = `the kernel's console is on ${consoles.join(", ")}`;
    const means = "Its messages come between the frames of whoever uses the line as well.";
    const more = [
      "sudo raspi-config nonint do_serial_cons 1",
      "remove console=... from the kernel's command line",
    ];
    findings.push(finding("note", "console", found, { means, more }));
  }
  if (miniUart) {
    const means = "Its rate changes with the processor's clock, and it has no parity.";
    const more = ["dtoverlay=disable-bt   (config.txt: the better line to the pins)"];
    findings.push(finding("note", "mini-uart", "serial0 is the mini UART", { means, more }));
  }
  return findings;
}
