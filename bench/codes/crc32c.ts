/** CRC-32C of frames and of files, beside C and the packages of others. */

import { makeCrc } from "../../src/codes/crc/crc.js";
import { crc64Xz } from "../../src/codes/crc/crc64.js";
import { crc32c } from "../../src/codes/crc32c.js";
import type { CProgram } from "./c-program.js";
import { type Contestant, contest, timed } from "./contest.js";
import { optionalPackage } from "./packages.js";

const sizes = { "64 B": 64, "1 KiB": 1_024, "64 KiB": 65_536, "1 MiB": 1_048_576 };

/** As the C source makes them. */
const bytesOf = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => Math.floor((at * 151) / 8));

type Crc = (bytes: Uint8Array) => number;

interface HashWasm {
  readonly createCRC32: (polynomial: number) => Promise<{
    readonly init: () => void;
    readonly update: (bytes: Uint8Array) => void;
    readonly digest: (kind: "binary") => Uint8Array;
  }>;
}

interface AwsCrypto {
  readonly crc32c: Crc;
}

/** Each checked by the bytes of the catalogue before it may take part. */
async function packages(): Promise<ReadonlyMap<string, Crc>> {
  const found = new Map<string, Crc>();
  const hashWasm = optionalPackage<HashWasm>("hash-wasm");
  if (hashWasm !== null) {
    const hash = await hashWasm.createCRC32(0x82f63b78);
    found.set("hash-wasm (WebAssembly)", (bytes) => {
      hash.init();
      hash.update(bytes);
      const digest = hash.digest("binary");
      return new DataView(digest.buffer, digest.byteOffset).getUint32(0);
    });
  }
  const sheet = optionalPackage<{ readonly buf: Crc }>("crc-32", "crc-32/crc32c.js");
  if (sheet !== null) found.set("crc-32 (JavaScript)", (bytes) => sheet.buf(bytes) >>> 0);
  const aws = optionalPackage<AwsCrypto>("@aws-crypto/crc32c");
  if (aws !== null) found.set("@aws-crypto/crc32c (JavaScript)", aws.crc32c);
  const native = optionalPackage<{ readonly crc32c: Crc }>("@node-rs/crc32");
  if (native !== null) found.set("@node-rs/crc32 (native, SIMD)", native.crc32c);
  return found;
}

export async function benchCrc(c: CProgram | null): Promise<void> {
  const others = await packages();
  const model = { width: 32, poly: 0x1edc6f41, init: 0xffffffff, xorout: 0xffffffff };
  const made = makeCrc({ ...model, refin: true, refout: true });
  for (const [name, length] of Object.entries(sizes)) {
    const bytes = bytesOf(length);
    const inC = (way: string): Contestant["time"] => {
      return (times) => {
        const { took, sum } = c?.run([way, length], times) ?? { took: Number.NaN, sum: 0 };
        if (sum !== crc32c(bytes)) throw new Error("another CRC");
        return took;
      };
    };
    const programs = [
      { name: "C, a byte at a time", time: inC("byte") },
      { name: "C, slicing by 8", time: inC("slicing") },
    ];
    await contest({ name: `CRC-32C, ${name}`, bytes: length }, [
      { name: "ours, crc32c", time: timed(() => crc32c(bytes)) },
      { name: "ours, made from a model", time: timed(() => made(bytes)) },
      { name: "ours, crc64Xz", time: timed(() => crc64Xz(bytes)) },
      ...(c === null ? [] : programs),
      ...[...others].map(([other, crc]) => ({ name: other, time: timedAlike(crc, bytes) })),
    ]);
  }
}

function timedAlike(crc: Crc, bytes: Uint8Array): Contestant["time"] {
  const time = timed(() => crc(bytes));
  return (times) => {
    if (crc(bytes) !== crc32c(bytes)) throw new Error("another CRC");
    return time(times);
  };
}
