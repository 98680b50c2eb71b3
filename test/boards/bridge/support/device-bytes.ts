/**
 * The device's half of firmware-bridge/protocol.md, written once more and plainly: what it says as
 * bytes, and what it hears. With the host's half it would share the host's mistakes.
 */
export const be16 = (value: number): readonly number[] => [(value >> 8) & 255, value & 255];

export const be32 = (value: number): readonly number[] => [
  ...be16(Math.floor(value / 65_536)),
  ...be16(value % 65_536),
];

export const at48 = (bytes: Uint8Array, at: number): number =>
  at16(bytes, at) * 2 ** 32 + at16(bytes, at + 2) * 2 ** 16 + at16(bytes, at + 4);

export const at16 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);

export interface HelloFields {
  readonly version?: number;
  readonly device?: number;
  readonly cause?: number;
  readonly boots?: number;
  readonly cluster?: number;
  readonly pins?: number;
  readonly time?: number;
}

export function helloBytes({
  version = 2,
  device = 1,
  cause = 1,
  boots = 1,
  cluster = 0,
  pins = 18,
  time = 0,
}: HelloFields): Uint8Array {
  const head = [0x01, version, device, 2, 0, cause];
  return Uint8Array.of(...head, ...be16(boots), ...be16(cluster), pins, ...be32(time));
}

export interface BeatFields {
  readonly sequence?: number;
  readonly time?: number;
  readonly state?: number;
  readonly errors?: number;
  readonly refused?: number;
  readonly bad?: number;
  readonly overruns?: number;
}

export function beatBytes({
  sequence = 0,
  time = 0,
  state = 0,
  errors = 0,
  refused = 0,
  bad = 0,
  overruns = 0,
}: BeatFields): Uint8Array {
  const head = [0x10, ...be16(sequence), ...be32(time), state, errors];
  return Uint8Array.of(...head, ...be16(refused), ...be16(bad), ...be16(overruns));
}

export function samplesBytes(
  sequence: number,
  time: number,
  values: readonly (readonly [pin: number, value: number])[],
): Uint8Array {
  const items = values.flatMap(([pin, value]) => [pin, ...be16(value)]);
  return Uint8Array.of(0x11, ...be16(sequence), ...be32(time), ...items);
}

export function edgesBytes(
  pin: number,
  last: number,
  edges: readonly (readonly [level: number, time: number])[],
): Uint8Array {
  const items = edges.flatMap(([level, time]) => [level, ...be32(time)]);
  return Uint8Array.of(0x12, pin, ...be16(last), ...items);
}

export const doneBytes = (sequence: number, result: number, pin: number): Uint8Array =>
  Uint8Array.of(0x13, ...be16(sequence), result, pin);
