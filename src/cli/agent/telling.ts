/** What an agent tells while it runs: a line of text for each event, or a line of JSON. */
import { formatAddress } from "../../host/address.js";
import type { AgentEnding, LiveAgent } from "../../host/live-agent.js";
import type { Instant } from "../../kernel/time.js";
import type { AgentEvent } from "../../node/agent-events.js";
import { agentEventText } from "../../node/agent-text.js";
import { CliFailure } from "../exit.js";
import { type CliIo, writeJson } from "../io.js";
import { type Paint, paintFor, type Tone } from "../terminal.js";
import type { AgentSettings } from "./flags.js";

export interface Teller {
  up(live: LiveAgent): void;
  event(at: Instant, event: AgentEvent): void;
  warning(text: string): void;
}

export function tellerFor(io: CliIo, settings: AgentSettings, json: boolean): Teller {
  const paint = paintFor(io, io.stderr);
  const warning = (text: string) => {
    io.stderr.write(`${paint("warning", "warning:")} ${text}\n`);
  };
  return { ...(json ? jsonTeller(io, settings) : textTeller(io, settings)), warning };
}

function jsonTeller(io: CliIo, settings: AgentSettings): Omit<Teller, "warning"> {
  const { cluster, self: node } = settings.agent;
  const write = (fields: object): void => {
    writeJson(io, "agent", { time: new Date().toISOString(), ...fields });
  };
  return {
    up: ({ bootId, port }) =>
      write({ up: { cluster, node, pid: process.pid, bootId, bind: bindText(settings, port) } }),
    // Instants within an event are on the agent's own clock, as `at` is.
    event: (at, event) => write({ at, event }),
  };
}

function textTeller(io: CliIo, settings: AgentSettings): Omit<Teller, "warning"> {
  const paint = paintFor(io, io.stdout);
  const { cluster, self } = settings.agent;
  return {
    up: ({ port }) => {
      const where = bindText(settings, port);
      io.stdout.write(`${self} of ${cluster} is up at ${where} (process ${process.pid})\n`);
    },
    event: (_at, event) => {
      if (!isForPeople(event)) return;
      io.stdout.write(`${clockTime(new Date())} ${painted(event, paint)}\n`);
    },
  };
}

const bindText = ({ bind }: AgentSettings, port: number): string =>
  formatAddress({ address: bind.address, port });

/** Its own detector's word comes again as an accusation; the start is told as `up`. */
const isForPeople = ({ kind }: AgentEvent): boolean =>
  kind !== "peer-suspected" && kind !== "peer-trusted" && kind !== "started";

const tones: Partial<Readonly<Record<AgentEvent["kind"], Tone>>> = {
  "member-joined": "good",
  "member-returned": "good",
  "member-suspected": "warning",
  "member-unreachable": "warning",
  "verdicts-suspended": "warning",
  "view-full": "warning",
  "old-boot-heard": "warning",
  refused: "warning",
  "member-died": "bad",
  "identity-lost": "bad",
};

function painted(event: AgentEvent, paint: Paint): string {
  const tone = tones[event.kind];
  const text = agentEventText(event);
  return tone === undefined ? text : paint(tone, text);
}

/** Of this machine's day, as a person at it would say it. */
const clockTime = (date: Date): string =>
  [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");

/** How an agent that ended by itself ends the command. */
export function failureOf(ending: AgentEnding, settings: AgentSettings, bootId: number): unknown {
  if (ending.kind === "failed") return ending.error;
  const { life, address } = ending;
  const { self } = settings.agent;
  const where = address === null ? "at an address that nobody told" : `at ${address}`;
  const message =
    `the name ${self} belongs to life ${life} ${where} now, which is newer than ${bootId}. ` +
    "Give one of the two another name; if there are not two, this board's clock was behind";
  return new CliFailure("checkFailed", message, { identityLost: { life, address, bootId } });
}
