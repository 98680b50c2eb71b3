/** On what the state folder lies, and how long it takes until something is on it for good. */
import { type Finding, findingsOf } from "./finding.js";
import { type MachineView, numberAt } from "./machine-view.js";
import { type Quantiles, quantilesText } from "./samples.js";

export type FsyncTrial =
  | { readonly ok: true; readonly late: Quantiles }
  | { readonly ok: false; readonly reason: string };

export interface StorageTrials {
  /** Absolute: that of the replica, or the nearest that exists. */
  readonly folder: string;
  readonly fsync: FsyncTrial;
  readonly freeBytes: number | null;
}

export interface StorageFacts extends StorageTrials {
  /** For instance ext4. */
  readonly fileSystem: string | null;
  readonly readOnly: boolean;
  /** The disk below, for instance mmcblk0; null where there is none, or nobody knows. */
  readonly disk: string | null;
  /** Of an SD card or eMMC. */
  readonly diskName: string | null;
  readonly rotates: boolean;
  /** Of an eMMC: how much of its life is used up, in tenths, the worse of its two figures. */
  readonly lifeUsed: number | null;
}

export function lookAtStorage(view: MachineView, trials: StorageTrials): StorageFacts {
  const mount = mountOf(view.text("/proc/self/mountinfo") ?? "", trials.folder);
  const disk = mount === null ? null : diskOf(view, mount.device);
  return {
    ...trials,
    fileSystem: mount?.fileSystem ?? null,
    readOnly: mount?.options.includes("ro") ?? false,
    disk,
    diskName: disk === null ? null : view.text(`/sys/block/${disk}/device/name`),
    // Disks of virtual machines say that they turn, whatever is below them.
    rotates:
      /^(sd|hd)/.test(disk ?? "") && numberAt(view, `/sys/block/${disk}/queue/rotational`) === 1,
    lifeUsed: disk === null ? null : lifeUsed(view.text(`/sys/block/${disk}/device/life_time`)),
  };
}

interface Mount {
  readonly place: string;
  /** Major and minor number, as 179:2. */
  readonly device: string;
  readonly fileSystem: string;
  readonly options: readonly string[];
}

/** The mount that a folder lies in: the longest place, and of the same the last one. */
export function mountOf(mountinfo: string, folder: string): Mount | null {
  let best: Mount | null = null;
  for (const line of mountinfo.split("\n")) {
    const mount = parseMount(line);
    if (mount === null || !liesIn(folder, mount.place)) continue;
    if (best === null || mount.place.length >= best.place.length) best = mount;
  }
  return best;
}

/** Fields of proc(5); optional ones stand before a lonely hyphen. */
function parseMount(line: string): Mount | null {
  const [before, after] = line.split(" - ");
  const [, , device, , place, options] = before?.split(" ") ?? [];
  const fileSystem = after?.split(" ")[0];
  if (device === undefined || place === undefined || fileSystem === undefined) return null;
  return { place: unescaped(place), device, fileSystem, options: options?.split(",") ?? [] };
}

/** Blanks are written as octal numbers. */
const unescaped = (place: string): string =>
  place.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));

const liesIn = (folder: string, place: string): boolean =>
  place === "/" || folder === place || folder.startsWith(`${place}/`);

/** A partition's name without its number: the disk is a folder above it. */
function diskOf(view: MachineView, device: string): string | null {
  const [name = "", parent = ""] =
    view.link(`/sys/dev/block/${device}`)?.split("/").reverse() ?? [];
  if (name === "") return null;
  return view.names("/sys/block").includes(parent) ? parent : name;
}

/** Two numbers, 0x01 for up to a tenth, 0x0b for beyond its life; 0 is none. */
function lifeUsed(text: string | null): number | null {
  const used = Math.max(...(text ?? "").split(/\s+/).map((word) => Number(word || 0)));
  return Number.isInteger(used) && used > 0 ? used : null;
}

const finding = findingsOf("storage");

export function judgeStorage(facts: StorageFacts): readonly Finding[] {
  return [...place(facts), fsync(facts), ...wear(facts), ...room(facts)];
}

/** They are gone with the power. */
const forgetful = ["tmpfs", "ramfs", "overlay"];

function place({ folder, fileSystem, readOnly, disk }: StorageFacts): Finding[] {
  const where = `${folder} is on ${fileSystem ?? "an unknown file system"} (${disk ?? "no disk"})`;
  const means = "What a replica has promised must be there after a power cut.";
  if (readOnly) {
    const more = [
      "mount -o remount,rw /",
      "stateDir: /data/holdfast   (on a partition to write on)",
    ];
    return [finding("missing", "place", `${where}, and read only`, { means, more })];
  }
  if (fileSystem !== null && forgetful.includes(fileSystem)) {
    const more = ["stateDir: /var/lib/holdfast   (on a partition of its own)"];
    return [finding("warn", "place", `${where}, in memory`, { means, more })];
  }
  return [finding("ok", "place", where)];
}

/** A cycle of the usual timing. */
const fsyncMax = 100_000;
const fsyncGood = 20_000;

function fsync({ fsync: trial }: StorageFacts): Finding {
  if (!trial.ok) {
    const means =
      "Nothing is acknowledged before it is durable, so a replica could promise nothing.";
    const more = ["chown holdfast: <the folder>", "stateDir: <a folder to write in>"];
    return finding("missing", "fsync", `no fsync: ${trial.reason}`, { means, more });
  }
  const found = `4 KiB are on it for good after ${quantilesText(trial.late)}`;
  if (trial.late.p99 <= fsyncGood) return finding("ok", "fsync", found);
  const means =
    "What waits for the disk, as boots and promises do, waits so long. " +
    "A pet of the watchdog must never be among it.";
  const more = ["an SSD, or a card of class A2; and nothing else that writes much"];
  return finding(trial.late.p99 > fsyncMax ? "warn" : "note", "fsync", found, { means, more });
}

/** In tenths. */
const lifeMax = 8;

function wear({ disk, diskName, lifeUsed: used, rotates }: StorageFacts): Finding[] {
  if (rotates) return [finding("note", "rotates", "a disk that turns: seeks take 10 ms")];
  if (disk?.startsWith("mmcblk") !== true) return [];
  if (used !== null && used >= lifeMax) {
    const found = `the flash has used up ${Math.min(used, 10)} tenths of its life`;
    return [finding("warn", "wear", found, { means: "Replace it before it refuses to write." })];
  }
  const means =
    "It wears out with what is written, and a power cut may cost what was written last.";
  const more = ["recorder: { bytesMax: 16MiB }   (what bounds the recordings, in holdfast.yaml)"];
  const name = diskName === null ? "" : ` (${diskName})`;
  return [finding("note", "wear", `an SD card or eMMC${name}`, { means, more })];
}

const freeMin = 256 * 1_024 * 1_024;

function room({ freeBytes }: StorageFacts): Finding[] {
  if (freeBytes === null || freeBytes >= freeMin) return [];
  const found = `${Math.round(freeBytes / 1_048_576)} MiB are free`;
  const means = "Recordings end when the disk is full, and evidence is not kept.";
  return [finding("warn", "room", found, { means })];
}
