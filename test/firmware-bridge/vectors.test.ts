/**
 * The vectors of firmware-bridge/vectors are what both sides of the line read. This test keeps them
 * true: their bytes are those of the codec in src/wire, and the headers for C say the same.
 *
 * `UPDATE_VECTORS=1 npx vitest run --config test/vitest.config.ts <this file>` writes them.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { ByteStreamReader } from "../../src/wire/byte-stream.js";
import { bridgeSequences } from "./support/bridge-sequences.js";
import { headersOf } from "./support/header.js";
import { lineOf, madeFrames, madeStreams } from "./support/made-frames.js";
import type { Vectors } from "./support/vectors.js";
import { voterSequences } from "./support/voter-sequences.js";

const folder = "firmware-bridge/vectors";
const payloadBytesMax = 64;

const made: Vectors = {
  protocol: 1,
  frames: madeFrames,
  streams: madeStreams,
  bridge: bridgeSequences,
  voter: voterSequences,
};

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function read(line: string) {
  const reader = new ByteStreamReader(payloadBytesMax);
  const payloads = reader.push(Buffer.from(line, "hex")).map(hexOf);
  const { tooLong, malformed, badChecksum } = reader.counts();
  return { payloads, bad: tooLong + malformed + badChecksum };
}

describe("the vectors", () => {
  beforeAll(async () => {
    if (process.env["UPDATE_VECTORS"] !== "1") return;
    await writeFile(`${folder}/vectors.json`, `${JSON.stringify(made, null, 1)}\n`);
    for (const [name, text] of headersOf(made)) await writeFile(`${folder}/${name}`, text);
  });

  it("in the file and in the headers for C are those of the table here", async () => {
    const file = await readFile(`${folder}/vectors.json`, "utf8");
    expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(made)));
    const headers = (await readdir(folder)).filter((name) => name.endsWith(".h"));
    expect(headers.sort()).toEqual([...headersOf(made).keys()].sort());
    for (const [name, text] of headersOf(made)) {
      expect(await readFile(`${folder}/${name}`, "utf8"), name).toBe(text);
    }
  });

  it.each(made.frames)("FRAME-1: $name goes over the line", ({ payload, line }) => {
    expect(line).toBe(lineOf(payload));
    expect(read(line)).toEqual({ payloads: [payload], bad: 0 });
  });

  it.each(made.streams)("FRAME-2: $name", ({ line, payloads, bad }) => {
    expect(read(line)).toEqual({ payloads, bad });
  });

  it("have each name once", () => {
    for (const list of [made.frames, made.streams, made.bridge, made.voter]) {
      const names = list.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
  });
});
