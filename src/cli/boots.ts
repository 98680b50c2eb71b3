/**
 * `holdfast boots`: the last starts of the replicas of this machine, why each came, and what the
 * life before it left behind. It reads the state folder, so no replica need run.
 */
import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { loadConfig } from "../config/load.js";
import { journalPath, journalSuffix, readJournal } from "../host/boots/journal-file.js";
import {
  type EvidenceFile,
  evidenceFolder,
  listEvidence,
  readEvidence,
} from "../host/evidence/evidence-folder.js";
import { parseNodeId } from "../kernel/ids.js";
import type { EvidenceRecord } from "../watchdog/evidence.js";
import type { BootEntry } from "../watchdog/restart/boot-journal.js";
import { type BootRow, type BootsOfNode, bootsText, evidenceText } from "./boots/text.js";
import { type ConfigFlags, requireConfig, withConfigFlags } from "./config-source.js";
import { CliFailure } from "./exit.js";
import { type CliIo, writeJson } from "./io.js";
import { paintFor } from "./terminal.js";

interface Flags extends ConfigFlags {
  readonly stateDir?: string;
  readonly node?: string;
  /** True for the newest. */
  readonly evidence?: number | true;
  readonly json?: boolean;
}

const examples = `
Examples:
  $ holdfast boots --config boiler.yaml
  $ holdfast boots --state-dir /var/lib/holdfast --node a --json
  $ holdfast boots --evidence                 the newest record, for people
  $ holdfast boots --evidence 1795752421179   that of a boot in the table

The reason of a start is how the life before it ended: first, request, power, watchdog, panic,
crash, killed or unknown. Who was late, what ran and the last steps are in the evidence. The exit
code is 4 where nothing was written down.`;

export function bootsCommand(io: CliIo): Command {
  return withConfigFlags(new Command("boots"))
    .description("Tells why the replicas of this machine were started again, and how they ended.")
    .option("--state-dir <folder>", "where their journals are, instead of that of the config")
    .option("-n, --node <id>", "only this one")
    .option("--evidence [boot]", "the record of this boot, or the newest, in words", readBoot)
    .option("--json", "one JSON object on stdout")
    .addHelpText("after", examples)
    .action((flags: Flags) => boots(io, flags));
}

function readBoot(word: string): number {
  const boot = Number(word);
  if (/^[0-9]{1,15}$/.test(word) && Number.isSafeInteger(boot)) return boot;
  throw new InvalidArgumentError("Expected the number of a boot, as `holdfast boots` shows it.");
}

async function boots(io: CliIo, flags: Flags): Promise<void> {
  const stateDir = await stateDirOf(io, flags);
  const nodes = await nodesWithJournal(stateDir, flags.node);
  if (flags.evidence !== undefined) {
    await tellEvidence(io, flags, stateDir, nodes, flags.evidence);
    return;
  }
  const replicas = await Promise.all(nodes.map((node) => bootsOf(stateDir, node)));
  if (flags.json) writeJson(io, "boots", { stateDir, replicas });
  else {
    const paint = paintFor(io, io.stdout);
    io.stdout.write(replicas.map((one) => bootsText(one, paint)).join("\n"));
  }
}

async function stateDirOf(io: CliIo, flags: Flags): Promise<string> {
  if (flags.stateDir !== undefined) return resolve(io.cwd, flags.stateDir);
  return (await requireConfig(io, flags, loadConfig)).settings.stateDir;
}

/**
 * @throws CliFailure (usage) for a name that can be no node's, (not available) without a journal
 */
async function nodesWithJournal(stateDir: string, wanted?: string): Promise<readonly string[]> {
  if (wanted !== undefined && parseNodeId(wanted) === null) {
    throw new CliFailure("usage", `${wanted} is no id of a node`);
  }
  const names = await readdir(stateDir).catch((error: NodeJS.ErrnoException) => {
    throw new CliFailure("notAvailable", `no folder ${stateDir} (${error.code})`);
  });
  const nodes = names
    .filter((name) => name.endsWith(journalSuffix))
    .map((name) => parseNodeId(name.slice(0, -journalSuffix.length)))
    .filter((node) => node !== null)
    .filter((node) => wanted === undefined || node === wanted);
  if (nodes.length > 0) return nodes.sort();
  const who = wanted === undefined ? "no replica" : `no replica ${wanted}`;
  throw new CliFailure("notAvailable", `${who} was ever started with ${stateDir}`);
}

async function bootsOf(stateDir: string, node: string): Promise<BootsOfNode> {
  const { starts, warning } = await readJournal(journalPath(stateDir, node));
  const files = await listEvidence(evidenceFolder(stateDir), node);
  const rows = starts.map(async (entry, index) => {
    const next = starts[index + 1];
    const evidence = await recordOf(files, entry.bootId);
    return rowOf(entry, next, evidence);
  });
  return { node, warning, boots: await Promise.all(rows) };
}

function rowOf(
  entry: BootEntry,
  next: BootEntry | undefined,
  evidence: BootRow["evidence"],
): BootRow {
  const { bootId, wallClock, reason, backOff, safeMode, healthy, stopped } = entry;
  const ended = next?.reason ?? (stopped ? "request" : null);
  const row = { bootId, wallClock, reason, backOffUs: backOff, safeMode, healthy };
  return { ...row, ranUs: ranOf(entry, evidence), ranUsMax: ranMax(entry, next), ended, evidence };
}

/** A record of what was overcome says nothing about the end. */
function ranOf({ ran, startedAt, backOff }: BootEntry, evidence: BootRow["evidence"]) {
  if (ran !== null || evidence === null || evidence.restored) return ran;
  return Math.max(0, evidence.record.at - startedAt - backOff);
}

/** Only within one boot of the machine do the clocks of two lives compare. */
function ranMax(entry: BootEntry, next: BootEntry | undefined): number | null {
  if (next === undefined || entry.machineBoot === null) return null;
  if (next.machineBoot !== entry.machineBoot) return null;
  return Math.max(0, next.startedAt - entry.startedAt - entry.backOff);
}

/** Of a bite rather than of what was overcome, where there are both. */
async function recordOf(
  files: readonly EvidenceFile[],
  bootId: number,
): Promise<BootRow["evidence"]> {
  const own = files.filter((file) => file.bootId === bootId);
  const file = own.find(({ restored }) => !restored) ?? own[0];
  if (file === undefined) return null;
  const reading = await readEvidence(file.path);
  if (reading?.ok !== true) return null;
  return { path: file.path, restored: file.restored, record: reading.record };
}

interface Found {
  readonly path: string;
  readonly record: EvidenceRecord;
}

async function tellEvidence(
  io: CliIo,
  flags: Flags,
  stateDir: string,
  nodes: readonly string[],
  wanted: number | true,
): Promise<void> {
  const found = (await Promise.all(nodes.map((node) => evidenceOf(stateDir, node, wanted)))).flat();
  if (found.length === 0) {
    const which = wanted === true ? "no evidence was left" : `boot ${wanted} left no evidence`;
    throw new CliFailure("notAvailable", `${which} in ${evidenceFolder(stateDir)}`);
  }
  if (flags.json) {
    writeJson(io, "boots", { stateDir, evidence: found });
    return;
  }
  const paint = paintFor(io, io.stdout);
  io.stdout.write(found.map(({ record, path }) => evidenceText(record, path, paint)).join("\n"));
}

/** @throws CliFailure (invalid file) for a record that cannot be read */
async function evidenceOf(
  stateDir: string,
  node: string,
  wanted: number | true,
): Promise<readonly Found[]> {
  const files = await listEvidence(evidenceFolder(stateDir), node);
  const newest = files.at(-1)?.bootId;
  const bootId = wanted === true ? newest : wanted;
  const own = files.filter((file) => file.bootId === bootId);
  return Promise.all(own.map(({ path }) => readFound(path)));
}

async function readFound(path: string): Promise<Found> {
  const reading = await readEvidence(path);
  if (reading?.ok === true) return { path, record: reading.record };
  const expected = reading === null ? "a file that is still there" : reading.expected;
  throw new CliFailure("invalidFile", `${path}: expected ${expected}`);
}
