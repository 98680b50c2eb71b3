/**
 * `holdfast kv`: settings of the cluster by key, read and written through a replica on this
 * machine. Any replica will do: what only the leader can do is handed on to it.
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Command } from "commander";
import type { StateClient, Watch } from "../host/state/client-ports.js";
import type { KeyValue, WatchEvent } from "../replication/service/ports.js";
import { BadVerdict, CliFailure } from "./exit.js";
import { type CliIo, schemaOf, writeJson } from "./io.js";
import { onEndSignal } from "./lifetime.js";
import { ageText } from "./state/age.js";
import { type ClientFlags, withClient, withClientFlags } from "./state/client.js";
import {
  countIn,
  lineValue,
  nameIn,
  prefixIn,
  shownValue,
  valueIn,
  valueJson,
} from "./state/words.js";
import { table } from "./terminal.js";

interface ReadFlags extends ClientFlags {
  readonly stale?: boolean;
}

interface WriteFlags extends ClientFlags {
  readonly ifVersion?: string;
  readonly file?: string;
}

interface ListFlags extends ReadFlags {
  readonly limit?: string;
}

const examples = `
Examples:
  $ holdfast kv put boiler/setpoint 62.5
  $ holdfast kv get boiler/setpoint
  $ holdfast kv put boiler/setpoint 65 --if-version 3   only if nobody changed it since
  $ holdfast kv put mode auto --if-version 0            only if there is no such key yet
  $ holdfast kv list boiler/ --stale                  what this replica has, and how old that may be
  $ holdfast kv watch boiler/ --json

A write is on the disks of a majority when it is told as done. The exit code is 1 when there is no
such key or its version is another one, 4 when no replica or no leader can be reached, 5 when there
was no answer in time: then nobody knows whether a write was applied.`;

export function kvCommand(io: CliIo): Command {
  return new Command("kv")
    .description("Settings of the cluster by key: replicated, durable, and the same for all.")
    .addHelpText("after", examples)
    .addCommand(getOf(io))
    .addCommand(putOf(io))
    .addCommand(deleteOf(io))
    .addCommand(listOf(io))
    .addCommand(watchOf(io));
}

const withFlags = (name: string): Command =>
  withClientFlags(new Command(name)).addHelpText("after", examples);

const staleFlag = "what the replica has at once, with how old that may be at most";

const getOf = (io: CliIo): Command =>
  withFlags("get")
    .description("The value of a key.")
    .argument("<key>")
    .option("--stale", staleFlag)
    .action((key: string, flags: ReadFlags) => get(io, nameIn("the key", key), flags));

const putOf = (io: CliIo): Command =>
  withFlags("put")
    .description("Writes a key; told as done when it is on the disks of a majority.")
    .argument("<key>")
    .argument("[value]", "text; instead of --file")
    .option("--file <file>", "the value is what the file has; - reads from stdin")
    .option("--if-version <number>", "only if the key is at this version; 0: if there is none")
    .action((key: string, value: string | undefined, flags: WriteFlags) =>
      put(io, nameIn("the key", key), value, flags),
    );

const deleteOf = (io: CliIo): Command =>
  withFlags("delete")
    .description("Removes a key; done as well where there is none.")
    .argument("<key>")
    .option("--if-version <number>", "only if the key is at this version")
    .action((key: string, flags: WriteFlags) => remove(io, nameIn("the key", key), flags));

const listOf = (io: CliIo): Command =>
  withFlags("list")
    .description("The keys that begin with a prefix, with their values.")
    .argument("[prefix]", "left out: all", "")
    .option("--limit <count>", "at most so many")
    .option("--stale", staleFlag)
    .action((prefix: string, flags: ListFlags) => list(io, prefixIn(prefix), flags));

const watchOf = (io: CliIo): Command =>
  withFlags("watch")
    .description("Every change of the keys that begin with a prefix, until stopped.")
    .argument("[prefix]", "left out: all", "")
    .action((prefix: string, flags: ClientFlags) => watch(io, prefixIn(prefix), flags));

async function get(io: CliIo, key: string, flags: ReadFlags): Promise<void> {
  const stale = flags.stale ?? false;
  const { found, at, age } = await withClient(io, flags, (client) => client.get(key, { stale }));
  if (flags.json) {
    writeJson(io, "kv", { key, found: found === null ? null : keyJson(found), at, age });
  } else {
    if (found === null) io.stderr.write(`no key ${key}\n`);
    else io.stdout.write(`${shownValue(found.value)}\n`);
    if (stale) io.stderr.write(`${ageText(age)}\n`);
  }
  if (found === null) throw new BadVerdict();
}

async function put(
  io: CliIo,
  key: string,
  word: string | undefined,
  flags: WriteFlags,
): Promise<void> {
  const value = valueIn(await givenValue(io, word, flags.file));
  const condition = conditionOf(flags);
  const { version, at } = await withClient(io, flags, (client) =>
    client.put(key, value, condition),
  );
  if (flags.json) writeJson(io, "kv", { key, version, at });
  else io.stdout.write(`${key} is at version ${version}\n`);
}

async function remove(io: CliIo, key: string, flags: WriteFlags): Promise<void> {
  await withClient(io, flags, (client) => client.delete(key, conditionOf(flags)));
  if (flags.json) writeJson(io, "kv", { key, deleted: true });
  else io.stdout.write(`there is no key ${key} any more\n`);
}

const conditionOf = ({ ifVersion }: WriteFlags): { version?: number } =>
  ifVersion === undefined ? {} : { version: countIn("--if-version", ifVersion) };

async function givenValue(
  io: CliIo,
  word: string | undefined,
  file: string | undefined,
): Promise<Uint8Array> {
  if ((word === undefined) === (file === undefined)) {
    throw new CliFailure("usage", "expected a value or --file, and not both");
  }
  if (file === undefined) return Buffer.from(word ?? "");
  const place = file === "-" ? 0 : resolve(io.cwd, file);
  try {
    return typeof place === "number" ? await stdinBytes() : await readFile(place);
  } catch (error) {
    throw new CliFailure("notAvailable", `--file: ${String(error)}`);
  }
}

async function stdinBytes(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function list(io: CliIo, prefix: string, flags: ListFlags): Promise<void> {
  const limit = flags.limit === undefined ? null : countIn("--limit", flags.limit, 1);
  const stale = flags.stale ?? false;
  const { keys, more, age } = await withClient(io, flags, (client) =>
    pages(client, prefix, { stale, limit }),
  );
  if (flags.json) {
    writeJson(io, "kv", { prefix, keys: keys.map(keyJson), more, age });
    return;
  }
  const rows = keys.map(({ key, version, value }) => [key, String(version), lineValue(value)]);
  const columns = [{ title: "key" }, { title: "version", align: "right" }, { title: "value" }];
  if (rows.length > 0) io.stdout.write(table(columns as Parameters<typeof table>[0], rows));
  if (more) io.stderr.write("there are more: --limit ended the list\n");
  if (stale) io.stderr.write(`${ageText(age)}\n`);
}

interface Pages {
  readonly stale: boolean;
  /** Null: all. */
  readonly limit: number | null;
}

/** Page by page: each is of one instant, and all of them together need not be. */
async function pages(client: StateClient, prefix: string, { stale, limit }: Pages) {
  const keys: KeyValue[] = [];
  for (;;) {
    const last = keys.at(-1)?.key;
    const rest = limit === null ? 1_000 : Math.min(1_000, limit - keys.length);
    const from = last === undefined ? {} : { after: last };
    const page = await client.list(prefix, { ...from, stale, limit: rest });
    keys.push(...page.keys);
    const full = limit !== null && keys.length >= limit;
    if (!page.more || full) return { keys, more: page.more, age: page.age };
  }
}

const keyJson = ({ key, value, version, changedAt }: KeyValue): object => ({
  ...{ key, version, changedAt },
  ...valueJson(value),
});

async function watch(io: CliIo, prefix: string, flags: ClientFlags): Promise<void> {
  await withClient(io, flags, async (client) => {
    const events = client.watch({ kind: "prefix", prefix });
    onEndSignal(() => events.close());
    await tellAll(io, events, flags.json ?? false);
  });
}

async function tellAll(io: CliIo, events: Watch, json: boolean): Promise<void> {
  for await (const event of events) {
    const line = json ? JSON.stringify(eventJson(event)) : eventText(event);
    io.stdout.write(`${line}\n`);
  }
}

function eventJson(event: WatchEvent): object {
  const schema = schemaOf("kv");
  if (event.kind !== "put") return { schema, ...event };
  return { schema, kind: event.kind, at: event.at, ...keyJson(event.found) };
}

function eventText(event: WatchEvent): string {
  if (event.kind === "put") return `${event.found.key} = ${lineValue(event.found.value)}`;
  return event.kind === "deleted" ? `${event.key} is gone` : event.kind;
}
