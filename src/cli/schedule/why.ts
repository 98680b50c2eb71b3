/** Why a deadline can be missed, and what would help: a paragraph a task. */
import { unreachable } from "../../kernel/assert.js";
import { resourcesOf } from "../../scheduling/analysis/task-set.js";
import { type Findings, type TaskFinding, timeText } from "./findings.js";

export function whyText(findings: Findings): readonly string[] {
  return findings.tasks.flatMap((task) => {
    if (task.verdict === "meets" && task.misses === 0) return [];
    return [headOf(task), ...reasonsOf(task, findings), ...playedOf(task)];
  });
}

function headOf({ task, response }: TaskFinding): string {
  const worst =
    response === null ? "nothing bounds its response" : `it takes up to ${timeText(response)}`;
  return `${task.name} can miss its deadline of ${timeText(task.deadline)}: ${worst}`;
}

function reasonsOf(finding: TaskFinding, findings: Findings): readonly string[] {
  switch (finding.verdict) {
    case "meets":
      return [];
    case "misses":
      return [...partsOf(finding), ...helpOf(finding, findings)];
    case "inversion":
      return inversionOf(finding);
    case "deadlock":
      return [
        ...(findings.analysis.cycle ?? []).map(
          ({ task, outer, inner }) => `  ${task} locks ${inner} while it holds ${outer}`,
        ),
        "  so each may wait for the other for ever",
        "  help: lock in the same order everywhere, or use --protocol ceiling",
      ];
    case "overload":
      return [
        `  it and the tasks above ask for more than there is (all: ${percent(findings)})`,
        "  help: shorten runs, or lengthen periods",
      ];
    case "no-end":
      return [`  the core is so nearly full (${percent(findings)}) that no bound was found`];
    default:
      return unreachable(finding.verdict);
  }
}

const percent = ({ bounds }: Findings): string => `${(100 * bounds.utilisation).toFixed(1)} %`;

function partsOf({ task, cost, blocking, interference, jobs, worstJob }: TaskFinding): string[] {
  const own = jobs > 1 ? ` (its job ${worstJob + 1} of ${jobs} on end is the worst)` : "";
  const lines = [`  it runs itself ${timeText(cost)}${own}`];
  if (task.jitter > 0) lines.push(`  it may be released ${timeText(task.jitter)} late`);
  for (const { task: name, jobs: count, time } of interference) {
    lines.push(`  ${name} interferes for ${timeText(time)}, in ${countOf(count)}`);
  }
  for (const { task: name, resource, time } of blocking.by) {
    lines.push(`  ${name} blocks it for up to ${timeText(time)}, with the lock ${resource}`);
  }
  return lines;
}

const countOf = (jobs: number): string => (jobs === 1 ? "1 job" : `${jobs} jobs`);

/** A change of one task that is enough for the whole set. */
function helpOf({ task }: TaskFinding, { tasks, scale }: Findings): readonly string[] {
  const helpful = tasks.filter(({ margin }) => margin !== null && margin < 0);
  if (helpful.length > 0) {
    const changes = helpful.map(
      ({ task: { name }, margin }) => `${name} by ${timeText(-(margin ?? 0))}`,
    );
    return [`  help: all deadlines are met if one ran shorter: ${changes.join(", or ")}`];
  }
  if (scale === null) return [`  help: not even a faster core would do for ${task.name}`];
  return [`  help: no one task is enough; all must run ${scale} times as long as now`];
}

function inversionOf({ task, blocking: { by, ...rest } }: TaskFinding): readonly string[] {
  const others = rest.kind === "unbounded" ? rest.prolongedBy : [];
  const own = resourcesOf(task.body);
  const direct = by.filter(({ resource }) => own.includes(resource));
  const holders = direct.map(
    (blocker) =>
      `  it waits for the lock ${blocker.resource} while ${blocker.task} holds it, ` +
      `${timeText(blocker.time)} of computing`,
  );
  const above = by
    .filter(({ resource }) => !own.includes(resource))
    .map(
      (blocker) =>
        `  tasks above it may wait for ${blocker.task} with the lock ${blocker.resource}: ` +
        "their work then comes late, and all at once",
    );
  const prolong = others.length === 1 ? "runs" : "run";
  const between =
    others.length === 0
      ? []
      : [`  and ${others.join(", ")} ${prolong} before who holds it: priority inversion`];
  return [
    ...holders,
    ...above,
    ...between,
    "  help: --protocol inheritance or ceiling bounds the wait",
  ];
}

/** What was seen when it was played. */
function playedOf({ worst, misses }: TaskFinding): readonly string[] {
  if (worst === null || misses === 0) return [];
  const waits = worst.waits.map(({ by, kind, time }) => `${timeText(time)} ${kind} by ${by}`);
  const why = waits.length === 0 ? "" : `: ${waits.join(", ")}`;
  const end = worst.finished === null ? "was not done after" : "took";
  return [
    `  played: ${misses} missed; job ${worst.job + 1}, from ${timeText(worst.arrival)}, ` +
      `${end} ${timeText(worst.response)}${why}`,
  ];
}
