/**
 * An app's state is plain data: null, booleans, finite numbers, strings, and arrays and objects of
 * these. So it can be compared between replicas by a digest, and sent to one that lost it.
 *
 * The digest is the first 48 bits of SHA-256 over the state's JSON text. Replicas run the same
 * program, so equal states have their keys in the same order; a state that travelled keeps it.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { freezePlain, isPlain } from "../../wire/plain-data.js";

/**
 * The most that a state may weigh, in bytes of its JSON text. As CBOR it may take 2.25 times that
 * (`0.5,` is four characters, and nine bytes as a double), and it must fit into one frame.
 */
export const stateBytesMax = 2_048;

export type Sealed =
  | { readonly ok: true; readonly state: unknown; readonly digest: number }
  | { readonly ok: false; readonly reason: "not-plain-data" | "state-too-large" };

/** Checks that a value is a state, freezes it in depth, and takes its digest. */
export function sealState(state: unknown): Sealed {
  if (!isPlain(state)) return { ok: false, reason: "not-plain-data" };
  const bytes = utf8ToBytes(JSON.stringify(state));
  if (bytes.length > stateBytesMax) return { ok: false, reason: "state-too-large" };
  freezePlain(state);
  return { ok: true, state, digest: digestOf(bytes) };
}

/** 48 bits, so that it is a safe integer wherever it travels. */
function digestOf(bytes: Uint8Array): number {
  const hash = sha256(bytes);
  let digest = 0;
  for (let index = 0; index < 6; index += 1) digest = digest * 256 + (hash[index] as number);
  return digest;
}
