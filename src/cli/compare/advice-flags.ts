/** The flags of `holdfast compare detector --advise`, read or refused in a sentence. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Duration, millis } from "../../kernel/time.js";
import { readAge } from "../vote/flag-values.js";

export interface AdviceFlags {
  /** The probability that a frame is lost; measured where there is a recording. */
  readonly loss?: number;
  /** The lateness that one beat in a thousand exceeds; measured where there is a recording. */
  readonly jitter?: Duration;
  /** A flight recording, or what `holdfast doctor --json` wrote. */
  readonly from?: string;
  /** Per second, in the whole cluster. */
  readonly falseAlarms: number;
  readonly within: Duration;
  readonly nodes: number;
  readonly json?: boolean;
}

const secondsPer = { s: 1, m: 60, h: 3_600, d: 86_400, y: 31_536_000 } as const;

/** Reads a rate such as `1/y`, `0.1/y` or `2/h`; the result is per second, and more than 0. */
export function readRate(text: string): number {
  const [, count = "", unit = ""] = /^(\d{1,9}(?:\.\d{1,9})?)\/([smhdy])$/.exec(text.trim()) ?? [];
  const seconds = Object.hasOwn(secondsPer, unit) ? secondsPer[unit as keyof typeof secondsPer] : 0;
  const rate = seconds === 0 ? 0 : Number(count) / seconds;
  if (rate > 0) return rate;
  throw new InvalidArgumentError("Expected a rate such as 1/y, 0.1/y or 2/h (s, m, h, d, y).");
}

/** Reads a probability, `0.02` or `2%`. */
export function readShare(text: string): number {
  const [, digits = "", percent] = /^(\d+(?:\.\d+)?)(\s?%)?$/.exec(text.trim()) ?? [];
  const share = digits === "" ? Number.NaN : Number(digits) / (percent === undefined ? 1 : 100);
  if (share >= 0 && share <= 1) return share;
  throw new InvalidArgumentError("Expected a probability from 0 to 1, such as 0.02 or 2%.");
}

export const adviceNodesMax = 10_000;

export function readMembers(text: string): number {
  const count = Number(text);
  if (/^\d{1,5}$/.test(text) && count >= 2 && count <= adviceNodesMax) return count;
  throw new InvalidArgumentError(`Expected a whole number from 2 to ${adviceNodesMax}.`);
}

function readTime(text: string): Duration {
  const time = readAge(text);
  if (time > 0) return time;
  throw new InvalidArgumentError("Expected more than 0.");
}

const options: readonly Option[] = [
  new Option("--nodes <n>", "how many members").argParser(readMembers).default(3),
  new Option("--loss <p>", "the probability that a frame is lost").argParser(readShare),
  new Option("--jitter <time>", "the lateness that one beat in 1000 exceeds").argParser(readAge),
  new Option("--from <file>", "measures both in a flight recording, or jitter in a doctor's JSON"),
  new Option("--within <time>", "a crash is to be suspected so soon")
    .argParser(readTime)
    .default(millis(500), "500ms"),
  new Option("--false-alarms <rate>", "so many are borne, in the whole cluster")
    .argParser(readRate)
    .default(readRate("1/y"), "1/y"),
  new Option("--json", "one JSON object on stdout"),
];

/** Adds those of the options that the command does not have already. */
export function withAdviceFlags(command: Command): Command {
  for (const option of options) {
    if (!command.options.some(({ long }) => long === option.long)) command.addOption(option);
  }
  return command;
}

/**
 * What was said on the command line: the defaults of a comparison are no statement about a link.
 */
export function statedFlags(command: Command): AdviceFlags {
  const adviceDefaults = options.map((option) => [option.attributeName(), option.defaultValue]);
  const said = Object.entries(command.opts()).filter(
    ([name]) => command.getOptionValueSource(name) !== "default",
  );
  return { ...Object.fromEntries(adviceDefaults), ...Object.fromEntries(said) } as AdviceFlags;
}

const adviceOnlyFlags = ["--from", "--within", "--false-alarms"];

/** A flag on the command line that means nothing to a comparison; null where there is none. */
export function adviceOnly(command: Command): string | null {
  const said = command.options.find(
    (option) =>
      adviceOnlyFlags.includes(option.long ?? "") &&
      command.getOptionValueSource(option.attributeName()) === "cli",
  );
  return said?.long ?? null;
}

export const adviceHelp = `
With --advise nothing is compared: the settings of all-to-all heartbeats and of SWIM are worked out
for a link and two wishes. What the link does is stated with --loss and --jitter, or measured
with --from, which then goes before them. A false alarm is the suspicion of a live member.

Advice:
  $ holdfast compare detector --advise --nodes 3 --loss 1% --jitter 5ms --within 300ms
  $ holdfast compare detector --advise --from a.ndjson --false-alarms 0.1/y
  $ holdfast compare detector --advise --from doctor.json --loss 1%

Exit code 1: no detector fulfils all wishes; the text says which, and what would do.`;
