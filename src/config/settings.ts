/**
 * The settings of a run: what every replica knows of the cluster, and what only its host needs.
 */
import type { App } from "../control/app.js";
import type { SensorVoting, VotingMap } from "../control/cycle/sensor-bank.js";
import { type Protection, profileOf } from "../control/protection/protection.js";
import type { HostPort } from "../host/address.js";
import type { RealtimeWish } from "../host/lanes/grant.js";
import type { SerialLine } from "../host/serial/serial-lines.js";
import type { WatchdogSettings } from "../host/watchdog/watchdog-settings.js";
import { type NodeId, nodeId } from "../kernel/ids.js";
import { micros } from "../kernel/time.js";
import { type DetectionChoice, detectionOf } from "../node/detection-settings.js";
import { firstPath, pathsOf, secondPath, serialPathName } from "../node/path-settings.js";
import type { ClusterSettings, Timing } from "../node/settings.js";
import { voters } from "../voting/voters.js";
import type { RestartSettings } from "../watchdog/restart/restart-policy.js";
import type { BoardSettings } from "./board-schema.js";
import { channelMapOf } from "./channel-map.js";
import { type DependabilitySettings, dependabilityOf } from "./dependability-settings.js";
import { type HooksSettings, hooksOf } from "./hooks.js";
import { restartsOf } from "./restarts.js";
import type { FileContent, LogLevel } from "./schema.js";
import { serialOf } from "./serial.js";
import { stateOf } from "./state.js";
import { type VoterSettings, voterSettingsOf } from "./voter.js";
import { watchdogSettingsOf } from "./watchdog-settings.js";

export interface RecorderSettings {
  /** The folder of the recordings, an absolute path; one file per node. */
  readonly path: string;
  readonly bytesMax: number;
  readonly bytesPerSecondMax: number;
}

export interface RunSettings {
  readonly cluster: ClusterSettings;
  /** Every node is a key. */
  readonly addresses: ReadonlyMap<NodeId, HostPort>;
  /** The same on a second network; null where the config has none. */
  readonly secondAddresses: ReadonlyMap<NodeId, HostPort> | null;
  /** Lines between the replicas, a path beside the others; none where the config has none. */
  readonly serial: readonly SerialLine[];
  /** 16 to 64 bytes; never to be logged. */
  readonly key: Uint8Array;
  /** `file` of a recorded board is an absolute path. */
  readonly board: BoardSettings;
  /** Null where no output is voted in firmware, or that is not ours to reach. */
  readonly voter: VoterSettings | null;
  /** Null where nothing is recorded: the config has no `recorder`. */
  readonly recorder: RecorderSettings | null;
  /** Null where the loop keeps ordinary priority: the config has no `realtime`. */
  readonly realtime: RealtimeWish | null;
  /** An absolute path; the folder need not exist yet. */
  readonly stateDir: string;
  readonly watchdog: WatchdogSettings;
  /** What a replica does about its own boot loop. */
  readonly restarts: RestartSettings;
  /** Commands that follow the right to drive; null where there are none. */
  readonly hooks: HooksSettings | null;
  readonly log: { readonly level: LogLevel };
  readonly faultsAllowed: boolean;
  /** Null where the config gives no rates. No replica reads it. */
  readonly dependability: DependabilitySettings | null;
}

/** Absolute; empty where the config has no such thing. */
export interface ConfigPaths {
  readonly stateDir: string;
  readonly recorderPath: string;
  readonly boardFile: string;
}

/** What was read from beside the file. */
export interface Surroundings extends ConfigPaths {
  readonly app: App;
  readonly key: Uint8Array;
}

/** @param content checked, and complete: every key that has a default is there */
export function settingsOf(content: FileContent, around: Surroundings): RunSettings {
  return {
    cluster: clusterOf(content, around.app),
    addresses: new Map(content.nodes.map((node) => [nodeId(node.id), node.address])),
    secondAddresses: secondAddressesOf(content),
    serial: serialOf(content),
    key: around.key,
    board: boardOf(content.board, around.boardFile),
    voter: voterOf(content),
    recorder: recorderOf(content, around.recorderPath),
    realtime: realtimeOf(content),
    stateDir: around.stateDir,
    watchdog: watchdogSettingsOf(content.watchdog ?? {}),
    restarts: restartsOf(content.restarts ?? {}),
    hooks: hooksOf(content.hooks),
    log: { level: content.log?.level ?? "info" },
    faultsAllowed: content.faultsAllowed ?? false,
    dependability: dependabilityOf(content.dependability),
  };
}

const voterOf = ({ voter, timing }: FileContent): VoterSettings | null =>
  voter === undefined ? null : voterSettingsOf(voter, timing?.cycle ?? micros(0));

/** In the same order at every replica, for they name them by their place. */
function pathNamesOf(content: FileContent): readonly string[] {
  const second = secondAddressesOf(content) === null ? [] : [secondPath];
  const serial = (content.serial ?? []).length === 0 ? [] : [serialPathName];
  return [firstPath, ...second, ...serial];
}

/** All nodes have one or none has: `checkNodes` saw to it. */
function secondAddressesOf({ nodes }: FileContent): ReadonlyMap<NodeId, HostPort> | null {
  const addresses = nodes.flatMap(({ id, secondAddress }) =>
    secondAddress === undefined ? [] : [[nodeId(id), secondAddress] as const],
  );
  return addresses.length === 0 ? null : new Map(addresses);
}

function clusterOf(content: FileContent, app: App): ClusterSettings {
  const nodes = content.nodes.map((node) => node.id).sort();
  const timing = timingOf(content.timing ?? {});
  return {
    cluster: content.cluster,
    nodes: nodes.map(nodeId),
    app,
    channels: channelMapOf(app, content.channels ?? {}),
    voting: votingOf(content.voting ?? {}),
    rereadsMax: content.rereads ?? 0,
    timing,
    detection: detectionOf(choiceOf(content.detection ?? {}), nodes.length, timing),
    paths: pathsOf(pathNamesOf(content), timing),
    votedOutputs: votedOutputsOf(content.outputs ?? {}),
    protection: protectionOf(content.protection ?? {}),
    state: stateOf(content),
  };
}

const votedOutputsOf = (outputs: NonNullable<FileContent["outputs"]>): readonly string[] =>
  Object.keys(outputs).filter((name) => outputs[name]?.right === "voter");

/** Nothing is absent any more: `settleTiming` went over it. */
function timingOf(timing: NonNullable<FileContent["timing"]>): Timing {
  const time = (key: Exclude<keyof Timing, "clockDriftMaxPpm">) => timing[key] ?? micros(0);
  return {
    cycle: time("cycle"),
    cutoff: time("cutoff"),
    heartbeat: time("heartbeat"),
    suspectAfter: time("suspectAfter"),
    lease: time("lease"),
    clockDriftMaxPpm: timing.clockDriftMaxPpm ?? 0,
    skewMax: time("skewMax"),
    sampleAgeMax: time("sampleAgeMax"),
    latenessMax: time("latenessMax"),
    watchdog: time("watchdog"),
  };
}

/** The schema leaves an absent key absent, so nothing is present but `undefined`. */
export const choiceOf = (detection: NonNullable<FileContent["detection"]>) =>
  detection as Partial<DetectionChoice>;

export function votingOf(voting: NonNullable<FileContent["voting"]>): VotingMap {
  const entries = Object.entries(voting).map(([sensor, { voter: name = "", ...rest }]) => {
    const voter = voters.get(name);
    // The schema leaves an absent key absent, so nothing here is present but `undefined`.
    const settings = { ...(voter === undefined ? {} : { voter }), ...rest } as SensorVoting;
    return [sensor, settings] as const;
  });
  return new Map(entries);
}

export const protectionOf = (protection: NonNullable<FileContent["protection"]>): Protection => ({
  samples: profileOf(protection.samples),
  commands: profileOf(protection.commands),
});

const boardOf = (board: BoardSettings, file: string): BoardSettings =>
  board.kind === "recorded" ? { ...board, file } : board;

function recorderOf(content: FileContent, path: string): RecorderSettings | null {
  const { recorder } = content;
  if (recorder === undefined) return null;
  const { bytesMax = 0, bytesPerSecondMax = 0 } = recorder;
  return { path, bytesMax, bytesPerSecondMax };
}

const realtimeOf = ({ realtime }: FileContent): RealtimeWish | null =>
  realtime === undefined ? null : { priority: realtime.priority, cpu: realtime.cpu ?? null };
