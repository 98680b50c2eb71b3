/**
 * What replicas say to one another once a cycle, and when one must ask. Bodies are arrays, in the
 * order given here; a body that does not fit is refused whole.
 */
import type { NodeId } from "../../kernel/ids.js";
import { type Duration, micros } from "../../kernel/time.js";
import { asFinite, asInteger, asList } from "../../wire/shape.js";
import type { ChannelMap } from "../channels.js";
import { type ChannelOrder, channelWords } from "./overrides.js";
import { type Results, resultsTold } from "./voter-watch.js";

/** One value of the sender's board, as old as it was when it was sent. */
export interface SentValue {
  readonly value: number | null;
  readonly age: Duration;
}

/** A value as it is sent: plain, or as a frame of end-to-end protection. */
export type SentItem = SentValue | Uint8Array;

export interface SampleMessage {
  readonly cycle: number;
  /** The sender's monotonic clock when it sent, in microseconds. */
  readonly clock: number;
  /** The sender's cluster clock when it sent, in microseconds. */
  readonly sentAt: number;
  /** The digest of the sender's state after the cycle before; null when it has none to stand by. */
  readonly digest: number | null;
  /** The sender has just started and never had a state. */
  readonly fresh: boolean;
  readonly synchronised: boolean;
  /** By node, in the order of the cluster's list: what the sender read off that one's clock. */
  readonly echoes: readonly (number | null)[];
  /** In the order of the sender's channels. */
  readonly values: readonly SentItem[];
  /** What the sender voted in the cycle before; null when it has nothing to stand by. */
  readonly results: Results | null;
  /** The digest of the persons' words that the sender knows; 0 when it knows none. */
  readonly words: number;
  /** The index as of which the app's replicated state stands; null where it has none. */
  readonly settings: number | null;
}

/** What must be known of the cluster to judge a sample. */
export interface SampleShape {
  readonly nodeCount: number;
  /** How many channels the sender has. */
  readonly channelCount: number;
  readonly sensorCount: number;
  /**
   * How long the frame of each value is; null where values are plain. What is not as agreed is
   * refused, or a stranger to the protection could leave it off.
   */
  readonly frameBytes: number | null;
}

/** Asks for the samples of one cycle that did not arrive; whoever has them sends them again. */
export interface SampleRequest {
  readonly cycle: number;
  readonly missing: readonly NodeId[];
}

export interface StateReply {
  /** The cycle after which the state stood. */
  readonly cycle: number;
  readonly state: unknown;
  /** The cycle after which the health stood: the sender's newest. */
  readonly healthCycle: number;
  /** The health of the channels, by sensor in the order of the app; null when it did not fit. */
  readonly health: readonly unknown[] | null;
}

/** Cycle numbers and clocks stay below this, so that sums of them are exact. */
const numberMax = 2 ** 50;
const digestMax = 2 ** 48 - 1;
const wordsMax = 2 ** 32 - 1;
const settingsMax = Number.MAX_SAFE_INTEGER;
/** The oldest that a value can be said to be: 12 days. */
export const sentAgeMax = micros(2 ** 40);
const freshFlag = 1;
const synchronisedFlag = 2;

export const isFrame = (item: SentItem): item is Uint8Array => item instanceof Uint8Array;

export function sampleBody(message: SampleMessage): unknown {
  const flags = (message.fresh ? freshFlag : 0) | (message.synchronised ? synchronisedFlag : 0);
  const values = message.values.map((item) => (isFrame(item) ? item : [item.value, item.age]));
  const { cycle, clock, sentAt, digest, echoes, results, words, settings } = message;
  const body = [cycle, clock, sentAt, digest, flags, echoes, values, results, words];
  return settings === null ? body : [...body, settings];
}

export function parseSample(body: unknown, shape: SampleShape): SampleMessage | null {
  const fields = asList(body, 10);
  if (fields === null || fields.length < 9) return null;
  const cycle = asInteger(fields[0], 0, numberMax);
  const clock = asInteger(fields[1], 0, numberMax);
  const sentAt = asInteger(fields[2], 0, numberMax);
  const digest = asOptionalInteger(fields[3], 0, digestMax);
  const flags = asInteger(fields[4], 0, freshFlag | synchronisedFlag);
  const echoes = parseEchoes(fields[5], shape.nodeCount);
  const values = parseValues(fields[6], shape);
  const results = parseResults(fields[7], resultsTold(shape.sensorCount));
  const words = asInteger(fields[8], 0, wordsMax);
  const settings = fields.length === 9 ? null : (asInteger(fields[9], 0, settingsMax) ?? undefined);
  if (cycle === null || clock === null || sentAt === null || digest === undefined) return null;
  if (flags === null || echoes === null || values === null || results === undefined) return null;
  if (words === null || settings === undefined) return null;
  const fresh = (flags & freshFlag) !== 0;
  const synchronised = (flags & synchronisedFlag) !== 0;
  const standing = { digest, fresh, synchronised, results, words, settings };
  return { cycle, clock, sentAt, echoes, values, ...standing };
}

export function sampleRequestBody(request: SampleRequest, nodes: readonly NodeId[]): unknown {
  return [request.cycle, request.missing.map((node) => nodes.indexOf(node))];
}

export function parseSampleRequest(body: unknown, nodes: readonly NodeId[]): SampleRequest | null {
  const fields = asList(body, 2);
  if (fields === null || fields.length !== 2) return null;
  const cycle = asInteger(fields[0], 0, numberMax);
  const indices = asList(fields[1], nodes.length);
  if (cycle === null || indices === null) return null;
  const missing: NodeId[] = [];
  for (const index of indices) {
    const known = asInteger(index, 0, nodes.length - 1);
    if (known === null) return null;
    missing.push(nodes[known] as NodeId);
  }
  return { cycle, missing };
}

export const stateRequestBody = (cycle: number): unknown => [cycle];

export function parseStateRequest(body: unknown): number | null {
  const fields = asList(body, 1);
  return fields === null ? null : asInteger(fields[0], 0, numberMax);
}

export const stateReplyBody = (reply: StateReply): unknown => [
  reply.cycle,
  reply.state,
  reply.healthCycle,
  reply.health,
];

/** The state and the health are checked by those who take them. */
export function parseStateReply(body: unknown, sensorCount: number): StateReply | null {
  const fields = asList(body, 4);
  if (fields === null || fields.length !== 4) return null;
  const [, state, , snapshots] = fields;
  const cycle = asInteger(fields[0], 0, numberMax);
  const healthCycle = asInteger(fields[2], 0, numberMax);
  const health = snapshots === null ? null : asList(snapshots, sensorCount);
  if (cycle === null || healthCycle === null) return null;
  if (health === null && snapshots !== null) return null;
  if (health !== null && health.length !== sensorCount) return null;
  return { cycle, state, healthCycle, health };
}

/** Names, not places in lists: with another config a place would be another channel. */
export function orderBody({ cycle, sensor, channel, word, source }: ChannelOrder): unknown {
  return [cycle, sensor, channel, word, source];
}

export function parseOrder(
  body: unknown,
  channels: ChannelMap,
  nodes: readonly NodeId[],
): ChannelOrder | null {
  const fields = asList(body, 5);
  if (fields === null || fields.length !== 5) return null;
  const cycle = asInteger(fields[0], 0, numberMax);
  const [, sensor, channel] = fields;
  const word = channelWords.find((known) => known === fields[3]);
  const source = nodes.find((known) => known === fields[4]);
  if (cycle === null || source === undefined) return null;
  if (typeof sensor !== "string" || typeof channel !== "string") return null;
  const isKnown = channels.get(sensor)?.some(({ id }) => id === channel) === true;
  return isKnown && word !== undefined ? { cycle, sensor, channel, word, source } : null;
}

function parseEchoes(field: unknown, nodeCount: number): (number | null)[] | null {
  const list = asList(field, nodeCount);
  if (list === null || list.length !== nodeCount) return null;
  const echoes: (number | null)[] = [];
  for (const item of list) {
    const echo = asOptionalInteger(item, -numberMax, numberMax);
    if (echo === undefined) return null;
    echoes.push(echo);
  }
  return echoes;
}

function parseValues(field: unknown, shape: SampleShape): SentItem[] | null {
  const { channelCount, frameBytes } = shape;
  const list = asList(field, channelCount);
  if (list === null || list.length !== channelCount) return null;
  const values: SentItem[] = [];
  for (const item of list) {
    const sent = frameBytes === null ? parseValue(item) : parseFrame(item, frameBytes);
    if (sent === null) return null;
    values.push(sent);
  }
  return values;
}

function parseValue(item: unknown): SentValue | null {
  const pair = asList(item, 2);
  if (pair === null) return null;
  const value = pair[0] === null ? null : asFinite(pair[0]);
  const age = asInteger(pair[1], 0, sentAgeMax);
  if (age === null || (value === null && pair[0] !== null)) return null;
  return { value, age: age as Duration };
}

/** Whether it is a good one is found out where it is voted on. */
const parseFrame = (item: unknown, bytes: number): Uint8Array | null =>
  item instanceof Uint8Array && item.length === bytes ? item : null;

/** `undefined` when the field is neither null nor so many results. */
function parseResults(field: unknown, count: number): Results | null | undefined {
  if (field === null) return null;
  const list = asList(field, count);
  if (list === null || list.length !== count) return undefined;
  const results: (number | null)[] = [];
  for (const item of list) {
    const result = item === null ? null : asFinite(item);
    if (result === null && item !== null) return undefined;
    results.push(result);
  }
  return results;
}

/** `undefined` when the field is neither null nor such an integer. */
function asOptionalInteger(field: unknown, min: number, max: number): number | null | undefined {
  if (field === null) return null;
  return asInteger(field, min, max) ?? undefined;
}
