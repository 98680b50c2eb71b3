/**
 * The whole state as bytes, and back. The same state gives the same bytes: everything stands in
 * order (sessions by id, keys and locks by name), and every value has one form. Bytes that are
 * restored are those that we would have written; others are refused whole.
 *
 *     snapshot = "HFS" version, at, app's state: changedAt, text,
 *                count, sessions: id, name, lease, sequence, result?
 *                count, keys: key, value, version, changedAt, owner
 *                count, locks: name, token, delay, holder?, count, waiters
 *
 * A snapshot comes from our own disk or from a peer; both may be broken. What `Locks` and `Keys`
 * take for granted (their invariants) is therefore checked here.
 */
import { micros } from "../../kernel/time.js";
import { ByteReader } from "../../wire/byte-reader.js";
import { ByteWriter } from "../../wire/byte-writer.js";
import { appStateBytesMax, lockDelayMax, sessionLeaseMax, sessionLeaseMin } from "./limits.js";
import type { Claim, Lock } from "./locks.js";
import { readName } from "./names.js";
import { valueBytesMax } from "./ports.js";
import { readResult, writeResult } from "./result-bytes.js";
import type { ServiceLimits, ServiceState } from "./service.js";
import type { Session } from "./sessions.js";

const magic = [0x48, 0x46, 0x53];
const formatVersion = 1;

const countMax = Number.MAX_SAFE_INTEGER;

/** The fewest bytes of all but the keys: it saves the first few doublings. */
const capacityMin = 64 * 1_024;

export function snapshotBytes(state: ServiceState): Uint8Array {
  const writer = new ByteWriter(capacityMin + state.keys.bytes);
  for (const byte of magic) writer.byte(byte);
  writer.byte(formatVersion);
  writer.integer(state.at);
  writer.integer(state.app.changedAt);
  writer.text(state.app.text);
  writer.integer(state.sessions.open.size);
  for (const session of state.sessions.open.values()) writeSession(writer, session);
  writeKeys(writer, state);
  const locks = state.locks.sorted();
  writer.integer(locks.length);
  for (const lock of locks) writeLock(writer, lock);
  return writer.take();
}

function writeSession(writer: ByteWriter, session: Session): void {
  writer.integer(session.id);
  writer.text(session.name);
  writer.integer(session.lease);
  writer.integer(session.sequence);
  if (session.result !== null) writeResult(writer, session.result);
}

function writeKeys(writer: ByteWriter, state: ServiceState): void {
  writer.integer(state.keys.size);
  for (const { found, owner } of state.keys.all()) {
    writer.text(found.key);
    writer.bytes(found.value);
    writer.integer(found.version);
    writer.integer(found.changedAt);
    writer.integer(owner);
  }
}

function writeLock(writer: ByteWriter, lock: Lock): void {
  writer.text(lock.name);
  writer.integer(lock.token);
  writer.integer(lock.delay);
  writer.integer(lock.holder === null ? 0 : 1);
  if (lock.holder !== null) writeClaim(writer, lock.holder);
  writer.integer(lock.waiters.length);
  for (const waiter of lock.waiters) writeClaim(writer, waiter);
}

function writeClaim(writer: ByteWriter, claim: Claim): void {
  writer.integer(claim.session);
  writer.integer(claim.lockDelay);
}

/**
 * Fills a state that is new.
 *
 * @returns false where the bytes are no snapshot; the state is then of no use
 */
export function parseSnapshot(
  bytes: Uint8Array,
  state: ServiceState,
  limits: ServiceLimits,
): boolean {
  const reader = new ByteReader(bytes);
  for (const byte of magic) if (reader.byte() !== byte) return false;
  if (reader.byte() !== formatVersion) return false;
  state.at = reader.integer(0, countMax);
  const changedAt = reader.integer(0, state.at);
  if (!state.app.take(reader.text(appStateBytesMax), changedAt)) return false;
  readSessions(reader, state, limits);
  readKeys(reader, state, limits);
  readLocks(reader, state, limits);
  return reader.ended;
}

function readSessions(reader: ByteReader, state: ServiceState, limits: ServiceLimits): void {
  const count = reader.integer(0, limits.sessionsMax);
  let last = 0;
  for (let index = 0; index < count && !reader.failed; index += 1) {
    const id = reader.integer(last + 1, state.at);
    const name = readName(reader);
    const lease = micros(reader.integer(sessionLeaseMin, sessionLeaseMax));
    const sequence = reader.integer(0, countMax);
    const result = sequence === 0 ? null : readResult(reader);
    state.sessions.store({ id, name, lease, sequence, result });
    last = id;
  }
}

function readKeys(reader: ByteReader, state: ServiceState, limits: ServiceLimits): void {
  const count = reader.integer(0, limits.keysMax);
  let last = "";
  for (let index = 0; index < count && !reader.failed; index += 1) {
    const key = readName(reader);
    const value = reader.bytes(valueBytesMax).slice();
    const version = reader.integer(1, countMax);
    const changedAt = reader.integer(1, state.at);
    const owner = reader.integer(0, state.at);
    if (key <= last || !isOpenOrNone(state, owner)) reader.fail();
    else state.keys.store({ found: { key, value, version, changedAt }, owner });
    last = key;
  }
  if (state.keys.bytes > limits.keyBytesMax) reader.fail();
}

const isOpenOrNone = (state: ServiceState, owner: number): boolean =>
  owner === 0 || state.sessions.open.has(owner);

function readLocks(reader: ByteReader, state: ServiceState, limits: ServiceLimits): void {
  const count = reader.integer(0, limits.locksMax);
  let last = "";
  for (let index = 0; index < count && !reader.failed; index += 1) {
    const lock = readLock(reader, state, limits);
    if (lock.name <= last || !isSound(state, lock)) reader.fail();
    else state.locks.store(lock);
    last = lock.name;
  }
}

function readLock(reader: ByteReader, state: ServiceState, limits: ServiceLimits): Lock {
  const name = readName(reader);
  const token = reader.integer(1, state.at);
  const delay = micros(reader.integer(0, lockDelayMax));
  const holder = reader.flag() ? readClaim(reader) : null;
  const waiters: Claim[] = [];
  const count = reader.integer(0, limits.waitersMax);
  for (let index = 0; index < count && !reader.failed; index += 1) waiters.push(readClaim(reader));
  return { name, token, delay, holder, waiters };
}

function readClaim(reader: ByteReader): Claim {
  const session = reader.integer(1, countMax);
  return { session, lockDelay: micros(reader.integer(0, lockDelayMax)) };
}

/** The invariants of `Locks`. */
function isSound(state: ServiceState, lock: Lock): boolean {
  const claims = lock.holder === null ? lock.waiters : [lock.holder, ...lock.waiters];
  const sessions = new Set(claims.map((claim) => claim.session));
  if (sessions.size !== claims.length) return false;
  for (const session of sessions) if (!state.sessions.open.has(session)) return false;
  if (lock.holder !== null) return lock.delay === 0;
  return lock.delay > 0 || lock.waiters.length === 0;
}
