/** Kernel images made by hand: what is found in them, and what is refused. */
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { extractKernel, payloadOf } from "../../../scripts/hil/vmlinux.js";

interface Parts {
  readonly magic?: string;
  readonly version?: number;
  readonly payload?: Buffer;
  /** What the header says of its length. */
  readonly length?: number;
}

const setupSectors = 3;
const payloadOffset = 0x40;

function imageOf({ magic = "HdrS", version = 0x020f, payload = Buffer.alloc(0), length }: Parts) {
  const image = Buffer.alloc((setupSectors + 1) * 512 + payloadOffset + payload.length);
  image.writeUInt8(setupSectors, 0x1f1);
  image.write(magic, 0x202, "latin1");
  image.writeUInt16LE(version, 0x206);
  image.writeUInt32LE(payloadOffset, 0x248);
  image.writeUInt32LE(length ?? payload.length, 0x24c);
  payload.copy(image, image.length - payload.length);
  return image;
}

const elf = Buffer.from("\x7fELF and so on", "latin1");

describe("a kernel image", () => {
  it("gives the payload that its header tells of", () => {
    const payload = Buffer.from("packed");
    expect(payloadOf(imageOf({ payload }))).toEqual(payload);
  });

  it("gives the kernel in it", () => {
    expect(extractKernel(imageOf({ payload: gzipSync(elf) }))).toEqual(elf);
  });

  it.each([
    ["is something else", { magic: "HdrX" }, "no x86 kernel image"],
    ["is too old to tell", { version: 0x0207 }, "protocol 207"],
    ["is cut short", { length: 1_000 }, "cut short"],
    ["is packed in an unknown way", { payload: Buffer.from("what's this") }, "unknown way"],
    ["has no kernel in it", { payload: gzipSync(Buffer.from("text")) }, "no ELF"],
  ])("that %s is refused", (_, parts, message) => {
    expect(() => extractKernel(imageOf(parts))).toThrow(message);
  });

  it("that is shorter than its header is refused", () => {
    expect(() => payloadOf(Buffer.alloc(100))).toThrow("no x86 kernel image");
  });
});
