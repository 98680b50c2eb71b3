/** What a test needs to know of sealed frames in flight: their kind and who sealed them. */
import { claimedSource, type FrameKind, frameKinds } from "../../src/wire/envelope.js";

export const isKind = (bytes: Uint8Array, kind: FrameKind): boolean =>
  ((bytes[1] ?? 0) & 0x7f) === frameKinds[kind];

/** Whether the frame is the sample of a node, whoever sends it. */
export const isSampleOf = (bytes: Uint8Array, source: string): boolean =>
  isKind(bytes, "sample") && claimedSource(bytes, bytes.length) === source;
