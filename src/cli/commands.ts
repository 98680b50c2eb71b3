/**
 * The table of commands. Each is a file of its own, loaded only when it is asked for: `holdfast
 * vote` must not wait for the sockets of `run` or the tables of `demo`. A new command is one entry
 * here.
 */
import type { Command } from "commander";
import type { CliIo } from "./io.js";

export interface CommandEntry {
  readonly name: string;
  /** One line for the overview of `holdfast --help`; the command's own help says the rest. */
  readonly summary: string;
  load(): Promise<(io: CliIo) => Command>;
}

/** In the order in which a newcomer meets them. */
export const commands: readonly CommandEntry[] = [
  {
    name: "demo",
    summary: "three replicas on this machine, and faults from the keyboard",
    load: async () => (await import("./demo.js")).demoCommand,
  },
  {
    name: "run",
    summary: "run one replica, on a board or beside others on one machine",
    load: async () => (await import("./run.js")).runCommand,
  },
  {
    name: "status",
    summary: "ask the replicas on this machine how they and their cluster are",
    load: async () => (await import("./status.js")).statusCommand,
  },
  {
    name: "boots",
    summary: "why the replicas of this machine were started again, and what they left behind",
    load: async () => (await import("./boots.js")).bootsCommand,
  },
  {
    name: "agent",
    summary: "take part in the membership of a fleet, without a control program",
    load: async () => (await import("./agent.js")).agentCommand,
  },
  {
    name: "members",
    summary: "ask the agents on this machine who is alive, and why they think so",
    load: async () => (await import("./members.js")).membersCommand,
  },
  {
    name: "kv",
    summary: "settings of the cluster by key: replicated, durable, the same for all",
    load: async () => (await import("./kv.js")).kvCommand,
  },
  {
    name: "app",
    summary: "the app's replicated state, and its commands on it",
    load: async () => (await import("./app.js")).appCommand,
  },
  {
    name: "lock",
    summary: "locks of the cluster with fencing tokens, and a lock around a command",
    load: async () => (await import("./lock.js")).lockCommand,
  },
  {
    name: "member",
    summary: "the group that keeps the replicated state; add, remove, replace a member",
    load: async () => (await import("./member.js")).memberCommand,
  },
  {
    name: "channel",
    summary: "take a channel out of the vote, or into it, on a running cluster",
    load: async () => (await import("./channel.js")).channelCommand,
  },
  {
    name: "watchdog",
    summary: "how the watchdogs stand; snooze one, or have its board reset",
    load: async () => (await import("./watchdog.js")).watchdogCommand,
  },
  {
    name: "firmware",
    summary: "what is on a serial line, and which cluster it belongs to",
    load: async () => (await import("./firmware.js")).firmwareCommand,
  },
  {
    name: "sim",
    summary: "run a cluster in virtual time under a fault scenario; give a verdict",
    load: async () => (await import("./sim.js")).simCommand,
  },
  {
    name: "replay",
    summary: "step a node's machine through its flight recording",
    load: async () => (await import("./replay.js")).replayCommand,
  },
  {
    name: "vote",
    summary: "vote a recording: what would be masked, missed, alarmed falsely",
    load: async () => (await import("./vote.js")).voteCommand,
  },
  {
    name: "compare",
    summary: "all implementations of a port on the same seeded faults, as a table",
    load: async () => (await import("./compare.js")).compareCommand,
  },
  {
    name: "schedule",
    summary: "will every deadline of these tasks be met, and if not, why?",
    load: async () => (await import("./schedule.js")).scheduleCommand,
  },
  {
    name: "history",
    summary: "is this concurrent history linearizable, and if not, what breaks it?",
    load: async () => (await import("./history.js")).historyCommand,
  },
  {
    name: "doctor",
    summary: "what this machine offers to a replica, and how to get more of it",
    load: async () => (await import("./doctor.js")).doctorCommand,
  },
  {
    name: "config",
    summary: "check a holdfast.yaml, print what is in force, or give its schema",
    load: async () => (await import("./config.js")).configCommand,
  },
];
