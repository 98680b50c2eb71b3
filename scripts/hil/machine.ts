/**
 * One run of the guest in QEMU. The machine is emulated (TCG) unless ACCEL=kvm is set: a
 * /dev/kvm that is there need not work, and a guest that hangs in it costs more than emulation.
 *
 * QEMU itself tells, by QMP on its standard streams, that the watchdog has expired: the guest's own
 * word is not all that a test has. (Its count of resets is of no use: the firmware makes more.)
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { runBounded } from "./bounded.js";
import type { GuestImage } from "./guest-image.js";
import { guestFile, root, runFolder } from "./places.js";
import { parseStory, type StoryLine } from "./story.js";

export interface GuestOptions {
  /** Also the name of the folder that is left behind. */
  readonly name: string;
  readonly image: GuestImage;
  /** The script that the guest runs at every boot, in the folder `guest`. */
  readonly script: string;
  /** Further variables for it. */
  readonly variables: Readonly<Record<string, string>>;
  /** With parameters, as `i6300esb:heartbeat=4`. */
  readonly modules: readonly string[];
  /** Paths of modules that were built for this kernel, loaded after the others. */
  readonly built?: readonly string[];
  /** Its place in a cluster; without one it has no network and one serial line, the console. */
  readonly place?: ClusterPlace;
  readonly memoryMiB?: number;
  /** Where its disk is, in QEMU's words, in place of a new file. */
  readonly disk?: string;
  /** Its power is cut when this is aborted: QEMU is killed. */
  readonly power?: AbortSignal;
  /** Ended by force after so long, in seconds. */
  readonly secondsMax: number;
}

export interface ClusterPlace {
  /** With the length of the network's prefix, as 10.77.0.1/24. */
  readonly address: string;
  /** A hardware address for the network. */
  readonly hardware: string;
  /** The unix socket of the network; see network-hub.ts. */
  readonly hub: string;
  /** Its serial lines from ttyS1 on. Of the two ends of one, one listens. */
  readonly serial: readonly SerialEnd[];
}

export interface SerialEnd {
  readonly path: string;
  readonly listens: boolean;
}

export interface GuestEnd {
  readonly story: readonly StoryLine[];
  /** How the script of the last boot ended; null when it did not. */
  readonly code: number | null;
  /** How often the guest began: once more than it was reset. */
  readonly boots: number;
  /** How often the machine's watchdog expired, as QEMU tells it. */
  readonly bites: number;
  readonly timedOut: boolean;
  readonly seconds: number;
  /** With the kernel's last words. */
  readonly folder: string;
  /** What QEMU complained of. */
  readonly complaint: string;
}

const memoryUsual = 512;
const diskBytes = 64 * 1024 * 1024;
const diskSecondsMax = 60;

/** Guests that run now. None may outlive the lane, however it ends. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => process.exit(1));
}

export async function runGuest(options: GuestOptions): Promise<GuestEnd> {
  const folder = runFolder(options.name);
  const out = join(folder, "out");
  await rm(folder, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  await writeFile(join(out, "settings"), settingsText(options));
  if (options.disk === undefined) await makeDisk(diskIn(folder));
  const start = performance.now();
  const child = spawnQemu(options, folder, out);
  options.power?.addEventListener("abort", () => child.kill("SIGKILL"), { once: true });
  const watched = await watch(child, options.secondsMax);
  const seconds = Number(((performance.now() - start) / 1000).toFixed(1));
  const story = parseStory(await readOrEmpty(join(out, "story")));
  const code = wholeOf(await readOrEmpty(join(out, "code")));
  const boots = wholeOf(await readOrEmpty(join(out, "boots"))) ?? 0;
  return { ...watched, story, code, boots, seconds, folder };
}

const diskIn = (folder: string): string => join(folder, "disk");

/** For what a replica keeps: a shared folder has no sockets, and no fsync to speak of. */
export async function makeDisk(path: string): Promise<void> {
  await writeFile(path, "");
  await truncate(path, diskBytes);
  // Root's folders are not on everybody's PATH.
  const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };
  const words = ["-q", "-F", "-t", "ext4", path];
  const made = await runBounded("mke2fs", words, { secondsMax: diskSecondsMax, env });
  if (!made.ok) throw new Error(`no disk for the guest: ${made.text}`);
}

const readOrEmpty = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");

function wholeOf(text: string): number | null {
  const value = Number.parseInt(text, 10);
  return Number.isNaN(value) ? null : value;
}

/** For the shell; no value has a quote in it. */
function settingsText(options: GuestOptions): string {
  const { script, variables, modules, built = [], place } = options;
  const all = {
    RUN: guestFile(script),
    MODULES: modules.join(" "),
    BUILT: built.join(" "),
    ADDRESS: place?.address ?? "",
    ROOT: root,
    NODE: process.execPath,
    ...variables,
  };
  return Object.entries(all)
    .map(([name, value]) => `export ${name}='${value}'\n`)
    .join("");
}

function spawnQemu(options: GuestOptions, folder: string, out: string): ChildProcess {
  const child = spawn("qemu-system-x86_64", qemuWords(options, folder, out), {
    stdio: ["pipe", "pipe", "pipe"],
  });
  running.add(child);
  child.once("close", () => running.delete(child));
  return child;
}

function qemuWords(options: GuestOptions, folder: string, out: string): readonly string[] {
  const { image, memoryMiB = memoryUsual, place } = options;
  const share = (tag: string, path: string, access: string) => [
    ...["-fsdev", `local,id=${tag},path=${path},security_model=none${access}`],
    ...["-device", `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`],
  ];
  // A panic stays where it is: what ends it must be the watchdog.
  const kernelWords = "console=ttyS0 quiet panic=0 tsc=reliable no_timer_check";
  const processor = process.env["ACCEL"] === "kvm" ? kvm : emulated;
  return [
    ...["-machine", "pc", ...processor, "-smp", "1", "-m", String(memoryMiB)],
    ...["-nodefaults", "-no-user-config", "-display", "none"],
    ...["-qmp", "stdio", "-serial", `file:${join(folder, "console")}`],
    ...["-kernel", image.kernel, "-initrd", image.initramfs, "-append", kernelWords],
    ...["-device", "i6300esb", "-action", "watchdog=reset"],
    ...["-drive", `${options.disk ?? `file=${diskIn(folder)}`},format=raw,if=virtio`],
    ...share("host", "/", ",readonly=on,multidevs=remap"),
    ...share("out", out, ""),
    ...(place === undefined ? [] : placeWords(place)),
  ];
}

/** Whoever connects does so until it succeeds: the two ends of a line start at the same time. */
function placeWords({ hub, hardware, serial }: ClusterPlace): readonly string[] {
  const lines = serial.flatMap(({ path, listens }, index) => [
    ...["-chardev", `socket,id=line${index},path=${path},${listens ? awaited : sought}`],
    ...["-serial", `chardev:line${index}`],
  ]);
  return [
    ...["-netdev", `stream,id=net,server=off,addr.type=unix,addr.path=${hub}`],
    ...["-device", `virtio-net-pci,netdev=net,mac=${hardware},romfile=`],
    ...lines,
  ];
}

const awaited = "server=on,wait=off";
const sought = "reconnect=1";

const emulated = ["-accel", "tcg,thread=multi", "-cpu", "max"];
const kvm = ["-accel", "kvm", "-cpu", "host"];

type Watched = Pick<GuestEnd, "bites" | "timedOut" | "complaint">;

/** Counts what QMP tells, until the guest has switched itself off. */
function watch(child: ChildProcess, secondsMax: number): Promise<Watched> {
  return new Promise((resolve) => {
    let [bites, timedOut, complaint] = [0, false, ""];
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, secondsMax * 1_000);
    const tell = (line: string) => {
      if (eventOf(line) === "WATCHDOG") bites += 1;
    };
    if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", tell);
    child.stderr?.on("data", (chunk: Buffer) => {
      complaint += chunk;
    });
    child.stdin?.on("error", () => {});
    // Events are told only after the greeting.
    child.stdin?.write('{"execute":"qmp_capabilities"}\n');
    child.once("error", (error) => {
      complaint += error.message;
    });
    child.once("close", () => {
      clearTimeout(timer);
      resolve({ bites, timedOut, complaint });
    });
  });
}

function eventOf(line: string): string | null {
  try {
    const { event } = JSON.parse(line) as { readonly event?: string };
    return event ?? null;
  } catch {
    return null;
  }
}
