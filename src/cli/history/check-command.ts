/** `holdfast history check`: could one object, asked one thing at a time, have answered so? */
import { Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../../config/quantity.js";
import { suggestion } from "../../config/suggest.js";
import { modelNamed, modelNames, models } from "../../consistency/models/models.js";
import type { Consistency } from "../../consistency/verdict.js";
import { type Duration, seconds } from "../../kernel/time.js";
import { BadVerdict, CliFailure } from "../exit.js";
import { type CliIo, writeJson } from "../io.js";
import { PlotFile } from "../plot/svg.js";
import { paintFor } from "../terminal.js";
import { judge } from "./judge.js";
import { loadHistory } from "./load.js";
import { historyPage } from "./page.js";
import { historyPicture } from "./picture.js";
import { reportOf } from "./report.js";
import { historyText } from "./text.js";

interface Flags {
  readonly model?: string;
  readonly consistency: string;
  readonly timeout: Duration;
  readonly svg?: string;
  readonly html?: string;
  readonly json?: boolean;
}

const kindsText = models.map(({ name, summary }) => `  ${name.padEnd(18)}${summary}`).join("\n");

const help = `
Models (default: the one that the file names):
${kindsText}

Examples:
  $ holdfast history check examples/histories/settings.ndjson
  $ holdfast history check examples/histories/stale-read.ndjson --svg stale-read.svg
  $ holdfast history check jepsen.json --model cas-register --timeout 5m --html why.html

Exit codes: 0 it is, 1 it is not, 2 usage, 3 the file is invalid, 4 the picture cannot be written,
5 no verdict in the time. Formats, and how to read the picture: docs/history.md.`;

const consistencies: readonly Consistency[] = ["linearizable", "sequential"];
/** Of the plan, but not yet here: named, so that nobody takes silence for a verdict. */
const planned: readonly string[] = ["causal", "pram", "weak-causal", "causal-convergence"];

export function checkCommand(io: CliIo): Command {
  return new Command("check")
    .description("Says whether a concurrent history is linearizable, and if not, what breaks it.")
    .argument("<file>", "a history (see docs/history.md)")
    .option("-m, --model <name>", "what the object would do, asked one thing after the other")
    .option("--consistency <name>", consistencies.join(" or "), "linearizable")
    .addOption(
      new Option("--timeout <time>", "how long it may take")
        .default(seconds(60), "60s")
        .argParser(readTimeout),
    )
    .option("--svg <file.svg>", "draws the history")
    .option("--html <file.html>", "draws it on a page that explains each operation")
    .option("--json", "one JSON object on stdout")
    .addHelpText("after", help)
    .action((file: string, flags: Flags) => check(io, file, flags));
}

function readTimeout(word: string): Duration {
  const parsed = parseDuration(word);
  if (parsed.ok && parsed.value > 0) return parsed.value;
  throw new InvalidArgumentError("Expected a time such as 500ms, 60s or 5m, more than none.");
}

async function check(io: CliIo, file: string, flags: Flags): Promise<void> {
  const consistency = consistencyOf(flags.consistency);
  if (flags.model !== undefined) requireModel(flags.model, "--model");
  const svg = flags.svg === undefined ? null : new PlotFile(io, flags.svg, "--svg");
  const html = flags.html === undefined ? null : new PlotFile(io, flags.html, "--html", ".html");
  const loaded = await loadHistory(io, file);
  const model = modelNamed(flags.model ?? loaded.model) ?? requireModel(loaded.model, file);
  const judgement = judge(io, { ...loaded, model, consistency }, flags.timeout);
  svg?.write(historyPicture(judgement));
  html?.write(historyPage(judgement));
  if (flags.json === true) writeJson(io, "history check", reportOf(judgement));
  else io.stdout.write(historyText(judgement, paintFor(io, io.stdout)));
  if (judgement.verdict.verdict === "not") throw new BadVerdict();
  if (judgement.verdict.verdict === "unknown") throw new BadVerdict("timedOut");
}

/** @throws CliFailure: usage for a flag, invalid file for what a file names */
function requireModel(name: string, where: string) {
  const model = modelNamed(name);
  if (model !== null) return model;
  const known = `expected a model (${modelNames.join(", ")}), got "${name}"`;
  const message = `${where}: ${known}${suggestion(name, modelNames)}`;
  throw new CliFailure(where.startsWith("--") ? "usage" : "invalidFile", message);
}

function consistencyOf(name: string): Consistency {
  const known = consistencies.find((each) => each === name);
  if (known !== undefined) return known;
  const can = `this version checks ${consistencies.join(" and ")}`;
  if (planned.includes(name)) {
    throw new CliFailure("usage", `--consistency ${name} cannot be checked yet: ${can}`);
  }
  const hint = suggestion(name, consistencies);
  throw new CliFailure("usage", `--consistency: ${can}, got "${name}"${hint}`);
}
