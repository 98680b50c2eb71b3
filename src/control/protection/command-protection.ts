/**
 * End-to-end protection of commands: made where a command leaves the output gate, checked at the
 * last hop before the pin. Between the two lie queues, pipes, serial lines and drivers; none of
 * them can change a command, give it to another output or another board, or bring an older one
 * again, without the board noticing.
 *
 *     bytes 0-7    until when it holds, in microseconds of the clock of its node, big endian
 *     bytes 8-15   the token of the right by which it is given, big endian; 0 for none
 *     bytes 16-23  the value, a float of 64 bits
 *
 * The token is protected as the value is: a flipped bit in it could shut the board to every right
 * that there will be for years.
 *
 * Here the counter alone decides what is old: a board has one checker, so there is nobody to
 * disagree with. Each command is whole by itself, so a newer one is good whatever was lost before
 * it; half of the counters count as newer (serial number arithmetic, RFC 1982), the others as
 * older.
 */
import type { WriteRefusal } from "../../../boards/board.js";
import type { E2eProfileName } from "../../codes/e2e/profile.js";
import { type E2eCheck, type E2eReceiver, e2eReceiver } from "../../codes/e2e/receiver.js";
import { type E2eSender, e2eSender } from "../../codes/e2e/sender.js";
import { e2eProfiles } from "../../codes/e2e/stream.js";
import { assert, unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Instant } from "../../kernel/time.js";
import { type CommandedCluster, commandIds, commandPayloadBytes } from "./protection.js";

export interface CommandStreams extends CommandedCluster {
  readonly profile: E2eProfileName;
  readonly self: NodeId;
}

const untilAt = 0;
const tokenAt = 8;
const valueAt = 16;
const noToken = 0;

/** The node's end. */
export class CommandProtection {
  readonly #senders: ReadonlyMap<string, E2eSender>;
  readonly #payload = new Uint8Array(commandPayloadBytes);
  readonly #view = new DataView(this.#payload.buffer);

  constructor({ profile, self, ...cluster }: CommandStreams) {
    const ids = commandIds(self, cluster, profile);
    this.#senders = new Map(
      [...ids].map(([output, { dataId }]) => [
        output,
        e2eSender({ profile, dataId, payloadBytes: commandPayloadBytes }),
      ]),
    );
  }

  /** A fresh frame, with the next counter of the output. */
  protect(output: string, value: number, until: Instant, token: number | null): Uint8Array {
    writeWhole(this.#view, untilAt, until);
    writeWhole(this.#view, tokenAt, token ?? noToken);
    this.#view.setFloat64(valueAt, value);
    const protection = this.#senders.get(output)?.protect(this.#payload);
    assert(protection?.ok === true, `no protection for output ${output}`);
    return protection.frame;
  }
}

export interface Command {
  readonly output: string;
  readonly value: number;
  readonly until: Instant;
  readonly token?: number | null;
  readonly frame: Uint8Array | null;
}

/** The board's end: one for each board, asked once for every command that reaches it. */
export class CommandChecker {
  readonly #receivers: ReadonlyMap<string, E2eReceiver>;

  constructor({ profile, self, ...cluster }: CommandStreams) {
    const payloadBytes = commandPayloadBytes;
    const maxDeltaCounter = Math.floor((e2eProfiles[profile].counters - 1) / 2);
    const ids = commandIds(self, cluster, profile);
    this.#receivers = new Map(
      [...ids].map(([output, stream]) => [
        output,
        e2eReceiver({ profile, payloadBytes, maxDeltaCounter, ...stream }),
      ]),
    );
  }

  /** Null for a command that may go to the pin. What is said beside the frame must be in it. */
  refusalOf(command: Command): WriteRefusal | null {
    const { output, frame } = command;
    const receiver = this.#receivers.get(output);
    if (receiver === undefined) return "unknown-output";
    if (frame === null) return "corrupt-command";
    const check = receiver.check(frame);
    const refusal = refusalFor(check);
    if (refusal !== null || !("payload" in check)) return refusal;
    return isSame(check.payload, command) ? null : "corrupt-command";
  }
}

function refusalFor(check: E2eCheck): WriteRefusal | null {
  switch (check.status) {
    case "OK":
    case "OK_SOME_LOST":
      return null;
    case "REPEATED":
      return "repeated-command";
    case "WRONG_SEQUENCE":
      return "reordered-command";
    case "ERROR":
      return check.reason === "data-id" ? "masqueraded-command" : "corrupt-command";
    case "NO_NEW_DATA":
      return "corrupt-command";
    default:
      return unreachable(check);
  }
}

/** Minus zero is zero: JSON, which carries commands to another process, knows but one zero. */
function isSame(payload: Uint8Array, { value, until, token }: Command): boolean {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  if (readWhole(view, untilAt) !== until) return false;
  if (readWhole(view, tokenAt) !== (token ?? noToken)) return false;
  return Object.is(view.getFloat64(valueAt) + 0, value + 0);
}

/** A whole number from 0 to 2^53 - 1. */
function writeWhole(view: DataView, at: number, whole: number): void {
  view.setUint32(at, Math.floor(whole / 2 ** 32));
  view.setUint32(at + 4, whole % 2 ** 32);
}

const readWhole = (view: DataView, at: number): number =>
  view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
