/** The other end of the control socket: asks a running replica, or tells it a person's word. */
import { createConnection } from "node:net";
import type { ChannelCommand } from "../control/cycle/overrides.js";
import type { DogCommand } from "../watchdog/supervision/ports.js";
import type { CommandAnswer } from "./control-socket.js";
import { type DogAnswer, dogRequest } from "./dog-request.js";
import type { LiveStatus } from "./live-status.js";

/** `no-replica`: nobody listens. `no-answer`: none in time, or not as it should be. */
export interface Silence {
  readonly ok: false;
  readonly reason: "no-replica" | "not-permitted" | "no-answer";
}

export type StatusAnswer = { readonly ok: true; readonly status: LiveStatus } | Silence;

export type WordAnswer = { readonly ok: true; readonly answer: CommandAnswer } | Silence;

/** An answer that grows beyond this is none. */
const answerCharactersMax = 4_194_304;

/** @param wait in milliseconds */
export async function askStatus(path: string, wait: number): Promise<StatusAnswer> {
  const heard = await ask(path, { get: "status" }, wait);
  if (typeof heard === "string") return { ok: false, reason: heard };
  const { ok, status } = heard as { readonly ok?: unknown; readonly status?: LiveStatus };
  if (ok === true && status?.node !== undefined) return { ok: true, status };
  return { ok: false, reason: "no-answer" };
}

/** @param wait in milliseconds */
export async function tellWord(
  path: string,
  command: ChannelCommand,
  wait: number,
): Promise<WordAnswer> {
  const heard = await ask(path, { do: "override", ...command }, wait);
  if (typeof heard === "string") return { ok: false, reason: heard };
  const answer = heard as CommandAnswer;
  // One that is just starting will take a word soon, but has not heard this one.
  if (!answer.ok && answer.reason === "starting") return { ok: false, reason: "no-answer" };
  return { ok: true, answer };
}

/** @param wait in milliseconds */
export async function tellDog(
  path: string,
  command: DogCommand,
  node: string,
  wait: number,
): Promise<{ readonly ok: true; readonly answer: DogAnswer } | Silence> {
  const heard = await ask(path, dogRequest(command, node), wait);
  if (typeof heard === "string") return { ok: false, reason: heard };
  const answer = heard as DogAnswer;
  if (!answer.ok && answer.reason === "starting") return { ok: false, reason: "no-answer" };
  return { ok: true, answer };
}

/**
 * The replica is of our own version and user, so its answer is taken as it is.
 *
 * @param wait in milliseconds
 */
export function ask(
  path: string,
  request: object,
  wait: number,
): Promise<object | Silence["reason"]> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    let text = "";
    const finish = (answer: object | Silence["reason"]): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setEncoding("utf8");
    socket.setTimeout(wait, () => finish("no-answer"));
    socket.on("error", (error) => finish(reasonOf(error)));
    socket.on("close", () => finish("no-answer"));
    socket.on("connect", () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on("data", (chunk) => {
      text += chunk;
      if (text.length > answerCharactersMax) finish("no-answer");
      else if (text.includes("\n")) finish(readAnswer(text));
    });
  });
}

function reasonOf(error: NodeJS.ErrnoException): Silence["reason"] {
  if (error.code === "ENOENT" || error.code === "ECONNREFUSED") return "no-replica";
  return error.code === "EACCES" ? "not-permitted" : "no-answer";
}

/** What is no JSON is no answer. */
function readAnswer(text: string): object | "no-answer" {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === "object" && answer !== null ? answer : "no-answer";
  } catch {
    return "no-answer";
  }
}
