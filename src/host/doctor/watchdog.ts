/**
 * Watchdogs: which the board has, who holds them, what they say of the last reset, and what systemd
 * does with them. No device is opened, for that would start it.
 */
import { bootStatusWords, flags, printable } from "../watchdog/linux-watchdog-abi.js";
import { allFacts, type WatchdogFacts } from "../watchdog/watchdog-facts.js";
import { type Finding, findingsOf } from "./finding.js";
import { type DeviceAccess, type MachineView, numberAt } from "./machine-view.js";

export interface Holder {
  readonly pid: number;
  readonly program: string;
}

export interface WatchdogStanding extends WatchdogFacts {
  readonly path: string;
  /** Null where there is no file for it in /dev. */
  readonly access: DeviceAccess | null;
  /** In seconds, until it acts; null where its driver does not tell. */
  readonly timeLeft: number | null;
  /** Null for nobody, and where this user may not see who. */
  readonly holder: Holder | null;
}

export interface SystemdFacts {
  /** Is it the first process of this machine? */
  readonly runs: boolean;
  /** As it stands in system.conf; null where nobody set it. */
  readonly runtimeWatchdog: string | null;
  /** Of this process: does systemd listen, and how long does it wait, in microseconds? */
  readonly notifies: boolean;
  readonly watchdogUsec: number | null;
}

export interface WatchdogReport {
  readonly devices: readonly WatchdogStanding[];
  readonly systemd: SystemdFacts;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export function lookAtWatchdogs(view: MachineView, env: Environment): WatchdogReport {
  const known = allFacts({
    entries: () => view.names(folder).filter((name) => /^watchdog\d+$/.test(name)),
    attribute: (entry, name) => {
      const text = view.text(`${folder}/${entry}/${name}`);
      return text === null ? null : printable(text);
    },
  });
  const devices = known.map((facts): WatchdogStanding => {
    const path = `/dev/${facts.entry}`;
    const timeLeft = numberAt(view, `${folder}/${facts.entry}/timeleft`);
    return { ...facts, path, access: view.access(path), timeLeft, holder: holderOf(view, path) };
  });
  return { devices, systemd: systemdFacts(view, env) };
}

const folder = "/sys/class/watchdog";

/** Of a machine with more the rest is not looked at. */
const processesMax = 2_048;
const filesMax = 256;

/** Only root sees the open files of others. */
function holderOf(view: MachineView, path: string): Holder | null {
  const names = path === "/dev/watchdog0" ? [path, "/dev/watchdog"] : [path];
  const pids = view.names("/proc").filter((name) => /^\d+$/.test(name));
  const pid = pids.slice(0, processesMax).find((one) => holds(view, one, names));
  if (pid === undefined) return null;
  return { pid: Number(pid), program: view.text(`/proc/${pid}/comm`) ?? "unknown" };
}

function holds(view: MachineView, pid: string, names: readonly string[]): boolean {
  const files = view.names(`/proc/${pid}/fd`).slice(0, filesMax);
  return files.some((file) => names.includes(view.link(`/proc/${pid}/fd/${file}`) ?? ""));
}

function systemdFacts(view: MachineView, env: Environment): SystemdFacts {
  const usec = env["WATCHDOG_USEC"] ?? "";
  return {
    runs: view.text("/proc/1/comm") === "systemd",
    runtimeWatchdog: runtimeWatchdog(view),
    notifies: (env["NOTIFY_SOCKET"] ?? "") !== "",
    watchdogUsec: /^[1-9]\d{0,14}$/.test(usec) ? Number(usec) : null,
  };
}

/** In the order in which systemd reads them: a later line beats an earlier one. */
const systemConfs = ["/usr/lib/systemd", "/etc/systemd", "/run/systemd"];

function runtimeWatchdog(view: MachineView): string | null {
  const main = ["/etc/systemd/system.conf"];
  const more = systemConfs.flatMap((place) => {
    const parts = `${place}/system.conf.d`;
    return view
      .names(parts)
      .filter((name) => name.endsWith(".conf"))
      .map((name) => `${parts}/${name}`);
  });
  const lines = [...main, ...more].flatMap((file) => view.text(file)?.split("\n") ?? []);
  const set = lines.flatMap((line) => /^\s*RuntimeWatchdogSec=(.*)$/.exec(line)?.[1]?.trim() ?? []);
  return set.at(-1) ?? null;
}

const finding = findingsOf("watchdog");

export function judgeWatchdogs(report: WatchdogReport): readonly Finding[] {
  const { devices, systemd } = report;
  if (devices.length === 0) return [noDevice, ...service(systemd)];
  return [...devices.flatMap((device) => judgeDevice(device, systemd)), ...service(systemd)];
}

const noDevice = finding("missing", "device", "no watchdog device", {
  means:
    "A replica that hangs is killed by its own thread, or by systemd. " +
    "Nobody resets a board whose kernel hangs.",
  more: [
    "dtparam=watchdog=on   (config.txt of a Raspberry Pi)",
    "sudo modprobe softdog   (part of the kernel: helps a hung process, not a hung kernel)",
  ],
});

function judgeDevice(device: WatchdogStanding, systemd: SystemdFacts): Finding[] {
  const one = [describe(device), ...lastReset(device), ...limit(device), ...softdog(device)];
  return [...one, ...held(device, systemd), ...exits(device), ...permission(device)];
}

function describe(device: WatchdogStanding): Finding {
  const { path, identity, timeout, timeoutMin: min, timeoutMax: max, timeLeft } = device;
  const waits = timeout === null ? [] : [`waits ${timeout} s`];
  const range = max === null ? [] : [`takes ${min ?? 1} to ${max} s`];
  const left = timeLeft === null || device.active !== true ? [] : [`acts in ${timeLeft} s`];
  const state = device.active === true ? "armed" : "not armed";
  const words = [`${path}: ${identity ?? "an unknown timer"}`, ...waits, ...range, state, ...left];
  return finding("ok", "device", words.join(", "));
}

function lastReset({ path, bootStatus }: WatchdogStanding): Finding[] {
  const words = bootStatusWords(bootStatus ?? 0);
  if (words.length === 0) return [];
  const byDog = ((bootStatus ?? 0) & flags.cardReset) !== 0;
  const means = byDog ? "Before this start somebody had hung, or was killed without a stop." : "";
  const more = byDog ? ["holdfast boots   (why, and the evidence that was left)"] : [];
  return [
    finding("note", "last-reset", `${path} says of the last start: ${words.join(", ")}`, {
      means,
      more,
    }),
  ];
}

function limit({ path, identity }: WatchdogStanding): Finding[] {
  if (!/bcm2835/i.test(identity ?? "")) return [];
  const means =
    "Its counter ends at 16 s. A longer time is refused before kernel 6.8; later " +
    "kernels pet it in between, as long as they live.";
  const more = ["watchdog: { timeout: 15s }   (holdfast.yaml)"];
  return [finding("note", "limit", `${path} takes 15 s at most by itself`, { means, more })];
}

function softdog({ path, identity }: WatchdogStanding): Finding[] {
  if (!/software watchdog/i.test(identity ?? "")) return [];
  const means = "It ends a hung process, and not a kernel that hangs or panics.";
  const more = ["dtparam=watchdog=on   (config.txt of a Raspberry Pi: the real one)"];
  return [finding("note", "softdog", `${path} is a part of the kernel`, { means, more })];
}

function held({ path, active, holder }: WatchdogStanding, systemd: SystemdFacts): Finding[] {
  if (holder === null && active !== true) return [];
  const bySystemd = holder?.pid === 1 || (holder === null && systemd.runtimeWatchdog !== null);
  const who = holder === null ? "somebody" : `${holder.program} (process ${holder.pid})`;
  const found = `${path} is held by ${bySystemd ? "systemd" : who}`;
  const means =
    "It serves one process: a replica cannot have it, and need not if systemd is watched.";
  const more = bySystemd
    ? [
        "watchdog: { device: thread }   (holdfast.yaml), WatchdogSec=10   (its unit)",
        "RuntimeWatchdogSec=off   (/etc/systemd/system.conf: then it is the replica's)",
      ]
    : ["end the other process, or write another watchdog.device"];
  if (holder?.program.startsWith("node") === true) {
    return [finding("ok", "held", found, { means: "A replica, if it is one of ours." })];
  }
  return [finding("note", "held", found, { means, more })];
}

function exits({ path, nowayout, options }: WatchdogStanding): Finding[] {
  if (nowayout === true) {
    const means = "Once armed it is armed for ever: after a stop the board is reset.";
    return [finding("note", "nowayout", `${path} knows no way out`, { means })];
  }
  if (options === null || (options & flags.magicClose) !== 0) return [];
  const means = "A replica that is killed disarms it: only one that hangs is noticed.";
  return [finding("warn", "magic-close", `${path} has no magic close`, { means })];
}

function permission({ path, access }: WatchdogStanding): Finding[] {
  if (access === null || access.allowed) return [];
  const means = `It is of ${access.owner}:${access.group}, with mode ${access.mode}.`;
  const rule = 'SUBSYSTEM=="watchdog", GROUP="holdfast", MODE="0660"';
  const more = [`${rule}   (/etc/udev/rules.d/60-watchdog.rules)`];
  return [finding("missing", "permission", `this user may not open ${path}`, { means, more })];
}

function service({ runs, notifies, watchdogUsec }: SystemdFacts): Finding[] {
  if (!runs) return [];
  if (notifies && watchdogUsec !== null) {
    const found = `systemd waits ${watchdogUsec / 1_000_000} s for a sign of life of this process`;
    return [finding("ok", "service", found)];
  }
  const means = "It can start a replica again that ends or hangs.";
  const more = [
    "Type=notify, WatchdogSec=10, Restart=always   (the [Service] section of its unit)",
  ];
  return [finding("note", "service", "systemd does not watch this process", { means, more })];
}
