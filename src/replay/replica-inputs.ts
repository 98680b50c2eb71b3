/**
 * The inputs of the replicated state in a recording:
 *
 *     {"k":[id, reason or null, bytes or null, files or null]}   what became of a request to a disk
 *     {"q":[[client, body as CBOR in base 64], ...]}                requests that came together
 *     {"g":[client, "gone", "paused" or "resumed"]}                 a client's connection
 *
 * What a disk was read is in it whole: a replay has no disk.
 */
import { unreachable } from "../kernel/assert.js";
import type { NodeInput } from "../node/ports.js";
import type { DiskFailure, DiskResult, FileFact } from "../recovery/disk.js";
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
  const [id, reason, bytes, files] = fields;
  if (!isCount(id) || fields.length !== 4) return null;
  if (reason !== null) {
    if (!failures.includes(reason)) return null;
    return { kind: "disk-done", id, result: { ok: false, reason: reason as DiskFailure } };
  }
  const listed = files === null ? null : filesOf(files);
  if (listed === undefined || (bytes !== null && typeof bytes !== "string")) return null;
  const result: DiskResult = {
    ok: true,
    ...(bytes === null ? {} : { bytes: fromBase64(bytes) }),
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
  if (!result.ok) return [result.reason, null, null];
  const { bytes, files } = result;
  return [
    null,
    bytes === undefined ? null : toBase64(bytes),
    files === undefined ? null : files.map((fact) => [fact.file, fact.bytes]),
  ];
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
