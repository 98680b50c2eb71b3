/**
 * The authenticator port: who holds the cluster's key can make tags and check them, and nobody else
 * can. It says that a frame is from the cluster, not from which of its replicas: a replica that is
 * broken enough to speak in another's name is not stopped here.
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { crc32c } from "../codes/crc32c.js";
import { UsageError } from "../kernel/assert.js";

export interface Mac {
  /** The length of every tag. */
  readonly bytes: number;
  /** A fresh array. */
  tag(data: Uint8Array): Uint8Array;
  /** Takes the same time wherever the tags differ; false for a tag of another length. */
  verify(data: Uint8Array, tag: Uint8Array): boolean;
}

/** A key shorter than the tag would be easier to guess than the tag. */
export const keyBytesMin = 16;

/**
 * HMAC-SHA-256 (RFC 2104), truncated to its first 16 bytes (RFC 2104 section 5; it is
 * HMAC-SHA-256-128 of RFC 4868).
 *
 * @param key at least 16 bytes, best 32 random ones; it is hashed once, here.
 */
export function hmacSha256(key: Uint8Array): Mac {
  checkKey(key);
  return new HmacSha256(key);
}

/**
 * NOT secure: four bytes of CRC-32C, begun from the CRC of the key. It finds noise and a wrong key,
 * but anyone who sees two frames can forge a third. It is for sweeps of the simulator, where nobody
 * forges and SHA-256 would be most of the work.
 */
export function checksumMac(key: Uint8Array): Mac {
  checkKey(key);
  return new ChecksumMac(key);
}

function checkKey(key: Uint8Array): void {
  if (key.length >= keyBytesMin) return;
  throw new UsageError(`a key has at least ${keyBytesMin} bytes, this one has ${key.length}`);
}

class HmacSha256 implements Mac {
  readonly bytes = 16;
  readonly #keyed;
  readonly #working;
  readonly #digest = new Uint8Array(sha256.outputLen);

  constructor(key: Uint8Array) {
    this.#keyed = hmac.create(sha256, key);
    this.#working = this.#keyed.clone();
  }

  tag(data: Uint8Array): Uint8Array {
    this.#compute(data);
    return this.#digest.slice(0, this.bytes);
  }

  verify(data: Uint8Array, tag: Uint8Array): boolean {
    this.#compute(data);
    return sameBytes(this.#digest, tag, this.bytes);
  }

  /** Copies the state that has the key in it instead of hashing the key again. */
  #compute(data: Uint8Array): void {
    this.#keyed._cloneInto(this.#working);
    this.#working.update(data).digestInto(this.#digest);
  }
}

class ChecksumMac implements Mac {
  readonly bytes = 4;
  readonly #begun: number;
  readonly #check = new Uint8Array(4);

  constructor(key: Uint8Array) {
    this.#begun = crc32c(key);
  }

  tag(data: Uint8Array): Uint8Array {
    this.#compute(data);
    return this.#check.slice();
  }

  verify(data: Uint8Array, tag: Uint8Array): boolean {
    this.#compute(data);
    return sameBytes(this.#check, tag, this.bytes);
  }

  #compute(data: Uint8Array): void {
    const crc = crc32c(data, this.#begun);
    for (let index = 0; index < 4; index += 1) this.#check[index] = crc >>> (24 - 8 * index);
  }
}

/** No early return: how long it takes must not say how many bytes of a forged tag were right. */
function sameBytes(good: Uint8Array, tag: Uint8Array, length: number): boolean {
  if (tag.length !== length) return false;
  let difference = 0;
  for (let index = 0; index < length; index += 1) {
    difference |= (good[index] as number) ^ (tag[index] as number);
  }
  return difference === 0;
}
