/**
 * What a member must never forget: its term, its vote in that term, and what it knows about its own
 * disk (see blank.ts). It is the `meta` record of the stable log.
 */
import type { NodeId } from "../../kernel/ids.js";
import { ByteReader } from "../../wire/byte-reader.js";
import { ByteWriter } from "../../wire/byte-writer.js";
import { readMember, readNumber } from "./fields.js";
import { membersMax } from "./group.js";

export interface HardState {
  readonly term: number;
  readonly vote: NodeId | null;
  /** Of this disk: the number that its first start was given. */
  readonly life: number;
  /** It may vote: no promise of an earlier life of this name can be broken by it. */
  readonly founded: boolean;
  /** Its log is an outline: it was a witness, and can never serve as a full copy. */
  readonly outline: boolean;
  /** The lives of the others, as they were found blank before the first election. */
  readonly lives: ReadonlyMap<NodeId, number>;
}

const version = 1;
const flags = { voted: 1, founded: 2, outline: 4 } as const;

export function encodeHardState(state: HardState): Uint8Array {
  const writer = new ByteWriter(256);
  writer.byte(version);
  const voted = state.vote === null ? 0 : flags.voted;
  const founded = state.founded ? flags.founded : 0;
  writer.byte(voted | founded | (state.outline ? flags.outline : 0));
  writer.integer(state.term);
  writer.integer(state.life);
  if (state.vote !== null) writer.text(state.vote);
  writer.byte(state.lives.size);
  for (const [member, life] of state.lives) {
    writer.text(member);
    writer.integer(life);
  }
  return writer.take();
}

/** Null where the bytes are no hard state. */
export function parseHardState(bytes: Uint8Array): HardState | null {
  const reader = new ByteReader(bytes);
  if (reader.byte() !== version) return null;
  const flag = reader.byte();
  const term = readNumber(reader);
  const life = readNumber(reader);
  const voted = (flag & flags.voted) !== 0;
  const vote = voted ? readMember(reader) : null;
  if (voted && vote === null) return null;
  const lives = new Map<NodeId, number>();
  const count = reader.byte();
  if (count > membersMax) return null;
  for (let read = 0; read < count; read += 1) {
    const member = readMember(reader);
    const memberLife = readNumber(reader);
    if (member === null) return null;
    lives.set(member, memberLife);
  }
  if (!reader.ended) return null;
  const founded = (flag & flags.founded) !== 0;
  return { term, vote, life, founded, outline: (flag & flags.outline) !== 0, lives };
}
