/**
 * The guest: Debian's kernel, unpacked, and a first file system of busybox and the modules that it
 * takes to reach the host's. It is made once for each version of the kernel and of what goes into
 * it, and kept in `.cache/hil`.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { type CpioEntry, cpioArchive } from "./cpio.js";
import {
  install,
  kernelPackage,
  missingOf,
  type Tools,
  Unavailable,
  unpack,
  updateLists,
  whyNoPackages,
} from "./debian.js";
import { moduleReader, withDependencies } from "./kernel-modules.js";
import { cacheFolder, guestFile } from "./places.js";
import { extractKernel } from "./vmlinux.js";

export interface GuestImage {
  /** Of the kernel, for instance 6.1.0-56-amd64. */
  readonly version: string;
  readonly kernel: string;
  readonly initramfs: string;
}

/** What the guest is started and made with. */
const tools: Tools = new Map([
  ["qemu-system-x86_64", "qemu-system-x86"],
  ["xz", "xz-utils"],
  ["mke2fs", "e2fsprogs"],
]);

/** Loaded at once, in this order, with what they depend on; ext4 asks for its checksum later. */
const earlyModules = [
  ...["virtio_pci", "9pnet_virtio", "9p", "overlay"],
  ...["virtio_blk", "crc32c_generic", "ext4"],
  // What is made of simulated pins is written into this file system; see gpio-sim.ts.
  "configfs",
];

/** Loaded when a scenario asks for them, with its parameters; what they depend on is there. */
const lateModules = ["i6300esb", "virtio_net"];

const init = "init.sh";

/**
 * Installs what is missing, and makes the guest where it is not there.
 *
 * @throws Unavailable where this machine has no way to get what it takes
 */
export async function prepareGuest(tell: (line: string) => void): Promise<GuestImage> {
  const recipe = recipeId();
  const cached = cachedImage(recipe);
  const missing = missingOf(tools);
  if (cached !== null && missing.length === 0) return cached;
  const reason = whyNoPackages();
  if (reason !== null) throw new Unavailable(reason);
  tell("apt-get update");
  await updateLists();
  tell(`installing ${missing.join(", ") || "nothing"}`);
  await install(missing);
  const name = await kernelPackage();
  const version = name.slice("linux-image-".length);
  return cached?.version === version ? cached : makeImage(name, version, recipe, tell);
}

/** Another version of this file, or of the guest's first process, makes another guest. */
function recipeId(): string {
  const hash = createHash("sha256");
  for (const path of [fileURLToPath(import.meta.url), guestFile(init)]) {
    hash.update(readFileSync(path));
  }
  return hash.digest("hex").slice(0, 12);
}

function cachedImage(recipe: string): GuestImage | null {
  if (!existsSync(cacheFolder)) return null;
  const end = `_${recipe}`;
  const names = readdirSync(cacheFolder).filter((name) => name.endsWith(end));
  const [newest] = names.sort().reverse();
  return newest === undefined ? null : imageIn(newest.slice(0, -end.length), recipe);
}

function imageIn(version: string, recipe: string): GuestImage {
  const folder = join(cacheFolder, `${version}_${recipe}`);
  return { version, kernel: join(folder, "vmlinux"), initramfs: join(folder, "initramfs.gz") };
}

/** It appears in its place whole, or not at all. */
async function makeImage(
  name: string,
  version: string,
  recipe: string,
  tell: (line: string) => void,
): Promise<GuestImage> {
  await mkdir(cacheFolder, { recursive: true });
  const folder = await mkdtemp(join(cacheFolder, "making-"));
  try {
    tell(`downloading ${name} and busybox-static`);
    const unpacked = join(folder, "unpacked");
    await unpack([name, "busybox-static"], unpacked);
    tell("packing the guest");
    const image = await readFile(join(unpacked, "boot", `vmlinuz-${version}`));
    const initramfs = gzipSync(cpioArchive(entriesOf(unpacked, version)), { level: 1 });
    await rm(join(unpacked), { recursive: true });
    await writeFile(join(folder, "vmlinux"), extractKernel(image));
    await writeFile(join(folder, "initramfs.gz"), initramfs);
    await rename(folder, join(cacheFolder, `${version}_${recipe}`));
    return imageIn(version, recipe);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function entriesOf(unpacked: string, version: string): readonly CpioEntry[] {
  const read = moduleReader(join(unpacked, "lib", "modules", version));
  const all = withDependencies([...earlyModules, ...lateModules], read);
  const early = all.filter(({ name }) => !lateModules.includes(name));
  const late = all.filter(({ name }) => lateModules.includes(name));
  const order = `${early.map(({ name }) => name).join("\n")}\n`;
  const folders = ["bin", "proc", "sys", "dev", "root", "lower", "layer", "modules", "late"];
  return [
    ...folders.map((path): CpioEntry => ({ kind: "folder", path })),
    file("init", readFileSync(guestFile(init))),
    file("bin/busybox", readFileSync(join(unpacked, "bin", "busybox"))),
    file("modules/order", Buffer.from(order)),
    ...early.map(({ name, content }) => file(`modules/${name}.ko`, content)),
    ...late.map(({ name, content }) => file(`late/${name}.ko`, content)),
  ];
}

const file = (path: string, content: Buffer): CpioEntry => ({ kind: "file", path, content });
