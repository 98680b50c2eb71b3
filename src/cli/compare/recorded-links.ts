/**
 * The links to one node, measured from its flight recording. Headers of frames are in the clear, so
 * no key is needed; frames that the node itself refused are left out, as anyone may have sent them.
 */
import { BeatMeter, type MeteredLink } from "../../detection/advice/beat-meter.js";
import { type NodeId, parseNodeId } from "../../kernel/ids.js";
import { RecordingDecoder, type StepRecord } from "../../replay/format.js";
import { kindOf, readHeader, untaggedBytesMin } from "../../wire/envelope.js";
import { CliFailure } from "../exit.js";
import type { FlightRecording } from "../flight-recording.js";

/** More peers than this are not measured. */
export const measuredPeersMax = 64;

export interface RecordedLink extends MeteredLink {
  readonly peer: NodeId;
}

/** By name. Refuses a recording in which no peer beats often enough. */
export function recordedLinks(
  file: string,
  { header, text }: FlightRecording,
): readonly RecordedLink[] {
  const meters = new Map<NodeId, BeatMeter>();
  // What follows the end of the last line is only a part of one.
  const lines = text.split("\n").slice(0, -1);
  const decoder = new RecordingDecoder(lines[0] ?? "", header);
  for (const [index, line] of lines.entries()) {
    if (index === 0) continue;
    const decoded = decoder.decode(line);
    if (decoded.kind === "unreadable") {
      throw new CliFailure("invalidFile", `${file}:${index + 1}: expected ${decoded.expected}`);
    }
    if (decoded.kind === "step") meter(meters, decoded.record);
  }
  const links = [...meters].flatMap(([peer, beats]) => {
    const link = beats.result();
    return link === null ? [] : [{ peer, ...link }];
  });
  if (links.length > 0) return links.sort((one, other) => (one.peer < other.peer ? -1 : 1));
  throw new CliFailure("invalidFile", `${file}: expected beats of a peer, a few dozen at least`);
}

function meter(meters: Map<NodeId, BeatMeter>, { at, input, outputs }: StepRecord): void {
  if (input.kind !== "datagram" || input.bytes.length < untaggedBytesMin) return;
  if (outputs.some((output) => output.startsWith("report refused "))) return;
  const header = readHeader(input.bytes, input.bytes.length);
  const peer = parseNodeId(header?.source);
  if (header === null || header.audience !== "everyone" || peer === null) return;
  const beats = meters.get(peer) ?? new BeatMeter();
  if (!meters.has(peer) && meters.size === measuredPeersMax) return;
  meters.set(peer, beats);
  const { bootId, sequence, kindCode } = header;
  beats.take({ at, bootId, sequence, isBeat: kindOf(kindCode) === "heartbeat" });
}
