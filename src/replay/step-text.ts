/**
 * A machine's inputs and outputs in short, for people, and exact: the bulk is there as its CRC, so
 * two texts are the same only where the outputs are (but for one pair in four thousand million).
 */
import { crc32c } from "../codes/crc32c.js";
import { unreachable } from "../kernel/assert.js";
import type { Timeout } from "../kernel/machine.js";
import type { Instant } from "../kernel/time.js";
import type { NodeEvent } from "../node/events.js";
import type { NodeInput, NodeOutput } from "../node/ports.js";
import type { RequestOfClient } from "../replication/replica/ports.js";
import type { ClientReply } from "../replication/service/ports.js";
import { encodeReply } from "../replication/service/reply-bodies.js";
import { encodeBody } from "../wire/cbor.js";
import { claimedSource } from "../wire/envelope.js";
import { asciiJson, crcOfAscii, crcText } from "./ascii-crc.js";

/** @param now the instant of the step: times are told from there */
export function outputText(now: Instant, output: NodeOutput): string {
  switch (output.kind) {
    case "send":
      return `send to ${output.targets.join(",")}: ${bytesText(output.bytes)}`;
    case "route":
      return `route to ${output.member}: ${output.address ?? "none"}`;
    case "write":
      return writeText(now, output);
    case "release":
      return `release ${output.output}`;
    case "report":
      return `report ${eventFields(output.event)}`;
    case "disk":
      return diskText(output);
    case "reply":
      return `reply to client ${output.client}: ${replyText(output.reply)}`;
    case "read":
    case "pet":
      return output.kind;
    default:
      return unreachable(output);
  }
}

function writeText(now: Instant, command: Extract<NodeOutput, { kind: "write" }>): string {
  const { output, value, until, frame, cycle, token } = command;
  const vote = cycle === undefined ? "" : ` as the vote of cycle ${cycle}`;
  const right = token === undefined ? "" : ` by right ${token}`;
  const text = `write ${output} ${numberText(value)} for ${until - now} us${vote}${right}`;
  return frame === null ? text : `${text} in ${bytesText(frame)}`;
}

/** What the machine threw stands in the place of its outputs. */
export function thrownText(error: unknown): string {
  return error instanceof Error ? `threw ${error.name}: ${error.message}` : `threw ${error}`;
}

export function inputText(now: Instant, input: NodeInput | Timeout): string {
  switch (input.kind) {
    case "timeout":
      return "timeout";
    case "datagram": {
      const source = claimedSource(input.bytes, input.bytes.length);
      const origin = input.origin === undefined ? "" : ` from ${input.origin}`;
      const path = input.path === undefined ? "" : ` by path ${input.path}`;
      return `datagram of ${source ?? "nobody"}${origin}${path}: ${bytesText(input.bytes)}`;
    }
    case "readings": {
      const readings = input.readings.map(
        ({ channel, value, sourceTime }) => `${channel} ${value} (${now - sourceTime} us old)`,
      );
      return `readings: ${readings.join(", ")}`;
    }
    case "override":
      return `a person's word on ${input.channel} of ${input.sensor}: ${input.word}`;
    case "snooze":
      return `a person's word to the watchdog: snooze for ${input.length} us`;
    case "reboot":
      return "a person's word to the watchdog: reboot";
    case "disk-done":
      return doneText(input);
    case "requests":
      return `requests: ${input.requests.map(requestText).join(", ")}`;
    case "client-gone":
      return `client ${input.client} is gone`;
    case "client-paused":
      return `client ${input.client} ${input.paused ? "takes no more" : "takes more again"}`;
    case "write-refused":
      return refusedText(input);
    default:
      return unreachable(input);
  }
}

const requestText = ({ client, body }: RequestOfClient): string =>
  `of client ${client} ${bytesText(encodeBody(body))}`;

function refusedText(input: Extract<NodeInput, { kind: "write-refused" }>): string {
  const { output, reason, token, newest } = input;
  const seen = newest === undefined ? "" : ` (right ${token ?? "none"}; seen ${newest})`;
  return `write of ${output} refused: ${reason}${seen}`;
}

function diskText({ id, lane, operation }: Extract<NodeOutput, { kind: "disk" }>): string {
  const { kind } = operation;
  const named = "file" in operation ? ` ${operation.file}` : "";
  const lead = `disk ${id} (${lane}) ${kind}${named}`;
  switch (kind) {
    case "write": {
      const synced = operation.synced ? ", synced" : "";
      return `${lead} at ${operation.offset}: ${bytesText(operation.bytes)}${synced}`;
    }
    case "read":
      return `${lead} at ${operation.offset}: ${operation.length} bytes`;
    case "create":
    case "truncate":
      return `${lead}: ${operation.bytes} bytes`;
    case "rename":
      return `${lead} ${operation.from} to ${operation.to}`;
    case "list":
    case "sync":
    case "remove":
    case "sync-folder":
      return lead;
    default:
      return unreachable(operation);
  }
}

/** A reply is data that has a body on the wire, which is shorter than its text. */
const replyText = (reply: ClientReply): string => {
  const bytes = encodeBody(encodeReply(reply));
  return `${reply.kind} ${"id" in reply ? reply.id : reply.watch} ${bytesText(bytes)}`;
};

function doneText({ id, result }: Extract<NodeInput, { kind: "disk-done" }>): string {
  if (!result.ok) return `disk ${id} failed: ${result.reason}`;
  const read = result.bytes === undefined ? "" : `: ${bytesText(result.bytes)}`;
  const listed = result.files === undefined ? "" : `: ${result.files.length} files`;
  return `disk ${id} done${read}${listed}`;
}

const bytesText = (bytes: Uint8Array): string => `${bytes.length} bytes #${crcText(crc32c(bytes))}`;

/** `String` makes a zero of minus zero, and the two are not the same to a machine. */
const numberText = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/** The kind, the plain fields, and the CRC of everything. */
function eventFields({ kind, ...fields }: NodeEvent): string {
  const plain = Object.entries(fields).filter(([, value]) => typeof value !== "object");
  const words = plain.map(([name, value]) => `${name}=${value}`);
  const json = asciiJson(fields);
  return [kind, ...words, `#${crcText(crcOfAscii(json) ?? 0)}`].join(" ");
}
