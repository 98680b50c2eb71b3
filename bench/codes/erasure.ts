/** Erasure coding, to encode and to reconstruct as much as can be lost, beside C and packages. */
import { readFileSync } from "node:fs";
import { ErasureCode } from "../../src/codes/reed-solomon/erasure-code.js";
import type { CProgram } from "./c-program.js";
import { type Contestant, contest, timed, timedAsync } from "./contest.js";
import { optionalPackage, pathInPackage } from "./packages.js";

const codes = [
  { data: 2, parity: 1 },
  { data: 3, parity: 1 },
  { data: 4, parity: 2 },
  { data: 10, parity: 4 },
];
const sizes = { "1 KiB": 1_024, "64 KiB": 65_536, "1 MiB": 1_048_576 };

/** One shard after the other in one piece of memory, as these want them. */
interface Wasm {
  readonly encode: (shards: Uint8Array, data: number, parity: number) => number;
  readonly reconstruct: (
    shards: Uint8Array,
    data: number,
    parity: number,
    present: boolean[],
  ) => number;
}

interface Ronomon {
  readonly create: (data: number, parity: number) => unknown;
  readonly encode: (
    code: unknown,
    sources: number,
    targets: number,
    ...buffers: [Buffer, number, number, Buffer, number, number, (error?: Error) => void]
  ) => void;
}

interface Packages {
  /** A new one for each use: after some thousand calls the memory of one may be broken. */
  readonly wasm: ReadonlyMap<string, () => Wasm>;
  readonly ronomon: Ronomon | null;
}

interface Task {
  readonly data: number;
  readonly parity: number;
  readonly bytes: number;
}

function packages(): Packages {
  const wasm = new Map<string, () => Wasm>();
  const name = "@subspace/reed-solomon-erasure.wasm";
  const subspace = optionalPackage<{
    readonly ReedSolomonErasure: { readonly fromBytes: (bytes: Uint8Array) => Wasm };
  }>(name);
  if (subspace !== null) {
    const code = readFileSync(pathInPackage(`${name}/dist/reed_solomon_erasure_bg.wasm`));
    wasm.set(`${name} (WebAssembly)`, () => subspace.ReedSolomonErasure.fromBytes(code));
  }
  const shelby = optionalPackage<{ readonly createWasmReedSolomonBinding: () => Wasm }>(
    "@shelby-protocol/reed-solomon",
  );
  if (shelby !== null) {
    wasm.set("@shelby-protocol/reed-solomon (WebAssembly)", () =>
      shelby.createWasmReedSolomonBinding(),
    );
  }
  return { wasm, ronomon: optionalPackage<Ronomon>("@ronomon/reed-solomon") };
}

function shardsOf({ data, parity, bytes }: Task): Uint8Array[] {
  return Array.from({ length: data + parity }, (_, shard) => {
    return Uint8Array.from({ length: bytes }, (_, at) => Math.floor(((shard + at) * 151) / 8));
  });
}

const rangeMask = (start: number, end: number): number => 2 ** end - 2 ** start;

/** One that a native addon does on a thread of its own, the way there and back included. */
function ronomon(library: Ronomon, task: Task, sources: number, targets: number): Contestant {
  const { data, parity, bytes } = task;
  const code = library.create(data, parity);
  const [input, output] = [Buffer.alloc(data * bytes, 7), Buffer.alloc(parity * bytes)];
  const run = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const end = (error?: Error): void => (error === undefined ? resolve() : reject(error));
      const outputs = [output, 0, output.length, end] as const;
      library.encode(code, sources, targets, input, 0, input.length, ...outputs);
    });
  return { name: "@ronomon/reed-solomon (native, SIMD)", time: timedAsync(run) };
}

function inC(c: CProgram | null, { data, parity, bytes }: Task): readonly Contestant[] {
  if (c === null) return [];
  const time = (times: number): number => c.run([data, parity, bytes], times).took;
  return [{ name: "C, a byte at a time", time }];
}

function encoders(task: Task, { wasm, ronomon: native }: Packages): readonly Contestant[] {
  const { data, parity } = task;
  const code = new ErasureCode(data, parity);
  const shards = shardsOf(task);
  const [sources, targets] = [shards.slice(0, data), shards.slice(data)];
  code.encode(sources, targets);
  const others = [...wasm].map(([name, make]) => {
    const memory = new Uint8Array(Buffer.concat(shards));
    const other = make();
    return { name, time: timedAlike(() => other.encode(memory, data, parity), memory, shards) };
  });
  const all = data + parity;
  return [
    { name: "ours", time: timed(() => code.encode(sources, targets)) },
    ...others,
    ...(native ? [ronomon(native, task, rangeMask(0, data), rangeMask(data, all))] : []),
  ];
}

/** The first shards of data are lost, as many as there are of parity. */
function reconstructors(task: Task, { wasm, ronomon: native }: Packages): readonly Contestant[] {
  const { data, parity } = task;
  const code = new ErasureCode(data, parity);
  const shards = shardsOf(task);
  code.encode(shards.slice(0, data), shards.slice(data));
  const present = shards.map((_, at) => at >= parity);
  const others = [...wasm].map(([name, make]) => {
    const memory = new Uint8Array(Buffer.concat(shards));
    const other = make();
    const run = () => other.reconstruct(memory, data, parity, present);
    return { name, time: timedAlike(run, memory, shards) };
  });
  const all = data + parity;
  return [
    { name: "ours", time: timed(() => code.reconstruct(shards, present)) },
    ...others,
    ...(native ? [ronomon(native, task, rangeMask(parity, all), rangeMask(0, parity))] : []),
  ];
}

/** Who leaves other shards than ours is out. */
function timedAlike(
  run: () => number,
  memory: Uint8Array,
  shards: readonly Uint8Array[],
): Contestant["time"] {
  const time = timed(() => {
    if (run() !== 0) throw new Error("refused");
  });
  return (times) => {
    const took = time(times);
    if (Buffer.compare(memory, Buffer.concat(shards)) !== 0) throw new Error("other shards");
    return took;
  };
}

export async function benchErasure(c: CProgram | null): Promise<void> {
  const others = packages();
  for (const code of codes) {
    for (const [size, bytes] of Object.entries(sizes)) {
      const task = { ...code, bytes };
      const name = `${code.data} + ${code.parity} shards of ${size}`;
      const worked = code.data * bytes;
      const encoding = [...encoders(task, others), ...inC(c, task)];
      await contest({ name: `encode ${name}`, bytes: worked }, encoding);
      const reconstruction = [...reconstructors(task, others), ...inC(c, task)];
      await contest({ name: `reconstruct ${name}`, bytes: worked }, reconstruction);
    }
  }
}
