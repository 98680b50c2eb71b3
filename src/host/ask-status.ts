/** The other end of the control socket: asks a running replica for its status. */
import { createConnection } from "node:net";
import type { LiveStatus } from "./live-status.js";

export type StatusAnswer =
  | { readonly ok: true; readonly status: LiveStatus }
  /** `no-replica`: nobody listens. `no-answer`: it did not answer in time, or not as it should. */
  | { readonly ok: false; readonly reason: "no-replica" | "not-permitted" | "no-answer" };

/** An answer that grows beyond this is none. */
const answerCharactersMax = 4_194_304;

/** @param wait in milliseconds */
export function askStatus(path: string, wait: number): Promise<StatusAnswer> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    let text = "";
    const finish = (answer: StatusAnswer): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setEncoding("utf8");
    socket.setTimeout(wait, () => finish({ ok: false, reason: "no-answer" }));
    socket.on("error", (error) => finish({ ok: false, reason: reasonOf(error) }));
    socket.on("close", () => finish({ ok: false, reason: "no-answer" }));
    socket.on("connect", () => socket.write('{"get":"status"}\n'));
    socket.on("data", (chunk) => {
      text += chunk;
      if (text.length > answerCharactersMax) finish({ ok: false, reason: "no-answer" });
      else if (text.includes("\n")) finish(readAnswer(text));
    });
  });
}

function reasonOf(error: NodeJS.ErrnoException): "no-replica" | "not-permitted" | "no-answer" {
  if (error.code === "ENOENT" || error.code === "ECONNREFUSED") return "no-replica";
  return error.code === "EACCES" ? "not-permitted" : "no-answer";
}

/** The replica is of our own version and user, so its answer is taken as it is. */
function readAnswer(text: string): StatusAnswer {
  try {
    const answer = JSON.parse(text) as { readonly ok?: unknown; readonly status?: LiveStatus };
    if (answer.ok === true && answer.status !== undefined) {
      return { ok: true, status: answer.status };
    }
  } catch {
    // Falls through: what is no JSON is no answer.
  }
  return { ok: false, reason: "no-answer" };
}
