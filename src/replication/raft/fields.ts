/** What the records of Raft are made of, beside plain bytes: numbers, and names of members. */
import { type NodeId, nodeIdLengthMax, parseNodeId } from "../../kernel/ids.js";
import type { ByteReader } from "../../wire/byte-reader.js";

/** Of terms, indices and lives. */
export const numberMax = 2 ** 48 - 1;

export const readNumber = (reader: ByteReader): number => reader.integer(0, numberMax);

/** Null where there is none, or a name that is none. */
export function readMember(reader: ByteReader): NodeId | null {
  const text = reader.text(nodeIdLengthMax);
  return reader.failed ? null : parseNodeId(text);
}
