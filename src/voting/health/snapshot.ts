/**
 * The health of a sensor's channels as plain data, so that a replica which starts, or lost its
 * state, does not believe a channel that the others have excluded. It comes from outside: whatever
 * does not fit is refused as a whole.
 *
 * It travels in every reply with a state, beside those of the other sensors, so it is small: one
 * array a channel, in a fixed order, and instants as the microseconds by which they lie before the
 * closing.
 */
import { type Instant, instant } from "../../kernel/time.js";
import { channelsMax } from "../ballots.js";
import type { Phase, RecordState } from "./channel-record.js";
import type { Complaint } from "./evidence.js";
import type { HealthOptions } from "./options.js";
import type { Run } from "./stillness.js";

export interface ChannelState {
  readonly record: RecordState;
  readonly run: Readonly<Run>;
  /** The newest source time; NaN before the first. */
  readonly source: number;
  readonly screenedOutSince: Instant | null;
}

export interface HealthState {
  readonly closedAt: Instant;
  readonly states: readonly ChannelState[];
  /** The voter's; it is checked by the voter. */
  readonly memory: readonly unknown[];
}

/** The longest memory of a voter: four numbers for each of the most channels. */
const memoryLengthMax = 4 * channelsMax;

const version = 1;

const phaseKinds: readonly Phase["kind"][] = [
  "trusted",
  "suspected",
  "excluded",
  "quarantined",
  "probation",
  "latched",
  "overridden",
  "vouched",
];

const complaints: readonly Complaint[] = [
  "NO_DATA",
  "STALE_TIMESTAMP",
  "STUCK",
  "OUT_OF_RANGE",
  "DISAGREE",
  "LATE",
  "CORRUPT",
  "MASQUERADE",
  "RATE_LIMIT",
  "DEAD",
  "NOISY",
  "BIAS",
  "DRIFT",
  "ERROR_DENSITY",
  "OVERRIDDEN",
];

export function encodeHealth(health: HealthState): unknown {
  const { closedAt, states, memory } = health;
  const channels = states.map((state) => encode(closedAt, state));
  return { v: version, at: closedAt, channels, memory };
}

function encode(closedAt: Instant, state: ChannelState): readonly unknown[] {
  const { record, run, source, screenedOutSince } = state;
  const { phase, strikes, since, excludedAt, readmissions } = record;
  const reason = "reason" in phase ? complaints.indexOf(phase.reason) : 0;
  return [
    phaseKinds.indexOf(phase.kind),
    reason,
    "left" in phase ? phase.left : 0,
    strikes,
    closedAt - since,
    closedAt - excludedAt,
    readmissions.map((at) => closedAt - at),
    orNull(run.value),
    orNull(run.finestStep),
    run.held,
    run.references.map(orNull),
    orNull(closedAt - source),
    screenedOutSince === null ? null : closedAt - screenedOutSince,
    run.meanStep,
  ];
}

/** Reads a snapshot of `count` channels; null when any part of it cannot be right. */
export function parseHealth(
  snapshot: unknown,
  count: number,
  options: HealthOptions,
): HealthState | null {
  if (typeof snapshot !== "object" || snapshot === null) return null;
  const { v, at, channels, memory } = snapshot as Record<string, unknown>;
  if (v !== version || !isCount(at, Number.MAX_SAFE_INTEGER)) return null;
  if (!Array.isArray(channels) || channels.length !== count) return null;
  if (!Array.isArray(memory) || memory.length > memoryLengthMax) return null;
  const states: ChannelState[] = [];
  for (const fields of channels) {
    const state = Array.isArray(fields) ? parseChannel(fields, at, count, options) : null;
    if (state === null) return null;
    states.push(state);
  }
  return { closedAt: instant(at), states, memory };
}

function parseChannel(
  fields: readonly unknown[],
  at: number,
  count: number,
  options: HealthOptions,
): ChannelState | null {
  const record = parseRecord(fields, at, options);
  const run = parseRun(fields, count);
  const [source, omitted] = fields.slice(11);
  if (record === null || run === null || fields.length !== 14) return null;
  if (!isAgo(source) || !(omitted === null || isCount(omitted, at))) return null;
  return {
    record,
    run,
    source: source === null ? Number.NaN : at - source,
    screenedOutSince: omitted === null ? null : instant(at - omitted),
  };
}

function parseRecord(
  fields: readonly unknown[],
  at: number,
  options: HealthOptions,
): RecordState | null {
  const [kind, reason, left, strikes, since, excluded, readmissions] = fields;
  const phase = parsePhase(kind, reason, left, options);
  if (phase === null || !isCount(strikes, options.strikesMax - 1)) return null;
  if (!isCount(since, at) || !isCount(excluded, at)) return null;
  const instants = parseReadmissions(readmissions, at, options.readmissionsPerHourMax);
  if (instants === null) return null;
  return {
    phase,
    strikes,
    since: instant(at - since),
    excludedAt: instant(at - excluded),
    readmissions: instants,
  };
}

function parsePhase(
  kindIndex: unknown,
  reasonIndex: unknown,
  left: unknown,
  options: HealthOptions,
): Phase | null {
  if (!isCount(kindIndex, phaseKinds.length) || !isCount(reasonIndex, complaints.length))
    return null;
  const kind = phaseKinds[kindIndex];
  const reason = complaints[reasonIndex];
  if (kind === undefined || reason === undefined) return null;
  if (kind === "trusted" || kind === "vouched") return { kind };
  if (kind === "overridden") return { kind, reason: "OVERRIDDEN" };
  if (kind !== "quarantined" && kind !== "probation") return { kind, reason };
  const { quarantineSamples, probationAgreements, returnAgreements } = options;
  const leftMax = Math.max(quarantineSamples, probationAgreements, returnAgreements);
  return isCount(left, leftMax) && left > 0 ? { kind, reason, left } : null;
}

function parseReadmissions(field: unknown, at: number, countMax: number): Instant[] | null {
  if (!Array.isArray(field) || field.length > countMax) return null;
  const instants: Instant[] = [];
  for (const ago of field) {
    if (!isCount(ago, at)) return null;
    instants.push(instant(at - ago));
  }
  return instants;
}

function parseRun(fields: readonly unknown[], count: number): Run | null {
  const [value, finestStep, held, references] = fields.slice(7);
  const meanStep = fields[13];
  if (!isValue(value) || !isValue(finestStep) || typeof held !== "boolean") return null;
  if (!isValue(meanStep) || meanStep === null || meanStep < 0) return null;
  if (!Array.isArray(references) || references.length !== count) return null;
  if (!references.every(isValue)) return null;
  return {
    value: value ?? Number.NaN,
    finestStep: finestStep ?? Number.NaN,
    meanStep,
    held,
    references: references.map((reference) => reference ?? Number.NaN),
  };
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

const isCount = (field: unknown, max: number): field is number =>
  Number.isSafeInteger(field) && (field as number) >= 0 && (field as number) <= max;

const isAgo = (field: unknown): field is number | null =>
  field === null || isCount(field, Number.MAX_SAFE_INTEGER);

const isValue = (field: unknown): field is number | null =>
  field === null || Number.isFinite(field);
