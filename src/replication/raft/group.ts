/**
 * The group of members as a value: who votes in it, who is in it, and how it looks as bytes (in an
 * entry of the log, and in the head of a snapshot).
 */
import type { NodeId } from "../../kernel/ids.js";
import { ByteReader } from "../../wire/byte-reader.js";
import { ByteWriter } from "../../wire/byte-writer.js";
import { readMember, readNumber } from "./fields.js";
import type { Group, MemberRole, MemberRoles } from "./ports.js";
import type { Quorum } from "./quorum.js";

/** So many fit into a message, outgoing ones too. */
export const membersMax = 32;

export const noMembers: MemberRoles = new Map();
export const emptyGroup: Group = { members: noMembers, outgoing: null, lives: new Map() };

/** In the order of names, so that the same members give the same bytes everywhere. */
export function sortedRoles(roles: Iterable<readonly [NodeId, MemberRole]>): MemberRoles {
  return new Map([...roles].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Voters and witnesses. */
export function electorsOf(members: MemberRoles): readonly NodeId[] {
  const electors: NodeId[] = [];
  for (const [member, role] of members) if (role !== "learner") electors.push(member);
  return electors;
}

export function quorumOf(group: Group): Quorum {
  const outgoing = group.outgoing === null ? null : electorsOf(group.outgoing);
  return { incoming: electorsOf(group.members), outgoing };
}

/** All members, also those that are leaving, each once, in the order of names. */
export function everyoneIn(group: Group): readonly NodeId[] {
  const all = new Set([...group.members.keys(), ...(group.outgoing ?? noMembers).keys()]);
  return [...all].sort((one, other) => (one < other ? -1 : 1));
}

/** What a member is in the group: of a leaving one, what it was. Null of a stranger. */
export function roleIn(group: Group, member: NodeId): MemberRole | null {
  return group.members.get(member) ?? group.outgoing?.get(member) ?? null;
}

/** It has a vote in one of the two majorities. */
export function isElector(group: Group, member: NodeId): boolean {
  return [group.members, group.outgoing ?? noMembers].some((roles) => {
    const role = roles.get(member);
    return role === "voter" || role === "witness";
  });
}

/** It has a vote and a full copy, so it may lead. A leaving voter still may. */
export const mayLead = (group: Group, member: NodeId): boolean =>
  group.members.get(member) === "voter" ||
  (group.outgoing?.get(member) === "voter" && group.members.get(member) !== "witness");

const version = 1;
const roleCodes: readonly MemberRole[] = ["voter", "learner", "witness"];

export function encodeGroup(group: Group): Uint8Array {
  const writer = new ByteWriter(256);
  writer.byte(version);
  writeRoles(writer, group.members);
  writer.byte(group.outgoing === null ? 0 : 1);
  if (group.outgoing !== null) writeRoles(writer, group.outgoing);
  writer.byte(group.lives.size);
  for (const [member, life] of group.lives) {
    writer.text(member);
    writer.integer(life);
  }
  return writer.take();
}

/** Null where the bytes are no group. */
export function parseGroup(bytes: Uint8Array): Group | null {
  const reader = new ByteReader(bytes);
  if (reader.byte() !== version) return null;
  const members = readRoles(reader);
  if (members === null) return null;
  const joint = reader.byte() === 1;
  const outgoing = joint ? readRoles(reader) : null;
  if (joint && outgoing === null) return null;
  const lives = readLives(reader);
  return lives !== null && reader.ended ? { members, outgoing, lives } : null;
}

function writeRoles(writer: ByteWriter, roles: MemberRoles): void {
  writer.byte(roles.size);
  for (const [member, role] of roles) {
    writer.text(member);
    writer.byte(roleCodes.indexOf(role));
  }
}

function readRoles(reader: ByteReader): MemberRoles | null {
  const roles = new Map<NodeId, MemberRole>();
  const count = reader.byte();
  if (count > membersMax) return null;
  for (let read = 0; read < count; read += 1) {
    const member = readMember(reader);
    const role = roleCodes[reader.byte()];
    if (member === null || role === undefined || roles.has(member)) return null;
    roles.set(member, role);
  }
  return sortedRoles(roles);
}

function readLives(reader: ByteReader): ReadonlyMap<NodeId, number> | null {
  const lives = new Map<NodeId, number>();
  const count = reader.byte();
  if (count > 2 * membersMax) return null;
  for (let read = 0; read < count; read += 1) {
    const member = readMember(reader);
    const life = readNumber(reader);
    if (member === null || reader.failed) return null;
    lives.set(member, life);
  }
  return lives;
}
