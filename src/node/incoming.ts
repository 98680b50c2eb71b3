/**
 * From an opened frame to the input of the part that it is for. The envelope is genuine by now, but
 * a genuine sender may be broken: a body that does not fit its kind is refused whole.
 */
import type { ChannelMap } from "../control/channels.js";
import {
  parseOrder,
  parseSample,
  parseSampleRequest,
  parseStateReply,
  parseStateRequest,
} from "../control/cycle/messages.js";
import type { CycleInput } from "../control/cycle/ports.js";
import type { PathInput } from "../detection/paths/path-watch.js";
import { unreachable } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import type { MembershipInput } from "../membership/ports.js";
import type { ReplicaInput } from "../replication/replica/ports.js";
import type { FrameKind } from "../wire/envelope.js";

export type Incoming =
  | { readonly part: "membership"; readonly input: MembershipInput }
  | { readonly part: "cycle"; readonly input: CycleInput }
  | { readonly part: "paths"; readonly input: PathInput }
  | { readonly part: "replica"; readonly input: ReplicaInput };

/** An opened frame: its envelope was checked. */
export interface Frame {
  readonly source: NodeId;
  readonly bootId: number;
  readonly kind: FrameKind;
  readonly body: unknown;
  /** Where the datagram came from; null where the link cannot tell. */
  readonly origin: string | null;
}

/** What must be known of the cluster to judge a body. */
export interface Roster {
  readonly nodes: readonly NodeId[];
  readonly sensorCount: number;
  readonly channelCounts: ReadonlyMap<NodeId, number>;
  readonly channels: ChannelMap;
  /** Of each protected sample; null where samples are not protected. */
  readonly frameBytes: number | null;
}

/** Null when the body does not fit; nothing has changed then. */
export function readFrame(frame: Frame, roster: Roster): Incoming | null {
  switch (frame.kind) {
    case "heartbeat":
    case "membership":
      return readMembership(frame);
    case "paths":
      return readPaths(frame);
    case "replication":
      return { part: "replica", input: { kind: "message", from: frame.source, body: frame.body } };
    case "sample":
    case "sample-request":
    case "state-request":
    case "state-reply":
    case "override": {
      const input = readCycleInput(frame, roster);
      return input === null ? null : { part: "cycle", input };
    }
    default:
      return unreachable(frame.kind);
  }
}

/** The body is parsed by the membership itself: what it means hangs on the detector. */
function readMembership({ source: from, bootId: life, origin, body }: Frame): Incoming {
  return { part: "membership", input: { kind: "message", from, life, origin, body } };
}

/** The body is parsed by the path watch itself: what it means hangs on the paths. */
function readPaths({ source: from, bootId: life, body }: Frame): Incoming {
  return { part: "paths", input: { kind: "hearing", from, life, body } };
}

function readCycleInput(frame: Frame, roster: Roster): CycleInput | null {
  const { kind, source: from, body } = frame;
  if (kind === "sample") {
    const channelCount = roster.channelCounts.get(from) ?? 0;
    const shape = {
      nodeCount: roster.nodes.length,
      channelCount,
      sensorCount: roster.sensorCount,
      frameBytes: roster.frameBytes,
    };
    const message = parseSample(body, shape);
    return message === null ? null : { kind, from, message };
  }
  if (kind === "sample-request") {
    const request = parseSampleRequest(body, roster.nodes);
    return request === null ? null : { kind, from, request };
  }
  if (kind === "state-request") {
    const cycle = parseStateRequest(body);
    return cycle === null ? null : { kind, from, cycle };
  }
  if (kind === "override") {
    const order = parseOrder(body, roster.channels, roster.nodes);
    return order === null ? null : { kind: "order", order };
  }
  const reply = parseStateReply(body, roster.sensorCount);
  return reply === null ? null : { kind: "state-reply", from, reply };
}
