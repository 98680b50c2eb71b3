/**
 * Brings a clone to the point where it can be run: the packages of package-lock.json are installed,
 * and `dist` holds what the sources say. `npm start`, `npm test` and `npm run test:hil` begin with
 * it, so a clean clone needs nothing but Node.
 *
 * It is plain JavaScript without a dependency, for it runs before there is a compiler, and in a
 * syntax that an old Node still parses, which is then told that it is too old. What is done already
 * costs a third of a second and prints nothing; work prints one line to stderr; a failure prints
 * all.
 *
 * Two set-ups at once (`npm test` beside `npm start`) take turns by a lock file. It holds the pid
 * of its owner: the lock of an owner that is gone is taken over.
 */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const nodeVersionMin = [20, 19];
const cacheFolder = join(root, ".cache");
const lockFile = join(cacheFolder, "setup.lock");

/** A set-up that waits longer than this for another gives up and names the lock file. */
const lockWaitMaxMs = 600_000;
const lockPollMs = 100;
const outputBytesMax = 64 * 1024 * 1024;

class SetupFailure extends Error {}

function main() {
  requireNode();
  mkdirSync(cacheFolder, { recursive: true });
  takeLock();
  try {
    if (!isInstalled()) install();
    build();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [majorMin, minorMin] = nodeVersionMin;
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return;
  const found = process.versions.node;
  throw new SetupFailure(`Holdfast needs Node ${majorMin}.${minorMin} or newer, this is ${found}.`);
}

/**
 * The lock is made whole beside its place and then linked into it, which fails where one is
 * already: nobody ever sees a lock without a pid.
 */
function takeLock() {
  const own = `${lockFile}.${process.pid}`;
  const giveUpAt = Date.now() + lockWaitMaxMs;
  writeFileSync(own, String(process.pid));
  try {
    for (let told = false; !tryLink(own); told = true) {
      const owner = lockOwner();
      if (Date.now() > giveUpAt) throw new SetupFailure(lockAdvice(owner));
      if (owner !== null && !isRunning(owner)) dropStaleLock(owner);
      else if (!told) process.stderr.write(`setup: waiting for another set-up (pid ${owner})\n`);
      sleep(lockPollMs);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

const lockAdvice = (owner) =>
  `Process ${owner} is still setting up. If it is not, remove ${lockFile} and try again.`;

function tryLink(own) {
  try {
    linkSync(own, lockFile);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** The pid in the lock; `null` when the lock has just been removed or holds no number. */
function lockOwner() {
  try {
    const pid = Number(readFileSync(lockFile, "utf8"));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/**
 * Two that wait may both find the owner gone, and the slower one then renames away the lock that
 * the faster one has just taken. It sees that by the pid, and puts the lock back.
 */
function dropStaleLock(owner) {
  const aside = `${lockFile}.stale.${process.pid}`;
  try {
    renameSync(lockFile, aside);
  } catch (error) {
    if (error.code === "ENOENT") return;
    throw error;
  }
  if (Number(readFileSync(aside, "utf8")) !== owner) tryLink(aside);
  rmSync(aside, { force: true });
}

function sleep(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/**
 * npm keeps what it installed in node_modules/.package-lock.json, written last. The installation is
 * good when each package of package-lock.json stands there in its version and its folder exists.
 * Optional packages may be missing: they are the binaries of other platforms.
 */
function isInstalled() {
  const hidden = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(hidden)) return false;
  const wanted = packagesOf(join(root, "package-lock.json"));
  const found = packagesOf(hidden);
  return Object.keys(wanted).every((path) => {
    if (path === "") return true;
    if (found[path] === undefined) return wanted[path].optional === true;
    const same = found[path].version === wanted[path].version;
    return same && existsSync(join(root, path, "package.json"));
  });
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages || {};
}

/** With the development packages whatever NODE_ENV says: the compiler is one of them. */
function install() {
  // Nothing is compiled at install: what is native brings its binaries in the package.
  const words = ["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"];
  words.push("--prefer-offline");
  const path = process.env.npm_execpath;
  const npmGiven = path !== undefined && basename(path).startsWith("npm");
  const begun = begin("npm ci");
  const result = npmGiven ? run(process.execPath, [path, ...words]) : run("npm", words);
  if (result.status !== 0) throw new SetupFailure(`failed\n${result.text}`);
  end(begun);
}

/** The compiler knows what is out of date; that it rebuilt something stands in its `--verbose`. */
function build() {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const start = Date.now();
  const result = run(process.execPath, [compiler, "-b", "--verbose"]);
  if (result.status !== 0) {
    throw new SetupFailure(`setup: tsc -b failed\n${withoutProgress(result.text)}`);
  }
  if (!result.text.includes("Building project")) return;
  process.stderr.write(`setup: tsc -b, ${secondsSince(start)} s\n`);
}

/** The errors, without what `--verbose` says on the way: lines with a time, lists, empty lines. */
function withoutProgress(text) {
  const lines = text.split("\n");
  const errors = lines.filter((line) => !/^(\d+:\d+:\d+ [AP]M - | {4}\* |\s*$)/.test(line));
  return `${errors.join("\n")}\n`;
}

/** `npm` is a script for the shell on Windows, and a program elsewhere. */
function run(command, words) {
  const shell = command === "npm" && process.platform === "win32";
  const options = { cwd: root, encoding: "utf8", maxBuffer: outputBytesMax, shell };
  const result = spawnSync(command, words, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  if (result.error) throw new SetupFailure(`cannot run ${command}: ${result.error.message}`);
  return { status: result.status, text: result.stdout + result.stderr };
}

function begin(what) {
  process.stderr.write(`setup: ${what} ... `);
  return Date.now();
}

function end(begun) {
  process.stderr.write(`${secondsSince(begun)} s\n`);
}

const secondsSince = (begun) => ((Date.now() - begun) / 1000).toFixed(1);

try {
  main();
} catch (error) {
  if (!(error instanceof SetupFailure)) throw error;
  process.stderr.write(`${error.message.trimEnd()}\n`);
  process.exitCode = 1;
}
