/**
 * The kernel proper out of a packed x86 kernel image. QEMU boots it directly by the PVH entry, and
 * saves the time in which an emulated processor unpacks sixty megabytes.
 *
 * The image says where its payload is: Linux, Documentation/arch/x86/boot.rst, protocol 2.08. What
 * packed it is told by its first bytes. Behind it stand four bytes with its unpacked size, unless
 * it is gzip, which has them anyway.
 */
import { spawnSync } from "node:child_process";
import { gunzipSync } from "node:zlib";

const setupSectorsAt = 0x1f1;
const magicAt = 0x202;
const versionAt = 0x206;
const payloadOffsetAt = 0x248;
const payloadLengthAt = 0x24c;
const headerEnd = 0x250;
const sectorBytes = 512;
const sizeBytes = 4;
const versionMin = 0x0208;
const elfMagic = "\x7fELF";

const kernelBytesMax = 256 * 1024 * 1024;
const unpackMillisMax = 60_000;

/** By the first bytes of what they packed. */
const unpackers: readonly {
  readonly magic: string;
  readonly unpack: (packed: Buffer) => Buffer;
}[] = [
  { magic: "fd377a585a00", unpack: (packed) => pipedThrough("xz", packed) },
  { magic: "28b52ffd", unpack: (packed) => pipedThrough("zstd", packed) },
  { magic: "1f8b08", unpack: (packed) => gunzipSync(packed) },
];

/** @throws Error that says what is wrong with the image */
export function extractKernel(image: Buffer): Buffer {
  const payload = payloadOf(image);
  const unpacker = unpackers.find(
    ({ magic }) => payload.toString("hex", 0, magic.length / 2) === magic,
  );
  if (unpacker === undefined) {
    const begins = payload.subarray(0, 6).toString("hex");
    throw new Error(`the kernel is packed in an unknown way (its payload begins with ${begins})`);
  }
  const kernel = unpacker.unpack(payload);
  if (kernel.toString("latin1", 0, elfMagic.length) === elfMagic) return kernel;
  throw new Error("what was unpacked from the kernel image is no ELF file");
}

/** @throws Error where this is no x86 kernel image, or one of a protocol that is too old */
export function payloadOf(image: Buffer): Buffer {
  if (image.length < headerEnd || image.toString("latin1", magicAt, magicAt + 4) !== "HdrS") {
    throw new Error("this is no x86 kernel image: it has no HdrS");
  }
  const version = image.readUInt16LE(versionAt);
  if (version < versionMin) {
    throw new Error(`boot protocol ${version.toString(16)} does not tell where the payload is`);
  }
  const protectedMode = (image.readUInt8(setupSectorsAt) + 1) * sectorBytes;
  const start = protectedMode + image.readUInt32LE(payloadOffsetAt);
  const end = start + image.readUInt32LE(payloadLengthAt);
  if (end > image.length) throw new Error("the kernel image is cut short");
  return image.subarray(start, end);
}

/** Neither program expects the size that Linux appends. */
function pipedThrough(program: "xz" | "zstd", packed: Buffer): Buffer {
  const { status, stdout, stderr, error } = spawnSync(program, ["-dc"], {
    input: packed.subarray(0, packed.length - sizeBytes),
    maxBuffer: kernelBytesMax,
    timeout: unpackMillisMax,
  });
  if (error !== undefined) throw new Error(`${program} cannot be run: ${error.message}`);
  if (status === 0) return stdout;
  throw new Error(`${program} cannot unpack the kernel: ${stderr.toString().trim()}`);
}
