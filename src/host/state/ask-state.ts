/** One request to a replica by its state socket, for whoever asks one thing and goes. */
import type { Duration } from "../../kernel/time.js";
import type { ClientReply, ClientRequest } from "../../replication/service/ports.js";
import { parseReply } from "../../replication/service/reply-bodies.js";
import { encodeRequest } from "../../replication/service/request-bodies.js";
import { StateRefusal } from "./client-ports.js";
import { StateConnection } from "./state-connection.js";

/** Rejects with a `StateRefusal` where nobody answers, or not in time. */
export function askState(
  path: string,
  request: ClientRequest,
  within: Duration,
): Promise<ClientReply> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(late);
      connection.close();
      settle();
    };
    const fail = (reason: StateRefusal["reason"], detail: string): void =>
      end(() => reject(new StateRefusal(reason, detail)));
    const late = setTimeout(() => fail("timed-out", path), within / 1_000);
    const connection = new StateConnection({
      path,
      onReplies: ([body]) => {
        const reply = parseReply(body);
        if (reply === null) fail("malformed", `${path} answers with what is no reply`);
        else end(() => resolve(reply));
      },
      onLost: (reason) => {
        if (reason === "not-permitted") fail(reason, `this user may not open ${path}`);
        else fail(reason === "no-replica" ? reason : "unknown-outcome", `${path}: ${reason}`);
      },
    });
    connection.send(encodeRequest(request));
  });
}
