/**
 * `holdfast lock`: who holds what, and a lock around a command. A holder's token is greater than
 * that of every holder before: whoever is handed it can refuse one who is late.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { Command } from "commander";
import type { AcquireOptions, HeldLock } from "../host/state/client-ports.js";
import { type Duration, micros } from "../kernel/time.js";
import { lockDelayMax, sessionLeaseMax, sessionLeaseMin } from "../replication/service/limits.js";
import type { LockView } from "../replication/service/ports.js";
import { CliFailure, EndedLike } from "./exit.js";
import { type CliIo, writeJson } from "./io.js";
import { ageText } from "./state/age.js";
import { askHere, type ClientFlags, withClient, withClientFlags } from "./state/client.js";
import { countIn, durationIn, durationWithin, nameIn } from "./state/words.js";
import { table } from "./terminal.js";

interface ListFlags extends ClientFlags {
  readonly stale?: boolean;
}

interface AcquireFlags extends ClientFlags {
  readonly wait?: string;
  readonly lockDelay?: string;
  readonly lease: string;
  readonly name?: string;
}

interface ReleaseFlags extends ClientFlags {
  readonly token: string;
}

const examples = `
Examples:
  $ holdfast lock list
  $ holdfast lock run backup --wait 1m -- ./backup.sh     HOLDFAST_LOCK_TOKEN has the token
  $ TOKEN=$(holdfast lock acquire valve --lease 5m)       held for 5 minutes, whatever happens
  $ holdfast lock release valve --token "$TOKEN"

run keeps the lock alive while its command runs, and kills the command when the lock may be lost:
another may have it then. It ends as the command did. acquire does not stay: the lock is free when
its lease is over, or released before. The exit code is 1 where another holds the lock, 4 when no
replica or no leader can be reached, 5 when there was no answer in time.`;

export function lockCommand(io: CliIo): Command {
  return new Command("lock")
    .description("Locks of the cluster, with fencing tokens.")
    .addHelpText("after", examples)
    .addCommand(listOf(io))
    .addCommand(acquireOf(io))
    .addCommand(runOf(io))
    .addCommand(releaseOf(io));
}

const withFlags = (name: string): Command =>
  withClientFlags(new Command(name)).addHelpText("after", examples);

const withAcquireFlags = (command: Command, lease: string): Command =>
  command
    .option("--wait <duration>", "how long to wait for it where another holds it", "0s")
    .option("--lock-delay <duration>", "nobody gets it for so long after we were lost", "0s")
    .option("--lease <duration>", "how long it is held without a sign of life", lease)
    .option("--name <name>", "who we are, for those who ask who holds it");

const listOf = (io: CliIo): Command =>
  withFlags("list")
    .description("All locks that are or were held, by whom and with which token.")
    .option("--stale", "what the replica has at once, with how old that may be at most")
    .action((flags: ListFlags) => list(io, flags));

const acquireOf = (io: CliIo): Command =>
  withAcquireFlags(withFlags("acquire"), "60s")
    .description("Takes a lock for the length of the lease, and prints the token.")
    .argument("<lock>")
    .action((lock: string, flags: AcquireFlags) => acquire(io, nameIn("the lock", lock), flags));

const runOf = (io: CliIo): Command =>
  withAcquireFlags(withFlags("run"), "10s")
    .description("Runs a command while a lock is held.")
    .argument("<lock>")
    .argument("<command...>", "after --")
    .action((lock: string, words: readonly string[], flags: AcquireFlags) =>
      run(io, nameIn("the lock", lock), words, flags),
    );

const releaseOf = (io: CliIo): Command =>
  withFlags("release")
    .description("Gives back what `lock acquire` took.")
    .argument("<lock>")
    .requiredOption("--token <token>", "that acquire printed")
    .action((lock: string, flags: ReleaseFlags) => release(io, nameIn("the lock", lock), flags));

async function list(io: CliIo, flags: ListFlags): Promise<void> {
  const stale = flags.stale ?? false;
  const { locks, age } = await withClient(io, flags, (client) => client.lock.list({ stale }));
  if (flags.json) {
    writeJson(io, "lock", { locks, age });
    return;
  }
  const columns = [
    { title: "lock" },
    { title: "held by" },
    { title: "token", align: "right" },
    { title: "waiting", align: "right" },
  ] as const;
  if (locks.length > 0) io.stdout.write(table(columns, locks.map(lockRow)));
  if (stale) io.stderr.write(`${ageText(age)}\n`);
}

const lockRow = ({ lock, holder, token, waiting, delayed }: LockView): string[] => [
  lock,
  holder === null ? (delayed ? "nobody yet: its lock-delay runs" : "nobody") : holderText(holder),
  String(token),
  String(waiting),
];

const holderText = ({ name, session }: NonNullable<LockView["holder"]>): string =>
  `${name} (session ${session})`;

function acquireOptions(flags: AcquireFlags): AcquireOptions & { readonly lease: Duration } {
  return {
    wait: durationIn("--wait", flags.wait ?? "0s"),
    lockDelay: durationWithin("--lock-delay", flags.lockDelay ?? "0s", [micros(0), lockDelayMax]),
    lease: durationWithin("--lease", flags.lease, [sessionLeaseMin, sessionLeaseMax]),
  };
}

const sessionOf = (flags: AcquireFlags, lease: Duration) => ({
  name: nameIn("--name", flags.name ?? `cli/${process.pid}`),
  lease,
});

async function acquire(io: CliIo, lock: string, flags: AcquireFlags): Promise<void> {
  const { lease, ...options } = acquireOptions(flags);
  const use = async (client: Parameters<Parameters<typeof withClient>[2]>[0]) => {
    const held = await client.lock.acquire(lock, options);
    client.leave();
    return held.token;
  };
  const token = await withClient(io, flags, use, sessionOf(flags, lease));
  if (flags.json) writeJson(io, "lock", { lock, token });
  else io.stdout.write(`${token}\n`);
}

async function release(io: CliIo, lock: string, flags: ReleaseFlags): Promise<void> {
  const token = countIn("--token", flags.token, 1);
  const view = await withClient(io, flags, (client) => client.lock.get(lock));
  const { holder } = view.lock;
  if (holder === null || view.lock.token !== token) throw notHeld(view.lock, token);
  // `acquire` has used one number of its session, and nobody uses another.
  const request = { kind: "command", id: 1, session: holder.session, sequence: 2 } as const;
  const reply = await askHere(io, flags, { ...request, command: { kind: "close-session" } });
  if (reply.kind !== "result" || !reply.result.ok) throw notOurs(view.lock);
  // A program that has used that number for something else was answered in our place.
  const { lock: now } = await withClient(io, flags, (client) => client.lock.get(lock));
  if (now.holder?.session === holder.session && now.token === token) throw notOurs(now);
  if (flags.json) writeJson(io, "lock", { lock, released: true });
  else io.stdout.write(`${lock} is free\n`);
}

function notOurs({ lock, holder }: LockView): CliFailure {
  const who = holder === null ? "somebody" : holderText(holder);
  const hint = "it is free when that program ends, or its lease after it has died";
  return new CliFailure("checkFailed", `${lock} is held by ${who}, a program that runs: ${hint}`, {
    reason: "not-holder",
  });
}

function notHeld({ lock, holder, token }: LockView, asked: number): CliFailure {
  const now = holder === null ? "nobody holds it" : `${holderText(holder)} holds it by ${token}`;
  return new CliFailure("checkFailed", `${lock} is not held by token ${asked}: ${now}`, {
    reason: "not-holder",
  });
}

async function run(
  io: CliIo,
  lock: string,
  words: readonly string[],
  flags: AcquireFlags,
): Promise<void> {
  const { lease, ...options } = acquireOptions(flags);
  const code = await withClient(
    io,
    flags,
    async (client) => {
      const held = await client.lock.acquire(lock, options);
      if (held.lost.aborted) throw lost(lock, "before the command could be run");
      const ended = await runHolding(held, words);
      if (held.lost.aborted) throw lost(lock, "while the command ran: killed it");
      await held.release();
      return ended;
    },
    sessionOf(flags, lease),
  );
  if (code !== 0) throw new EndedLike(code);
}

const lost = (lock: string, when: string): CliFailure =>
  new CliFailure("checkFailed", `${lock} was lost ${when}`);

/** The exit code of the command, or 128 and the number of the signal that ended it. */
function runHolding(held: HeldLock, [program = "", ...words]: readonly string[]): Promise<number> {
  const env = { ...process.env, HOLDFAST_LOCK_TOKEN: String(held.token) };
  // A group of its own: what the command has started must not go on without the lock either.
  const child = spawn(program, words, { stdio: "inherit", env, detached: true });
  const send = (signal: NodeJS.Signals): void => {
    if (child.pid !== undefined) signalGroup(child.pid, signal);
  };
  const kill = (): void => send("SIGKILL");
  // At once, and not with a word before: another may have the lock.
  held.lost.addEventListener("abort", kill);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, send);
  return new Promise((resolve, reject) => {
    child.on("error", (error) => {
      reject(new CliFailure("notAvailable", `${program}: cannot be run (${error.message})`));
    });
    child.on("exit", (code, signal) => {
      held.lost.removeEventListener("abort", kill);
      for (const one of signals) process.off(one, send);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // All of it has ended.
  }
}
