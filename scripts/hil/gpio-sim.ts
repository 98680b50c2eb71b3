/**
 * The kernel's simulated pins, gpio-sim. Debian does not build that driver, so it is made here,
 * outside of the kernel's tree, of the very sources of that kernel and against its headers. It is
 * made once for each version, and kept in `.cache/hil`: kernel code has no place in a package.
 *
 * It takes in `irq_sim`, which Debian does not build either, with one call changed: that of
 * `handle_simple_irq`, whose argument comes from a function that modules may not call. What stands
 * in its place, `generic_handle_irq`, calls the handler of the line, which is that function.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lastLines, runBounded } from "./bounded.js";
import {
  dependsOn,
  install,
  missingOf,
  type Tools,
  Unavailable,
  unpack,
  updateLists,
  whyNoPackages,
} from "./debian.js";
import { cacheFolder } from "./places.js";

/** In seconds. The sources are 139 MB, packed. */
const sourcesMax = 300;
const makeMax = 300;

const tools: Tools = new Map([
  ["make", "make"],
  ["xz", "xz-utils"],
  ["tar", "tar"],
]);

const moduleName = "gpio-sim.ko";

/**
 * @param version of the kernel, for instance 6.1.0-56-amd64
 * @returns the path of the module
 * @throws Unavailable where this machine has no way to make it
 */
export async function prepareGpioSim(
  version: string,
  tell: (line: string) => void,
): Promise<string> {
  const folder = join(cacheFolder, `gpio-sim_${version}_${recipeId()}`);
  const path = join(folder, moduleName);
  if (existsSync(path)) return path;
  const reason = whyNoPackages();
  if (reason !== null) throw new Unavailable(`there is no gpio-sim yet, and ${reason}`);
  await mkdir(cacheFolder, { recursive: true });
  const place = await mkdtemp(join(cacheFolder, "making-"));
  try {
    await fetchPackages(version, place, tell);
    tell("building gpio-sim");
    await takeSources(version, place);
    await make(version, place);
    await mkdir(folder, { recursive: true });
    await rename(join(place, "module", moduleName), path);
    return path;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** Another version of this file makes another module. */
const recipeId = (): string =>
  createHash("sha256")
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .digest("hex")
    .slice(0, 12);

async function fetchPackages(
  version: string,
  place: string,
  tell: (line: string) => void,
): Promise<void> {
  await updateLists();
  const { packages, compilers } = await headerPackages(`linux-headers-${version}`);
  const wanted = compilers.filter((name) => missingOf(new Map([[name, name]])).length > 0);
  await install([...missingOf(tools), ...wanted]);
  tell(`downloading ${[...packages, sourcePackage(version)].join(", ")}`);
  await unpack([...packages, sourcePackage(version)], place);
}

/** 6.1.0-56-amd64 has its sources in linux-source-6.1. */
export function sourcePackage(version: string): string {
  const [major, minor] = version.split(".");
  return `linux-source-${major}.${minor}`;
}

interface HeaderPackages {
  /** To unpack: the headers, and the programs with which a module is built. */
  readonly packages: readonly string[];
  /** To install: the compiler with which the kernel was built. */
  readonly compilers: readonly string[];
}

async function headerPackages(first: string): Promise<HeaderPackages> {
  const packages = [first];
  const compilers: string[] = [];
  for (let at = 0; at < packages.length; at += 1) {
    for (const name of await dependsOn(packages[at] ?? "")) {
      if (/^gcc-\d+/.test(name)) compilers.push(name);
      const isBuildFile = /^linux-(headers|kbuild|compiler)/.test(name);
      if (isBuildFile && !packages.includes(name)) packages.push(name);
    }
  }
  if (packages.length > 1) return { packages, compilers };
  throw new Unavailable(
    `Debian has no ${first} (any more): remove the guest in .cache/hil, so that it is made anew`,
  );
}

/** The files of the kernel that it is made of, and what is to be called what. */
async function takeSources(version: string, place: string): Promise<void> {
  const name = sourcePackage(version);
  const module = join(place, "module");
  await mkdir(module);
  const wanted = ["drivers/gpio/gpiolib*.h", "drivers/gpio/gpio-sim.c", "kernel/irq/irq_sim.c"];
  const words = ["-xJf", join(place, "usr", "src", `${name}.tar.xz`), "-C", module];
  const end = await runBounded(
    "tar",
    [...words, "--strip-components=1", "--wildcards", ...wanted.map((path) => `${name}/${path}`)],
    { secondsMax: sourcesMax },
  );
  if (!end.ok) throw new Error(`${name} has not the files of gpio-sim: ${lastLines(end.text)}`);
  const drivers = join(module, "drivers", "gpio");
  for (const header of (await readdir(drivers)).filter((file) => file.endsWith(".h"))) {
    await rename(join(drivers, header), join(module, header));
  }
  await rename(join(drivers, "gpio-sim.c"), join(module, "gpio_sim_core.c"));
  const interrupts = await readFile(join(module, "kernel", "irq", "irq_sim.c"), "utf8");
  await writeFile(join(module, "irq_sim.c"), callableByModules(interrupts));
  const kbuild = "obj-m += gpio-sim.o\ngpio-sim-y := gpio_sim_core.o irq_sim.o\n";
  await writeFile(join(module, "Kbuild"), kbuild);
}

/** irq_sim as a part of a module: it calls what it may, and offers nothing to others. */
export function callableByModules(source: string): string {
  const changed = source.replace(
    "handle_simple_irq(irq_to_desc(irqnum))",
    "generic_handle_irq(irqnum)",
  );
  if (changed === source) throw new Error("irq_sim.c is not as expected: the recipe is too old");
  return changed.replace(/^EXPORT_SYMBOL_GPL.*$/gm, "");
}

async function make(version: string, place: string): Promise<void> {
  const headers = join(place, "usr", "src", `linux-headers-${version}`);
  const makefile = join(headers, "Makefile");
  // It includes the file of the common headers by the path at which they would be installed.
  const text = await readFile(makefile, "utf8");
  await writeFile(
    makefile,
    text.replaceAll(/(?<!\S)\/usr\/src\//g, `${join(place, "usr", "src")}/`),
  );
  const end = await runBounded(
    "make",
    ["-s", "-C", headers, `M=${join(place, "module")}`, "modules"],
    {
      secondsMax: makeMax,
    },
  );
  if (!end.ok) throw new Error(`gpio-sim cannot be built:\n  ${lastLines(end.text, 20)}`);
}
