/**
 * How promptly this machine runs a thread that must run now: the kernel's preemption, real-time
 * priorities and who may have them, and what else disturbs.
 */
import { type Finding, findingsOf } from "./finding.js";
import { fieldIn, type MachineView, numberAt } from "./machine-view.js";

/** `dynamic`: chosen at the start of the kernel, and it does not tell as what. */
export type Preemption = "realtime" | "full" | "dynamic" | "voluntary" | "none";

/** Whether a thread got SCHED_FIFO when it asked for it. */
export type FifoTrial =
  | { readonly granted: true; readonly priority: number }
  | { readonly granted: false; readonly reason: string };

export interface SchedulingFacts {
  /** Null where the kernel does not tell. */
  readonly preemption: Preemption | null;
  /** The system calls that Node lacks: null where they can be made, else why not. */
  readonly nativeMissing: string | null;
  readonly fifo: FifoTrial;
  /** RLIMIT_RTPRIO, 0 to 99. */
  readonly priorityLimit: number | null;
  readonly mayRaise: boolean | null;
  /** Of each period real-time threads may take so much, in microseconds; -1: all of it. */
  readonly realtimeRuntime: number | null;
  readonly realtimePeriod: number | null;
  /** Lists of processors as the kernel writes them, for instance `2-3`; empty for none. */
  readonly isolated: string;
  readonly tickless: string;
  readonly processors: number;
  /** One for each processor that has one. */
  readonly governors: readonly string[];
}

export interface SchedulingTrials {
  readonly nativeMissing: string | null;
  readonly fifo: FifoTrial;
}

export const lookAtScheduling = (view: MachineView, trials: SchedulingTrials): SchedulingFacts => ({
  preemption: preemptionOf(view),
  ...trials,
  priorityLimit: priorityLimitIn(view.text("/proc/self/limits")),
  mayRaise: hasCapability(fieldIn(view.text("/proc/self/status"), "CapEff")),
  realtimeRuntime: numberAt(view, "/proc/sys/kernel/sched_rt_runtime_us"),
  realtimePeriod: numberAt(view, "/proc/sys/kernel/sched_rt_period_us"),
  isolated: view.text(`${processors}/isolated`) ?? "",
  // A kernel that was started without says "(null)".
  tickless: (view.text(`${processors}/nohz_full`) ?? "").replace("(null)", ""),
  processors: processorsOf(view).length,
  governors: processorsOf(view)
    .map((name) => view.text(`${processors}/${name}/cpufreq/scaling_governor`))
    .filter((governor) => governor !== null),
});

const processors = "/sys/devices/system/cpu";

const processorsOf = (view: MachineView): readonly string[] =>
  view.names(processors).filter((name) => /^cpu\d+$/.test(name));

function preemptionOf(view: MachineView): Preemption | null {
  if (view.text("/sys/kernel/realtime") === "1") return "realtime";
  const [, chosen] = /\((\w+)\)/.exec(view.text("/sys/kernel/debug/sched/preempt") ?? "") ?? [];
  if (chosen === "full" || chosen === "voluntary" || chosen === "none") return chosen;
  const version = view.text("/proc/version");
  if (version === null) return null;
  if (/\bPREEMPT_RT\b/.test(version)) return "realtime";
  if (/\bPREEMPT_DYNAMIC\b/.test(version)) return "dynamic";
  return /\bPREEMPT\b/.test(version) ? "full" : "voluntary";
}

const priorityMax = 99;

function priorityLimitIn(limits: string | null): number | null {
  const [, soft] = /^Max realtime priority\s+(\S+)/m.exec(limits ?? "") ?? [];
  if (soft === undefined) return null;
  return soft === "unlimited" ? priorityMax : Number(soft);
}

/** CAP_SYS_NICE, of linux/capability.h. */
const niceCapability = 23n;

function hasCapability(effective: string | null): boolean | null {
  if (effective === null || !/^[0-9a-f]{1,16}$/i.test(effective)) return null;
  return ((BigInt(`0x${effective}`) >> niceCapability) & 1n) === 1n;
}

const finding = findingsOf("scheduling");

export function judgeScheduling(facts: SchedulingFacts): readonly Finding[] {
  return [
    ...preemption(facts),
    native(facts),
    fifo(facts),
    ...throttling(facts),
    ...frequency(facts),
    ...isolation(facts),
  ];
}

function preemption({ preemption: model }: SchedulingFacts): Finding[] {
  if (model === null) return [];
  const found = `preemption of the kernel: ${model}`;
  if (model === "realtime" || model === "full") return [finding("ok", "preemption", found)];
  const means =
    "A thread that must run may wait for a system call of another to end, " +
    "milliseconds at worst; most wake-ups do not notice.";
  const more =
    model === "dynamic"
      ? ["preempt=full   (on the kernel's command line)"]
      : ["a kernel with PREEMPT_RT: apt install linux-image-rt-$(dpkg --print-architecture)"];
  return [finding("note", "preemption", found, { means, more })];
}

function native({ nativeMissing }: SchedulingFacts): Finding {
  if (nativeMissing === null) return finding("ok", "native", "system calls: koffi is there");
  const means = "No lanes with real-time priority and no ioctl on devices; all else runs.";
  const more = ["npm install koffi   (x64, arm64 and ARMv7 from glibc 2.34; not ARMv6)"];
  return finding("missing", "native", `system calls: ${nativeMissing}`, { means, more });
}

function fifo({ fifo: trial, priorityLimit, mayRaise }: SchedulingFacts): Finding {
  if (trial.granted) return finding("ok", "fifo", "SCHED_FIFO is granted to threads");
  const means =
    "A lane runs with ordinary priority and is woken late on a busy machine; priority " +
    "inheritance among threads has no effect.";
  const limit = priorityLimit === null ? "unknown" : String(priorityLimit);
  const can = mayRaise === true ? "CAP_SYS_NICE is there" : "no CAP_SYS_NICE";
  const found = `no SCHED_FIFO: ${trial.reason} (RLIMIT_RTPRIO ${limit}, ${can})`;
  const more = [
    "LimitRTPRIO=80   (in the [Service] section of its unit)",
    "AmbientCapabilities=CAP_SYS_NICE   (the same in another way)",
    "@holdfast - rtprio 80   (in /etc/security/limits.d/holdfast.conf, for a login)",
  ];
  return finding("missing", "fifo", found, { means, more });
}

function throttling({ realtimeRuntime: runtime, realtimePeriod: period }: SchedulingFacts) {
  if (runtime === null || period === null) return [];
  if (runtime < 0 || runtime >= period) {
    const means = "A real-time thread that spins stops everything else, for ever.";
    const more = ["sysctl -w kernel.sched_rt_runtime_us=950000"];
    const found = "no bound on what real-time threads may take";
    return [finding("warn", "throttling", found, { means, more })];
  }
  const pause = Math.round((period - runtime) / 1_000);
  const found = `real-time threads may take ${Math.round((100 * runtime) / period)} % of the time`;
  const means = `A lane that never sleeps is stopped for ${pause} ms in each ${period / 1_000} ms.`;
  return [finding("ok", "throttling", found, { means })];
}

/** The frequency stays as it is under these. */
const steadyGovernors = ["performance", "userspace"];

function frequency({ governors }: SchedulingFacts): Finding[] {
  if (governors.length === 0) return [];
  const names = [...new Set(governors)];
  const found = `the frequency is governed by ${names.join(", ")}`;
  if (names.every((name) => steadyGovernors.includes(name))) {
    return [finding("ok", "governor", found)];
  }
  const means = "A processor that idled is slow for the first milliseconds of work.";
  const more = [
    `echo performance | sudo tee ${processors}/cpu*/cpufreq/scaling_governor`,
    "cpufreq.default_governor=performance   (on the kernel's command line)",
  ];
  return [finding("note", "governor", found, { means, more })];
}

/** With fewer, the others could hardly do without the one that is set aside. */
const processorsToSpare = 3;

function isolation({ isolated, tickless, processors: count }: SchedulingFacts): Finding[] {
  if (isolated !== "") {
    const found = `processors ${isolated} are set aside, without a tick ${tickless || "none"}`;
    return [finding("ok", "isolation", found)];
  }
  if (count < processorsToSpare) return [];
  const last = count - 1;
  const means = "A lane shares its processor with all that runs.";
  const words = `isolcpus=${last} nohz_full=${last} rcu_nocbs=${last}`;
  const more = [`${words}   (on the kernel's command line)`];
  return [finding("note", "isolation", "no processor is set aside", { means, more })];
}
