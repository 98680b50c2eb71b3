/**
 * What an installation must not do: compile, or bring a second copy of what talks to serial lines.
 * A machine on a bench often has no compiler, and one behind a wall no headers to compile against.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");

interface Locked {
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
  readonly optional?: boolean;
  readonly dev?: boolean;
}

const locked = Object.entries(
  (JSON.parse(read("package-lock.json")) as { packages: Record<string, Locked> }).packages,
);
const copiesOf = (name: string): string[] =>
  locked.map(([path]) => path).filter((path) => path.endsWith(`node_modules/${name}`));

/**
 * Their scripts are not run, and they work without: the binaries are in the package or in one of
 * another name, or (epoll) are built by name by whoever has a kernel with sysfs.
 */
const scriptsNotMissed: Readonly<Record<string, string>> = {
  "node_modules/@serialport/bindings-cpp": "binaries in the package",
  "node_modules/cbor-extract": "an optional accelerator",
  "node_modules/epoll": "built by name",
  "node_modules/koffi": "binaries in a package of another name",
};

describe("an installation", () => {
  it("runs no script of any package, also when a person types `npm ci`", () => {
    expect(read(".npmrc")).toMatch(/^ignore-scripts=true$/m);
    expect(read("scripts/setup.mjs")).toContain("--ignore-scripts");
  });

  it("needs none of the scripts that are not run", () => {
    const withScript = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    for (const [path] of withScript) expect(scriptsNotMissed).toHaveProperty([path]);
    expect(withScript.length).toBeGreaterThan(0);
  });

  it("has one serialport and one binding to it", () => {
    expect(copiesOf("serialport")).toEqual(["node_modules/serialport"]);
    expect(copiesOf("@serialport/bindings-cpp")).toHaveLength(1);
    expect(copiesOf("@serialport/bindings")).toEqual([]);
  });

  it("stands without what is native: each such package is optional or for development", () => {
    for (const name of ["serialport", "koffi", "onoff", "epoll", "johnny-five"]) {
      const [path = ""] = copiesOf(name);
      const [, entry] = locked.find(([one]) => one === path) ?? [];
      expect(entry?.optional === true || entry?.dev === true, name).toBe(true);
    }
  });

  it("names no registry", () => {
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it("loads what talks to serial lines, though nothing was compiled", async () => {
    const { SerialPort } = await import("serialport");
    const open = new Promise((resolve) => {
      new SerialPort({ path: "/dev/no-such-line", baudRate: 9_600 }, resolve);
    });
    expect(String(await open)).toContain("No such file or directory");
  });
});
