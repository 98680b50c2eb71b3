/**
 * The inputs of the replicated state in a recording:
 *
 *     {"k":[id, reason or null, bytes or null, files or null, length]}   of a request to a disk
 *     {"q":[[client, body as CBOR in base 64], ...]}              requests that came together
 *     {"g":[client, "gone", "paused" or "resumed"]}               a client's connection
 *
 * What a disk was read is in it whole, for a replay has no disk; but for the zeroes at its end, of
 * which files that were made in advance have many: `length` is with them, 0 where nothing was read.
 */
import { unreachable } from "../kernel/assert.js";
import type { NodeInput } from "../node/ports.js";
import {
  type DiskFailure,
  type DiskResult,
  type FileFact,
  transferBytesMax,
} from "../recovery/disk.js";
import type { RequestOfClient } from "../replication/replica/ports.js";
import { decodeBody, encodeBody } from "../wire/cbor.js";
import { frameBytesMax } from "../wire/envelope.js";
import { fromBase64, toBase64 } from "./base64.js";

export type ReplicaNodeInput = Extract<
  NodeInput,
  { readonly kind: "disk-done" | "requests" | "client-gone" | "client-paused" }
>;

const failures: readonly unknown[] = [
  "full",
  "read-only",
  "absent",
  "not-permitted",
  "io",
] satisfies DiskFailure[];

export function encodeReplicaInput(input: ReplicaNodeInput): unknown {
  switch (input.kind) {
    case "disk-done":
      return { k: [input.id, ...resultFields(input.result)] };
    case "requests":
      return { q: input.requests.map(requestFields) };
    case "client-gone":
      return { g: [input.client, "gone"] };
    case "client-paused":
      return { g: [input.client, input.paused ? "paused" : "resumed"] };
    default:
      return unreachable(input);
  }
}

export function decodeDiskDone(fields: readonly unknown[]): NodeInput | null {
  const [id, reason, bytes, files, length] = fields;
  if (!isCount(id) || !isCount(length) || fields.length !== 5) return null;
  if (reason !== null) {
    if (!failures.includes(reason)) return null;
    return { kind: "disk-done", id, result: { ok: false, reason: reason as DiskFailure } };
  }
  const listed = files === null ? null : filesOf(files);
  if (listed === undefined || (bytes !== null && typeof bytes !== "string")) return null;
  const result: DiskResult = {
    ok: true,
    ...(bytes === null ? {} : { bytes: zeroesAfter(fromBase64(bytes), length) }),
    ...(listed === null ? {} : { files: listed }),
  };
  return { kind: "disk-done", id, result };
}

export function decodeRequests(fields: readonly unknown[]): NodeInput | null {
  const requests: RequestOfClient[] = [];
  for (const field of fields) {
    const request = Array.isArray(field) ? decodeRequest(field) : null;
    if (request === null) return null;
    requests.push(request);
  }
  return { kind: "requests", requests };
}

function decodeRequest([client, text]: readonly unknown[]): RequestOfClient | null {
  if (!isCount(client) || typeof text !== "string") return null;
  const bytes = fromBase64(text);
  if (bytes.length > frameBytesMax) return null;
  const decoded = decodeBody(bytes, 0, bytes.length);
  return decoded.ok ? { client, body: decoded.body } : null;
}

const requestFields = ({ client, body }: RequestOfClient): readonly unknown[] => [
  client,
  toBase64(encodeBody(body)),
];

export function decodeClient([client, word]: readonly unknown[]): NodeInput | null {
  if (!isCount(client)) return null;
  if (word === "gone") return { kind: "client-gone", client };
  if (word !== "paused" && word !== "resumed") return null;
  return { kind: "client-paused", client, paused: word === "paused" };
}

function resultFields(result: DiskResult): readonly unknown[] {
  if (!result.ok) return [result.reason, null, null, 0];
  const { bytes, files } = result;
  return [
    null,
    bytes === undefined ? null : toBase64(withoutZeroes(bytes)),
    files === undefined ? null : files.map((fact) => [fact.file, fact.bytes]),
    bytes?.length ?? 0,
  ];
}

function withoutZeroes(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
}

/** A length that is longer than any read is none: whoever altered the line gets what is there. */
function zeroesAfter(bytes: Uint8Array, length: number): Uint8Array {
  if (length <= bytes.length || length > transferBytesMax) return bytes;
  const whole = new Uint8Array(length);
  whole.set(bytes);
  return whole;
}

/** Undefined where it is no list of files. */
function filesOf(value: unknown): readonly FileFact[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const facts: FileFact[] = [];
  for (const item of value as readonly unknown[]) {
    const [file, bytes] = Array.isArray(item) ? (item as readonly unknown[]) : [];
    if (typeof file !== "string" || !isCount(bytes)) return undefined;
    facts.push({ file, bytes });
  }
  return facts;
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
