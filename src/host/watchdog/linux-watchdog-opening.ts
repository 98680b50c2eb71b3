/**
 * Opening a Linux watchdog and agreeing with it about the time. Whatever can be known beforehand is
 * read from /sys, because the first thing that opening does is arm it: on a board whose driver
 * knows no way out, a refusal that came after it would be a reset.
 */
import type { Duration } from "../../kernel/time.js";
import { systemCode } from "../udp-socket.js";
import {
  errors,
  flags,
  infoBytes,
  magicCharacter,
  parseInfo,
  requests,
} from "./linux-watchdog-abi.js";
import {
  openAdvice,
  ownTimeoutAdvice,
  refusalReason,
  timeoutAdvice,
} from "./linux-watchdog-advice.js";
import type { WatchdogCalls } from "./watchdog-calls.js";
import { type TellWatchdog, WatchdogRefusal } from "./watchdog-device.js";
import { allFacts, entryOf, factsOf, type WatchdogFacts } from "./watchdog-facts.js";

/** What happens to the device when the replica is stopped in good order. */
export type StopPolicy = "disarm" | "keep";

export interface LinuxWatchdogOptions {
  /** For instance `/dev/watchdog0`. */
  readonly path: string;
  /** Whole seconds: the kernel takes no others. */
  readonly timeout: Duration;
  /** A device that waits less would act between two pets. */
  readonly timeoutLeast: Duration;
  /** So long before it acts the kernel is warned, in whole seconds; 0 for not at all. */
  readonly pretimeout: Duration;
  readonly onStop: StopPolicy;
  readonly tell: TellWatchdog;
  readonly calls: WatchdogCalls;
}

export interface OpenWatchdog {
  readonly file: number;
  readonly identity: string | null;
  /** In seconds, as the device has it now. */
  readonly timeout: number;
  /** Null where the driver could not be asked. */
  readonly options: number | null;
  /** See `bootStatusWords`. */
  readonly bootStatus: number;
  readonly nowayout: boolean;
  /** It was armed before: somebody was killed and has left it so. */
  readonly wasActive: boolean;
  readonly canAskTimeLeft: boolean;
}

const inSeconds = (time: Duration): number => time / 1_000_000;

/** @throws WatchdogRefusal; the device is then as it was before, if its driver lets it be so */
export function openWatchdog(options: LinuxWatchdogOptions): OpenWatchdog {
  const facts = look(options);
  refuseBeforehand(options, facts);
  const file = open(options);
  try {
    return agree(options, facts, file);
  } catch (error) {
    giveBack(options, facts, file);
    throw error;
  }
}

function look({ path, calls }: LinuxWatchdogOptions): WatchdogFacts | null {
  let number: string | null;
  try {
    number = calls.deviceNumber(path);
  } catch (error) {
    throw openRefusal(path, calls, systemCode(error));
  }
  if (number === null) throw new WatchdogRefusal(path, "other", "it is a file, and no device");
  const entry = entryOf(calls, number);
  return entry === null ? null : factsOf(calls, entry);
}

const openRefusal = (path: string, calls: WatchdogCalls, code: string): WatchdogRefusal =>
  new WatchdogRefusal(path, refusalReason(code), openAdvice(code, allFacts(calls)));

function refuseBeforehand(options: LinuxWatchdogOptions, facts: WatchdogFacts | null): void {
  const { path, timeout, calls } = options;
  const asked = inSeconds(timeout);
  const [min, max] = [facts?.timeoutMin ?? 0, facts?.timeoutMax ?? Number.POSITIVE_INFINITY];
  if (calls.ioctlRefusal !== null) {
    const own = facts?.timeout ?? null;
    if (own === null) throw unknownTimeout(path, calls.ioctlRefusal);
    acceptOwn(options, own, calls.ioctlRefusal);
  } else if (asked < min || asked > max) {
    throw new WatchdogRefusal(path, "timeout", timeoutAdvice(asked, facts));
  }
}

const unknownTimeout = (path: string, why: string): WatchdogRefusal =>
  new WatchdogRefusal(path, "timeout", `its time can be neither read nor set: ${why}`);

/** One that waits longer than it was asked to is refused too: nobody would know of the rest. */
function acceptOwn(options: LinuxWatchdogOptions, own: number, why: string): void {
  const { path, timeout, timeoutLeast } = options;
  const asked = inSeconds(timeout);
  if (own >= inSeconds(timeoutLeast) && own <= asked) return;
  throw new WatchdogRefusal(path, "timeout", ownTimeoutAdvice(own, asked, path, why));
}

function open({ path, calls }: LinuxWatchdogOptions): number {
  try {
    return calls.open(path);
  } catch (error) {
    throw openRefusal(path, calls, systemCode(error));
  }
}

/** It must not bite because we did not want it. */
function giveBack(options: LinuxWatchdogOptions, facts: WatchdogFacts | null, file: number): void {
  const { calls, onStop } = options;
  try {
    const keeps = onStop === "keep" && facts?.active === true;
    if (!keeps) calls.write(file, Uint8Array.of(magicCharacter));
  } catch {
    // The refusal that is under way is what a person must read.
  }
  calls.close(file);
}

function agree(
  options: LinuxWatchdogOptions,
  facts: WatchdogFacts | null,
  file: number,
): OpenWatchdog {
  const { calls, tell } = options;
  const known = {
    file,
    bootStatus: bootStatusOf(calls, file) ?? facts?.bootStatus ?? 0,
    nowayout: facts?.nowayout ?? false,
    wasActive: facts?.active ?? false,
  };
  if (calls.ioctlRefusal !== null) {
    const timeout = facts?.timeout ?? 0;
    tell("warn", `its own time of ${timeout} s is taken as it is: ${calls.ioctlRefusal}`);
    const identity = facts?.identity ?? null;
    return { ...known, identity, timeout, options: facts?.options ?? null, canAskTimeLeft: false };
  }
  const info = supportOf(calls, file);
  const identity = info?.identity ?? facts?.identity ?? null;
  const bits = info?.options ?? facts?.options ?? null;
  const timeout = setTime(options, facts, file, bits);
  warnBeforehand(options, file, bits, timeout);
  return { ...known, identity, timeout, options: bits, canAskTimeLeft: true };
}

function supportOf(calls: WatchdogCalls, file: number) {
  const bytes = new Uint8Array(infoBytes);
  return calls.ioctl(file, requests.getSupport, bytes) === 0 ? parseInfo(bytes) : null;
}

function bootStatusOf(calls: WatchdogCalls, file: number): number | null {
  if (calls.ioctlRefusal !== null) return null;
  const argument = new Int32Array(1);
  return calls.ioctl(file, requests.getBootStatus, argument) === 0 ? (argument[0] ?? null) : null;
}

/** Sets the time, and asks what the hardware made of it; in seconds. */
function setTime(
  options: LinuxWatchdogOptions,
  facts: WatchdogFacts | null,
  file: number,
  bits: number | null,
): number {
  const { path, calls, tell } = options;
  const asked = inSeconds(options.timeout);
  const settable = bits === null || (bits & flags.setTimeout) !== 0;
  const argument = Int32Array.of(asked);
  const error = settable ? calls.ioctl(file, requests.setTimeout, argument) : errors.notSupported;
  if (error === errors.invalid) {
    throw new WatchdogRefusal(path, "timeout", timeoutAdvice(asked, facts));
  }
  const taken = timeOf(calls, file) ?? (error === 0 ? argument[0] : facts?.timeout) ?? null;
  if (taken === null) throw unknownTimeout(path, `its driver answers error ${error}`);
  if (error !== 0) {
    acceptOwn(options, taken, "its driver cannot set it");
    tell("warn", `its driver cannot set the time: it stays at ${taken} s`);
  } else if (taken < inSeconds(options.timeoutLeast)) {
    const message = `it was asked for ${asked} s and took ${taken} s, too short between two pets`;
    throw new WatchdogRefusal(path, "timeout", message);
  } else if (taken !== asked) {
    tell("warn", `it was asked for ${asked} s, and the hardware took ${taken} s`);
  }
  return taken;
}

/** Null where the driver does not say. */
function timeOf(calls: WatchdogCalls, file: number): number | null {
  const argument = new Int32Array(1);
  const error = calls.ioctl(file, requests.getTimeout, argument);
  const [taken = 0] = argument;
  return error === 0 && taken > 0 ? taken : null;
}

/** The warning before the bite is no condition: without it the device resets all the same. */
function warnBeforehand(
  options: LinuxWatchdogOptions,
  file: number,
  bits: number | null,
  timeout: number,
): void {
  const { calls, tell } = options;
  const asked = inSeconds(options.pretimeout);
  if (asked === 0) return;
  const able = bits !== null && (bits & flags.pretimeout) !== 0 && asked < timeout;
  const argument = Int32Array.of(asked);
  const error = able ? calls.ioctl(file, requests.setPretimeout, argument) : errors.notSupported;
  if (error !== 0) {
    tell("warn", `it cannot warn ${asked} s beforehand: watchdog.pretimeout has no effect`);
    return;
  }
  const readBack = calls.ioctl(file, requests.getPretimeout, argument) === 0 ? argument[0] : asked;
  if (readBack !== asked) tell("warn", `it warns ${readBack} s beforehand, not ${asked} s`);
}
