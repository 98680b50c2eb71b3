/**
 * Which profile of end-to-end protection the samples and the commands of a cluster have, and the
 * data ids of their streams. Everything here follows from the settings, so that all replicas and
 * the boards come to the same ids without a word.
 */

import type { E2eProfileName } from "../../codes/e2e/profile.js";
import { strangersMax } from "../../codes/e2e/receiver.js";
import { e2eProfileNames, e2eProfiles } from "../../codes/e2e/stream.js";
import type { NodeId } from "../../kernel/ids.js";
import type { ChannelMap } from "../channels.js";

/** Null where there is no protection. */
export type ProfileChoice = E2eProfileName | null;

export interface Protection {
  readonly samples: ProfileChoice;
  readonly commands: ProfileChoice;
}

export const unprotected: Protection = { samples: null, commands: null };

/** How a config says that there is no protection. */
export const noProfile = "none";

export const profileWords: readonly string[] = [...e2eProfileNames, noProfile];

/** @param word one of `profileWords`; absent means none */
export const profileOf = (word: string | undefined): ProfileChoice =>
  e2eProfileNames.find((name) => name === word) ?? null;

/** Of every sample, and of every command; P01 and P02 allow 30. */
export const payloadBytes = 16;
export const commandPayloadBytes = 24;

/** The value stands in the last bytes of the payload, and the payload at the end of the frame. */
export const valueBytes = 8;

/** How long every protected sample is. */
export const protectedBytes = (profile: E2eProfileName): number =>
  e2eProfiles[profile].headerBytes + payloadBytes;

/** Data ids of samples are 1 to 2047, those of commands 2048 to 4095: all that P01 can tell. */
export const protectedChannelsMax = 2_047;
export const protectedCommandsMax = 2_048;
const firstSampleId = 1;
const firstCommandId = 2_048;

/** So many protected values fit into one sample message, whatever the profile and the results. */
export const protectedChannelsPerNodeMax = 128;

/** A stream of frames, and the ids of those that could stray into it. */
export interface StreamIds {
  readonly dataId: number;
  /** At most `strangersMax`; none where each frame tells its id by itself. */
  readonly strangers: readonly number[];
}

/** By the id of a channel: its number in the order of the config. */
export function sampleIds(map: ChannelMap, profile: E2eProfileName): Map<string, StreamIds> {
  const channels = [...new Map([...map.values()].flat().map((one) => [one.id, one])).values()];
  const numbered = channels.map(({ node }, index) => ({ node, dataId: firstSampleId + index }));
  const idsOf = (node: NodeId): readonly number[] =>
    // Those in the same message are the first that could change places.
    [...numbered.filter((one) => one.node === node), ...numbered.filter((one) => one.node !== node)]
      .slice(0, strangersMax + 1)
      .map(({ dataId }) => dataId);
  const nodes = new Set(channels.map(({ node }) => node));
  const nearest = new Map([...nodes].map((node) => [node, idsOf(node)]));
  return new Map(
    channels.map(({ id, node }, index) => {
      const dataId = firstSampleId + index;
      return [id, { dataId, strangers: strangersTo(profile, dataId, nearest.get(node) ?? []) }];
    }),
  );
}

/** What follows from the cluster alone: its replicas, sorted, and the app's outputs in order. */
export interface CommandedCluster {
  readonly nodes: readonly NodeId[];
  readonly outputs: readonly string[];
}

/** By output, the streams to the board of one node. */
export function commandIds(
  self: NodeId,
  { nodes, outputs }: CommandedCluster,
  profile: E2eProfileName,
): Map<string, StreamIds> {
  const idOf = (node: number, output: number): number =>
    firstCommandId + node * outputs.length + output;
  const own = nodes.indexOf(self);
  const beside = outputs.slice(0, strangersMax + 1).map((_, output) => idOf(own, output));
  return new Map(
    outputs.map((name, output) => {
      const peers = nodes.map((_, node) => idOf(node, output));
      const strangers = strangersTo(profile, idOf(own, output), [...peers, ...beside]);
      return [name, { dataId: idOf(own, output), strangers }];
    }),
  );
}

function strangersTo(
  profile: E2eProfileName,
  dataId: number,
  others: readonly number[],
): readonly number[] {
  if (e2eProfiles[profile].tellsDataId) return [];
  const strangers = new Set(others);
  strangers.delete(dataId);
  return [...strangers].slice(0, strangersMax);
}

/** How much there is to protect. */
export interface ProtectedSize {
  /** By node, how many channels it has. */
  readonly channelCounts: readonly number[];
  /** The outputs, once for each node: every board has them all. */
  readonly commandCount: number;
}

export interface ProtectionProblem {
  readonly key: keyof Protection;
  /** Completes "expected ...". */
  readonly expected: string;
}

/** What there is too much of to protect it; empty where all is well. */
export function protectionProblems(
  { samples, commands }: Protection,
  { channelCounts, commandCount }: ProtectedSize,
): readonly ProtectionProblem[] {
  const problems: ProtectionProblem[] = [];
  const limit = (key: keyof Protection, what: string, count: number, most: number): void => {
    if (count <= most) return;
    problems.push({ key, expected: `at most ${most} ${what} to protect, got ${count}` });
  };
  if (samples !== null) {
    const total = channelCounts.reduce((sum, count) => sum + count, 0);
    const most = Math.max(0, ...channelCounts);
    limit("samples", "channels", total, protectedChannelsMax);
    limit("samples", "channels of one node", most, protectedChannelsPerNodeMax);
  }
  if (commands !== null) {
    limit("commands", "outputs of all nodes together", commandCount, protectedCommandsMax);
  }
  return problems;
}
