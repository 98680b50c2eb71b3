/**
 * The firmware that is in the repository, as a stranger has it: without a compiler. That it is what
 * the sources give is the HIL lane's to say, which builds it anew.
 */
import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";

const firmware = [
  { name: "bridge", flash: 32_768 },
  { name: "bridge-faults", flash: 32_768 },
  { name: "voter", flash: 262_144 },
  { name: "voter-faults", flash: 262_144 },
];

const checks = "firmware-bridge/check";

const citingFiles = [
  "firmware-bridge/vectors/vectors.json",
  "test/firmware-bridge/vectors.test.ts",
  "test/firmware-bridge/watchdog-on-avr.test.ts",
];

interface Image {
  /** Bytes of program. */
  readonly bytes: number;
  /** One beyond the highest address. */
  readonly end: number;
  readonly ended: boolean;
}

const hexByte = (text: string, at: number): number => Number.parseInt(text.slice(at, at + 2), 16);

/** Records of Intel HEX, strictly: data (00) and the end (01) are all that we need below 64 KiB. */
function parseHex(text: string): Image {
  let image: Image = { bytes: 0, end: 0, ended: false };
  for (const line of text.trimEnd().split(/\r?\n/)) {
    expect(line).toMatch(/^:([0-9A-F]{2}){5,}$/);
    expect(image.ended, "a record after the end").toBe(false);
    const record = Array.from({ length: (line.length - 1) / 2 }, (_, at) =>
      hexByte(line, 1 + 2 * at),
    );
    const [length = 0, high = 0, low = 0, type = -1] = record;
    expect(record.length).toBe(length + 5);
    expect(record.reduce((sum, byte) => sum + byte, 0) % 256, line).toBe(0);
    expect([0, 1]).toContain(type);
    if (type === 1) image = { ...image, ended: true };
    else image = { ...image, bytes: image.bytes + length, end: high * 256 + low + length };
  }
  return image;
}

/** The rows of the README's table of sizes, by the name of the firmware. */
async function documented(): Promise<ReadonlyMap<string, readonly number[]>> {
  const text = await readFile("firmware-bridge/README.md", "utf8");
  const [, table = ""] = text.split("## Sizes");
  const rows = [...table.matchAll(/^\| `([a-z-]+)` +\|(.*)\|$/gm)];
  return new Map(
    rows.map(([, name = "", cells = ""]) => [
      name,
      cells.split("|").map((cell) => Number(cell.replaceAll(",", ""))),
    ]),
  );
}

describe("the firmware in the repository", () => {
  it.each(firmware)("$name is whole, and as large as its README says", async ({ name, flash }) => {
    const image = parseHex(await readFile(`firmware-bridge/hex/${name}.hex`, "utf8"));
    expect(image.ended).toBe(true);
    expect(image.bytes, "a hole in the program").toBe(image.end);
    const [bytes, of, ram = 0, ramOf = 0, measured = 0, computed = 0, left] =
      (await documented()).get(name) ?? [];
    expect([bytes, of]).toEqual([image.bytes, flash]);
    expect(ram + Math.max(measured, computed) + (left ?? 0)).toBe(ramOf);
  });

  it("the one for tests is not the one for use", async () => {
    for (const name of ["bridge", "voter"]) {
      const text = await readFile(`firmware-bridge/hex/${name}.hex`, "utf8");
      expect(text).not.toBe(await readFile(`firmware-bridge/hex/${name}-faults.hex`, "utf8"));
    }
  });

  it("every requirement of the README is cited, in C, in a vector or on the chip", async () => {
    const text = await readFile("firmware-bridge/README.md", "utf8");
    const ids = [...text.matchAll(/^\| ((?:FRAME|BRIDGE|VOTER)-\d+) /gm)].map(([, id = ""]) => id);
    const inC = (await readdir(checks)).filter((name) => name.endsWith(".c"));
    const paths = [...citingFiles, ...inC.map((name) => `${checks}/${name}`)];
    const citing = await Promise.all(paths.map((path) => readFile(path, "utf8")));
    const cited = new Set(citing.flatMap((one) => one.match(/(?:FRAME|BRIDGE|VOTER)-\d+/g) ?? []));
    expect(ids.length).toBe(30);
    expect(ids.filter((id) => !cited.has(id))).toEqual([]);
    expect([...cited].filter((id) => !ids.includes(id))).toEqual([]);
  });
});
