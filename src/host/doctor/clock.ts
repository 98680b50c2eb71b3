/** By which clock this machine measures time, how late it wakes, and whether it knows the date. */
import { type Finding, findingsOf } from "./finding.js";
import { type MachineView, numberAt } from "./machine-view.js";
import { type Quantiles, quantilesText, timeText } from "./samples.js";

/** What the kernel says of the wall clock (adjtimex). */
export interface WallClock {
  readonly synchronised: boolean;
  /** How far it may be off, in microseconds, by the kernel's own estimate. */
  readonly errorMax: number;
}

export interface SleepTrial {
  readonly late: Quantiles;
  /** Was it measured with SCHED_FIFO? */
  readonly fifo: boolean;
}

export interface ClockTrials {
  /** Of CLOCK_MONOTONIC, in nanoseconds; null where the call cannot be made. */
  readonly resolution: number | null;
  readonly wallClock: WallClock | null;
  /** By how much the wall clock was set, while it was looked at, in microseconds. */
  readonly wallStep: number;
  /** How late `setTimeout` wakes; it counts whole milliseconds. */
  readonly timer: Quantiles | null;
  /** How late a thread of its own wakes from clock_nanosleep; null where it cannot be called. */
  readonly sleep: SleepTrial | null;
}

export interface ClockFacts extends ClockTrials {
  readonly source: string | null;
  readonly sources: readonly string[];
  /** How late the kernel may wake an ordinary thread to save energy, in nanoseconds. */
  readonly timerSlack: number | null;
  readonly hasRealTimeClock: boolean;
}

export function lookAtClock(view: MachineView, trials: ClockTrials): ClockFacts {
  const timesyncd = view.access("/run/systemd/timesync/synchronized") !== null;
  return {
    source: view.text(`${sources}/current_clocksource`),
    sources: view.text(`${sources}/available_clocksource`)?.split(/\s+/) ?? [],
    timerSlack: numberAt(view, "/proc/self/timerslack_ns"),
    hasRealTimeClock: view.names("/sys/class/rtc").length > 0,
    ...trials,
    wallClock: trials.wallClock ?? (timesyncd ? { synchronised: true, errorMax: 0 } : null),
  };
}

const sources = "/sys/devices/system/clocksource/clocksource0";

const finding = findingsOf("clock");

export function judgeClock(facts: ClockFacts): readonly Finding[] {
  return [...source(facts), ...resolution(facts), ...wakeUps(facts), ...wallClock(facts)];
}

/** They are read by a slow access to a chip, or are not steady. */
const poorSources = ["acpi_pm", "jiffies", "hpet", "refined-jiffies"];

function source({ source: name, sources: others }: ClockFacts): Finding[] {
  if (name === null) return [];
  if (!poorSources.includes(name)) return [finding("ok", "source", `clock source ${name}`)];
  const means =
    "The kernel has found its better clocks to be wrong. Every reading costs a microsecond.";
  const better = others.find((other) => !poorSources.includes(other));
  const more =
    better === undefined ? [] : [`clocksource=${better}   (on the kernel's command line)`];
  return [finding("warn", "source", `clock source ${name}`, { means, more })];
}

/** Without high-resolution timers it is the tick, 1 to 10 ms. */
const resolutionMax = 1_000;

function resolution({ resolution: ns }: ClockFacts): Finding[] {
  if (ns === null || ns <= resolutionMax) return [];
  const means = "No thread wakes between two ticks: cycles shorter than that cannot be kept.";
  const found = `timers have a resolution of ${timeText(Math.round(ns / 1_000))}`;
  return [finding("warn", "resolution", found, { means, more: ["highres=on   (kernel)"] })];
}

/** Half the lease of the usual timing, beyond which a replica takes itself for asleep. */
const latenessMax = 75_000;
const latenessGood = 5_000;

function wakeUps({ timer, sleep }: ClockFacts): Finding[] {
  const findings: Finding[] = [];
  if (timer !== null) findings.push(timerFinding(timer));
  if (sleep !== null) {
    const kind = sleep.fifo ? "with SCHED_FIFO" : "with ordinary priority";
    const found = `a thread ${kind} wakes late by ${quantilesText(sleep.late)}`;
    findings.push(finding("ok", "sleep", found));
  }
  return findings;
}

function timerFinding(timer: Quantiles): Finding {
  const found = `setTimeout wakes late by ${quantilesText(timer)}`;
  if (timer.p99 <= latenessGood) return finding("ok", "timer", found);
  const more = [
    "timing: { cycle: 200ms, heartbeat: 100ms }   (a slower cycle, in holdfast.yaml)",
    "holdfast compare detector --advise --from doctor.json --loss 1%",
  ];
  const beyond = timer.max > latenessMax;
  const means = beyond
    ? "A replica that is woken so late takes itself for asleep and gives up driving."
    : "Cycles begin unevenly, and peers wait longer before they suspect.";
  return finding(beyond ? "warn" : "note", "timer", found, { means, more });
}

/** In microseconds; less is what an NTP client does all day. */
const stepMin = 10_000;

function wallClock({ wallClock: wall, wallStep, hasRealTimeClock }: ClockFacts): Finding[] {
  const findings: Finding[] = [];
  const means = "It is data here, never control: only the times in logs and evidence are wrong.";
  if (wall?.synchronised === false) {
    const more = ["timedatectl set-ntp true", "apt install chrony"];
    findings.push(finding("note", "wall", "the wall clock is not synchronised", { means, more }));
  } else if (wall !== null) {
    findings.push(finding("ok", "wall", "the wall clock is synchronised"));
  }
  if (Math.abs(wallStep) > stepMin) {
    const found = `the wall clock was set by ${timeText(Math.abs(wallStep))} just now`;
    findings.push(finding("note", "step", found, { means }));
  }
  if (!hasRealTimeClock) {
    const found = "no clock runs while the power is off";
    const lost = "After a power cut the date is wrong until the network is there.";
    const more = ["dtoverlay=i2c-rtc,ds3231   (config.txt, with such a chip)"];
    findings.push(finding("note", "rtc", found, { means: lost, more }));
  }
  return findings;
}
