/**
 * The health of a sensor's channels as plain data, so that a replica which starts, or lost its
 * state, does not believe a channel that the others have excluded. It comes from outside: whatever
 * does not fit is refused as a whole.
 *
 * It travels in every reply with a state, beside those of the other sensors, so it is small: a few
 * arrays a channel, in a fixed order, and instants as the microseconds by which they lie before the
 * closing.
 */
import { type Instant, instant } from "../../kernel/time.js";
import { channelsMax } from "../ballots.js";
import { type ActivityState, levelMax, pastSamples } from "./activity.js";
import {
  agoOf,
  agoOrNull,
  instantOf,
  isAgo,
  isCount,
  isGridded,
  isGriddedWithin,
  isValue,
  orNaN,
  orNull,
} from "./fields.js";
import type { Accepted } from "./intake.js";
import { type CommonModeState, doubtSamples } from "./joint-step.js";
import type { HealthOptions } from "./options.js";
import type { RecordState } from "./phase.js";
import type { ResidualState } from "./residuals.js";
import { encodeRecord, parseRecord } from "./snapshot-record.js";
import type { Run } from "./stillness.js";

export interface ChannelState {
  readonly record: RecordState;
  readonly run: Readonly<Run>;
  readonly residual: ResidualState;
  readonly activity: ActivityState;
  /** The newest source time; NaN before the first. */
  readonly source: number;
  readonly screenedOutSince: Instant | null;
  readonly accepted: Accepted;
}

export interface HealthState {
  readonly closedAt: Instant;
  readonly states: readonly ChannelState[];
  readonly commonMode: CommonModeState;
  /** The voter's; it is checked by the voter. */
  readonly memory: readonly unknown[];
}

/** The longest memory of a voter: four numbers for each of the most channels. */
const memoryLengthMax = 4 * channelsMax;

const version = 2;

export function encodeHealth(health: HealthState): unknown {
  const { closedAt, states, commonMode, memory } = health;
  const channels = states.map((state) => encode(closedAt, state));
  const { spoke, since, left } = commonMode;
  const common = [spoke, agoOf(closedAt, since), left];
  return { v: version, at: closedAt, channels, common, memory };
}

function encode(closedAt: Instant, state: ChannelState): readonly unknown[] {
  const { record, run, residual, activity, source, screenedOutSince, accepted } = state;
  const { last, agreed, mean, longMean, unrest } = residual;
  const { level, step, present, past, seen, held } = activity;
  return [
    encodeRecord(closedAt, record),
    [orNull(run.value), orNull(run.finestStep), run.meanStep, run.held, run.references.map(orNull)],
    [
      agoOrNull(closedAt - source),
      agoOf(closedAt, screenedOutSince),
      orNull(accepted.value),
      agoOrNull(closedAt - accepted.at),
    ],
    [orNull(last), orNull(agreed), orNull(mean), orNull(longMean), unrest],
    [orNull(level), orNull(step), present, past, seen, held],
  ];
}

/** Reads a snapshot of `count` channels; null when any part of it cannot be right. */
export function parseHealth(
  snapshot: unknown,
  count: number,
  options: HealthOptions,
): HealthState | null {
  if (typeof snapshot !== "object" || snapshot === null) return null;
  const { v, at, channels, common, memory } = snapshot as Record<string, unknown>;
  if (v !== version || !isCount(at, Number.MAX_SAFE_INTEGER)) return null;
  if (!Array.isArray(channels) || channels.length !== count) return null;
  if (!Array.isArray(memory) || memory.length > memoryLengthMax) return null;
  const states: ChannelState[] = [];
  for (const fields of channels) {
    const state = parseChannel(fields, at, count, options);
    if (state === null) return null;
    states.push(state);
  }
  const commonMode = parseCommonMode(common, at, count);
  return commonMode === null ? null : { closedAt: instant(at), states, commonMode, memory };
}

function parseChannel(
  fields: unknown,
  at: number,
  count: number,
  options: HealthOptions,
): ChannelState | null {
  if (!Array.isArray(fields) || fields.length !== 5) return null;
  const record = parseRecord(fields[0], at, options);
  const run = parseRun(fields[1], count);
  const intake = parseIntake(fields[2], at);
  const residual = parseResidual(fields[3]);
  const activity = parseActivity(fields[4]);
  if (record === null || run === null || intake === null) return null;
  if (residual === null || activity === null) return null;
  return { record, run, residual, activity, ...intake };
}

function parseRun(fields: unknown, count: number): Run | null {
  if (!Array.isArray(fields) || fields.length !== 5) return null;
  const [value, finestStep, meanStep, held, references] = fields as unknown[];
  if (!isValue(value) || !isValue(finestStep) || typeof held !== "boolean") return null;
  if (!isValue(meanStep) || meanStep === null || meanStep < 0) return null;
  if (!Array.isArray(references) || references.length !== count) return null;
  if (!references.every(isValue)) return null;
  return {
    value: orNaN(value),
    finestStep: orNaN(finestStep),
    meanStep,
    held,
    references: references.map(orNaN),
  };
}

function parseIntake(fields: unknown, at: number) {
  if (!Array.isArray(fields) || fields.length !== 4) return null;
  const [source, screenedOut, value, acceptedAgo] = fields as unknown[];
  const screenedOutSince = instantOf(at, screenedOut);
  if (!isAgo(source) || screenedOutSince === undefined) return null;
  if (!isValue(value) || !isAgo(acceptedAgo)) return null;
  const accepted = { value: orNaN(value), at: at - orNaN(acceptedAgo) };
  return { source: at - orNaN(source), screenedOutSince, accepted };
}

function parseResidual(fields: unknown): ResidualState | null {
  if (!Array.isArray(fields) || fields.length !== 5 || !fields.every(isGridded)) return null;
  const [last, agreed, mean, longMean] = fields.map(orNaN) as [number, number, number, number];
  const unrest = fields[4] ?? null;
  return unrest === null || unrest < 0 ? null : { last, agreed, mean, longMean, unrest };
}

function parseActivity(fields: unknown): ActivityState | null {
  if (!Array.isArray(fields) || fields.length !== 6) return null;
  const [level, step, present, past, seen, held] = fields as unknown[];
  if (!isGriddedWithin(level, levelMax) || !isGriddedWithin(step, 2 * levelMax)) return null;
  if (typeof held !== "boolean" || !isCount(seen, pastSamples)) return null;
  const activityMax = Number.MAX_SAFE_INTEGER;
  if (!isCount(present, activityMax) || !isCount(past, activityMax)) return null;
  return { level: orNaN(level), step: orNaN(step), present, past, seen, held };
}

function parseCommonMode(fields: unknown, at: number, count: number): CommonModeState | null {
  if (!Array.isArray(fields) || fields.length !== 3) return null;
  const [spoke, sinceAgo, left] = fields as unknown[];
  const since = instantOf(at, sinceAgo);
  if (!isCount(spoke, 2 ** count - 1) || since === undefined) return null;
  if (!isCount(left, doubtSamples) || (since === null) !== (left === 0)) return null;
  return { spoke, since, left };
}
