/**
 * What the lane takes from Debian: QEMU is installed, the kernel and busybox are only downloaded
 * and unpacked, so that the machine's own are left as they are.
 */
import { accessSync, constants } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { lastLines, runBounded } from "./bounded.js";

/** In seconds: of a slow mirror, and behind another that holds apt's lock. */
const updateMax = 180;
const installMax = 420;
const downloadMax = 300;
const unpackMax = 120;
const askMax = 30;

/** Programs, and the packages that have them. */
export type Tools = ReadonlyMap<string, string>;

/** Where something is not there to be had, which is nobody's bug: the lane is skipped. */
export class Unavailable extends Error {}

/** Not everybody's PATH has them. */
const rootsFolders = ["/usr/sbin", "/sbin"];

export function isOnPath(program: string): boolean {
  return [...(process.env["PATH"] ?? "").split(delimiter), ...rootsFolders].some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Why nothing can be installed on this machine; null where it can. */
export function whyNoPackages(): string | null {
  if (!isOnPath("apt-get") || !isOnPath("dpkg-deb")) {
    return "packages are taken from Debian, and there is no apt-get here";
  }
  if (process.getuid?.() !== 0)
    return "packages are installed by root; run it as root, or with sudo";
  return null;
}

/** The packages of the programs that are not there. */
export const missingOf = (tools: Tools): readonly string[] =>
  [...tools].filter(([program]) => !isOnPath(program)).map(([, name]) => name);

/**
 * Installs what is missing, and says what.
 *
 * @throws Unavailable where this machine has no way to get it
 */
export async function needTools(tools: Tools, tell: (line: string) => void): Promise<void> {
  const missing = missingOf(tools);
  if (missing.length === 0) return;
  const reason = whyNoPackages();
  if (reason !== null) throw new Unavailable(`${missing.join(", ")} missing: ${reason}`);
  tell(`installing ${missing.join(", ")}`);
  await updateLists();
  await install(missing);
}

const noQuestions = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
const lockPatience = ["-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=2"];

async function apt(words: readonly string[], secondsMax: number, cwd?: string): Promise<string> {
  const where = cwd === undefined ? {} : { cwd };
  const end = await runBounded("apt-get", ["-q", ...lockPatience, ...words], {
    secondsMax,
    env: noQuestions,
    ...where,
  });
  if (end.ok) return end.stdout;
  throw new Unavailable(`apt-get ${words[0]} failed:\n  ${lastLines(end.text)}`);
}

export const updateLists = (): Promise<string> => apt(["update"], updateMax);

export async function install(packages: readonly string[]): Promise<void> {
  if (packages.length === 0) return;
  await apt(["install", "-y", "--no-install-recommends", ...packages], installMax);
}

/** The packages that one depends on, by name; none where there is no such package. */
export async function dependsOn(name: string): Promise<readonly string[]> {
  const end = await runBounded("apt-cache", ["depends", name], { secondsMax: askMax });
  return [...end.stdout.matchAll(/^\s+Depends: ([^<\s]+)/gm)].map((found) => found[1] ?? "");
}

/** The package behind Debian's current kernel, for instance linux-image-6.1.0-56-amd64. */
export async function kernelPackage(): Promise<string> {
  const found = (await dependsOn("linux-image-amd64")).find((one) =>
    one.startsWith("linux-image-"),
  );
  if (found !== undefined) return found;
  throw new Unavailable("no package linux-image-amd64: the guest is made from Debian's kernel");
}

/** Unpacks packages into a folder, without installing them. */
export async function unpack(packages: readonly string[], folder: string): Promise<void> {
  const archives = join(folder, "archives");
  await mkdir(archives, { recursive: true });
  // By default apt downloads as another user, who may not write to this folder.
  await apt(["download", "-o", "APT::Sandbox::User=root", ...packages], downloadMax, archives);
  for (const archive of await readdir(archives)) {
    const words = ["-x", join(archives, archive), folder];
    const end = await runBounded("dpkg-deb", words, { secondsMax: unpackMax });
    if (!end.ok) throw new Unavailable(`${archive} cannot be unpacked: ${lastLines(end.text)}`);
  }
}
