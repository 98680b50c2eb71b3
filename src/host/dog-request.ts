/**
 * A person's word to the watchdog, as it comes through the control socket:
 *
 *     {"do":"snooze","length":US}   ends a snooze where it is 0
 *     {"do":"reboot","node":N}      the name again, so that it cannot reach another by mistake
 */
import { type Duration, micros } from "../kernel/time.js";
import type { DogCommand, DogRefusal } from "../watchdog/supervision/ports.js";

/** `no-watchdog`: nobody would reset the board. `busy`: it was told too much at once. */
export type DogWordRefusal = DogRefusal | "starting" | "busy" | "no-watchdog";

/** Why it was not taken; null where it was. */
export type TellDog = (command: DogCommand) => DogWordRefusal | null;

export type DogAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: DogWordRefusal | "malformed" | "not-me" };

export function dogRequest(command: DogCommand, node: string): object {
  if (command.kind === "snooze") return { do: "snooze", length: command.length };
  return { do: "reboot", node };
}

/** @param self the node that is asked */
export function answerDog(
  request: Readonly<Record<string, unknown>>,
  self: string,
  tell: TellDog,
): DogAnswer {
  const { do: word, length, node } = request;
  if (word === "reboot") return node === self ? answer(tell, { kind: "reboot" }) : notMe(node);
  if (!isLength(length)) return { ok: false, reason: "malformed" };
  return answer(tell, { kind: "snooze", length: micros(length) });
}

function answer(tell: TellDog, command: DogCommand): DogAnswer {
  const refusal = tell(command);
  return refusal === null ? { ok: true } : { ok: false, reason: refusal };
}

const notMe = (node: unknown): DogAnswer => ({
  ok: false,
  reason: typeof node === "string" ? "not-me" : "malformed",
});

const isLength = (value: unknown): value is Duration =>
  Number.isSafeInteger(value) && (value as number) >= 0;
