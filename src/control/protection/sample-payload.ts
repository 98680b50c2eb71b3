/**
 * What is protected of a sample: sixteen bytes, big endian, the same for every profile.
 *
 *     byte 0       1 where there is a value, 0 for an omission
 *     bytes 1-5    the age of the value when it was sent, in microseconds
 *     bytes 6-7    the low bits of the number of the cycle that it was sent for
 *     bytes 8-15   the value, a float of 64 bits; all zeros for an omission
 *
 * The cycle is there so that an old frame in a new message is known by itself. A counter tells it
 * only to those who remember the frame before, and replicas that lost different frames remember
 * different ones: their votes would differ over one and the same frame.
 */
import { type Duration, micros } from "../../kernel/time.js";
import { payloadBytes } from "./protection.js";

/** A value and its age, for the cycle in which it was sent. */
export interface SampleContent {
  readonly value: number | null;
  readonly age: Duration;
}

/** The oldest that can be told, 12 days; what is older is as good as this. */
export const payloadAgeMax = micros(2 ** 40 - 1);

export const cycleStamps = 2 ** 16;

const valueAt = 8;

/** @param into of `payloadBytes`; every byte of it is written */
export function writeSample(into: Uint8Array, { value, age }: SampleContent, cycle: number): void {
  const view = viewOf(into);
  const told = Math.min(age, payloadAgeMax);
  view.setUint8(0, value === null ? 0 : 1);
  view.setUint8(1, Math.floor(told / 2 ** 32));
  view.setUint32(2, told % 2 ** 32);
  view.setUint16(6, cycle % cycleStamps);
  view.setFloat64(valueAt, value ?? 0);
}

/** Null for bytes that no sender writes. */
export function readSample(
  payload: Uint8Array,
): (SampleContent & { readonly cycleStamp: number }) | null {
  if (payload.length !== payloadBytes) return null;
  const view = viewOf(payload);
  const present = view.getUint8(0);
  const age = micros(view.getUint8(1) * 2 ** 32 + view.getUint32(2));
  const value = view.getFloat64(valueAt);
  if (present > 1 || !Number.isFinite(value) || (present === 0 && value !== 0)) return null;
  return { value: present === 0 ? null : value, age, cycleStamp: view.getUint16(6) };
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
