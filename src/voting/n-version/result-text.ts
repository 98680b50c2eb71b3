/**
 * A result in words. They say what the vote cannot know: that those who agree are right is the
 * hypothesis, and coincident failures look like agreement (Knight and Leveson 1986).
 */
import { valueText } from "../structured/plain-value.js";
import type { NVersionResult } from "./ports.js";

type Untold = Omit<NVersionResult, "text">;

/** @param needed how many must agree, of those that were asked */
export function resultText(result: Untold, needed: number): string {
  const parts = result.value === null ? [withoutValue(result, needed)] : withValue(result);
  const { failed, absent, pending } = result;
  for (const { version, reason, message } of failed) {
    parts.push(`${version} failed (${reason}: ${message})`);
  }
  for (const { version, reason } of absent) parts.push(`${version} was not asked (${reason})`);
  if (pending.length > 0) parts.push(`not heard yet: ${pending.join(", ")}`);
  return parts.join("; ");
}

function withValue(result: Untold): string[] {
  const { value, agreeing, dissenting } = result;
  const count = `${agreeing.length} of ${versionCount(result)}`;
  const parts = [`${count} versions agree on ${valueText(value)}`];
  if (dissenting.length > 0) {
    const verb = dissenting.length === 1 ? "disagrees" : "disagree";
    const warning = `if the ${inWords(agreeing.length)} share a fault, this is wrong`;
    parts.push(`${dissenting.join(", ")} ${verb}: ${warning}`);
  }
  return parts;
}

function withoutValue(result: Untold, needed: number): string {
  const { status, answers } = result;
  const count = versionCount(result);
  if (status === "insufficient") {
    const alone = answers.length === 1 ? ": one alone cannot be checked" : "";
    return `${answers.length} of ${count} versions answered, ${needed} must agree${alone}`;
  }
  const said = answers.map(({ participant, value }) => `${participant} says ${valueText(value)}`);
  const verdict = "cannot isolate: it is not known which is wrong";
  return `no ${needed} of ${count} versions agree (${said.join(", ")}): ${verdict}`;
}

const versionCount = ({ answers, failed, absent, pending }: Untold): number =>
  answers.length + failed.length + absent.length + pending.length;

const inWords = (count: number): string => ["", "one", "two", "three", "four"][count] ?? `${count}`;
