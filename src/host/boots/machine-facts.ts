/**
 * What the machine itself says about its last restart: the kernel's id of this boot, what the
 * drivers of hardware watchdogs report, and the logs of panics that survived. All of it is read
 * where Linux has it; elsewhere, and where it may not be read, nothing is known, and that is said.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

export interface MachineFacts {
  /** Null where the system has none. */
  readonly machineBoot: string | null;
  /** A hardware watchdog caused the last restart. */
  readonly cardReset: boolean;
  /** Milliseconds since 1970: the newest log of a panic; null where there is none. */
  readonly panicLoggedAt: number | null;
}

/** WDIOF_CARDRESET of linux/watchdog.h: the card previously reset the CPU. */
const cardResetFlag = 0x20;

/** Where the kernel shows what survived, and where systemd-pstore moves it to. */
const panicFolders = ["sys/fs/pstore", "var/lib/systemd/pstore"];

/** Files of a folder that are looked at; there are a handful. */
const filesMax = 64;

/** @param root of the file system: another one in tests */
export async function readMachineFacts(root = "/"): Promise<MachineFacts> {
  const [boot, cardReset, panicLoggedAt] = await Promise.all([
    textOf(join(root, "proc/sys/kernel/random/boot_id")),
    wasCardReset(join(root, "sys/class/watchdog")),
    newestPanic(root),
  ]);
  const machineBoot = boot !== null && /^[0-9a-f-]{8,64}$/.test(boot) ? boot : null;
  return { machineBoot, cardReset, panicLoggedAt };
}

async function wasCardReset(folder: string): Promise<boolean> {
  const dogs = await namesIn(folder);
  const statuses = await Promise.all(dogs.map((dog) => textOf(join(folder, dog, "bootstatus"))));
  return statuses.some((status) => (Number(status ?? 0) & cardResetFlag) !== 0);
}

async function newestPanic(root: string): Promise<number | null> {
  const times = await Promise.all(
    panicFolders.map((folder) => newestIn(join(root, folder), { depth: 1 })),
  );
  return latest(times.flat());
}

/** systemd sorts what it moved into folders by time. */
async function newestIn(folder: string, { depth }: { depth: number }): Promise<readonly number[]> {
  const times = await Promise.all(
    (await namesIn(folder)).map(async (name): Promise<readonly number[]> => {
      const path = join(folder, name);
      const found = await stat(path).catch(() => null);
      if (found === null) return [];
      if (found.isDirectory()) return depth === 0 ? [] : newestIn(path, { depth: depth - 1 });
      return name.startsWith("dmesg") ? [found.mtimeMs] : [];
    }),
  );
  return times.flat();
}

const latest = (times: readonly number[]): number | null =>
  times.length === 0 ? null : Math.max(...times);

const namesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder).catch(() => [])).slice(0, filesMax);

const textOf = async (file: string): Promise<string | null> =>
  (await readFile(file, "utf8").catch(() => null))?.trim() ?? null;
