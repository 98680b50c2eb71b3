/**
 * A replica that needs no others: the service behind a state socket, applying what it is asked at
 * once. For tests of what speaks to replicas; it keeps nothing.
 */
import { onTestFinished } from "vitest";
import { StateSocket, stateSocketPath } from "../../../../src/host/state/state-socket.js";
import { nodeId } from "../../../../src/kernel/ids.js";
import { micros } from "../../../../src/kernel/time.js";
import { encodeCommand } from "../../../../src/replication/service/command-bytes.js";
import type {
  ClientReply,
  ClientRequest,
  Plain,
  RequestRefusal,
} from "../../../../src/replication/service/ports.js";
import { parseRequest, requestIdOf } from "../../../../src/replication/service/request-bodies.js";
import { Service } from "../../../../src/replication/service/service.js";
import { Watches } from "../../../../src/replication/service/watches.js";

/** What all fakes of one cluster share. */
export class FakeState {
  readonly service = new Service();
  readonly changes: Plain[] = [];
  readonly transfers: (string | null)[] = [];
  readonly requests: ClientRequest[] = [];
  at = 0;
  /** Of b, as its leader sees it; its role too. */
  standing: string | null = null;
  role = "voter";
  /** Whose view of the group it tells, and who leads. */
  by = "a";
  leader: string | null = "a";
}

export class FakeReplica {
  readonly path: string;
  readonly state: FakeState;
  readonly #watches = new Watches();
  #socket: StateSocket | null = null;
  /** Not null: everything is refused so. */
  refusal: RequestRefusal | null = null;
  /** It takes requests and answers none. */
  silent = false;

  private constructor(path: string, state: FakeState) {
    this.path = path;
    this.state = state;
  }

  static async start(
    stateDir: string,
    node: string,
    state = new FakeState(),
  ): Promise<FakeReplica> {
    const replica = new FakeReplica(stateSocketPath(stateDir, nodeId(node)), state);
    await replica.open();
    onTestFinished(() => replica.stop());
    return replica;
  }

  async open(): Promise<void> {
    this.#socket = await StateSocket.open({
      path: this.path,
      onRequests: (requests) => {
        for (const { client, body } of requests) this.#take(client, body);
      },
      onPaused: () => undefined,
      onGone: (client) => this.#watches.clientGone(client),
    });
  }

  async stop(): Promise<void> {
    await this.#socket?.close();
    this.#socket = null;
  }

  /** As the leader does when it has not heard of the session for its lease. */
  expire(session: number): void {
    this.#apply(encodeCommand(0, 0, { kind: "expire-session", session }));
    this.#tell();
  }

  #take(client: number, body: unknown): void {
    if (this.silent) return;
    const request = parseRequest(body);
    const id = requestIdOf(body);
    if (request !== null) this.state.requests.push(request);
    const reply = request === null ? refused(id, "malformed") : this.#reply(client, request);
    this.#socket?.reply(client, this.refusal === null ? reply : refused(id, this.refusal));
    this.#tell();
  }

  #reply(client: number, request: ClientRequest): ClientReply {
    const { id } = request;
    const { service } = this.state;
    switch (request.kind) {
      case "command": {
        if (this.refusal !== null) return refused(id, this.refusal);
        const { session, sequence, command } = request;
        const result = this.#apply(encodeCommand(session, sequence, command));
        return { kind: "result", id, at: this.state.at, result };
      }
      case "query": {
        const age = micros(request.freshness === "stale" ? 250_000 : 0);
        const result = service.query(request.query);
        return { kind: "answer", id, at: this.state.at, age, result };
      }
      case "keep-alive":
        return service.openSessions.has(request.session)
          ? { kind: "ok", id, detail: null }
          : refused(id, "no-session");
      case "watch":
        this.#watches.watch(client, id, request.target, request.after, this.state.at);
        return { kind: "ok", id, detail: this.state.at };
      case "unwatch":
        this.#watches.unwatch(client, request.watch);
        return { kind: "ok", id, detail: null };
      case "members":
        return { kind: "ok", id, detail: this.#group() };
      case "change-members":
        this.state.changes.push(request.change);
        return { kind: "ok", id, detail: null };
      case "transfer":
        this.state.transfers.push(request.target);
        return { kind: "ok", id, detail: null };
    }
  }

  #group(): Plain {
    const members = ["a", "b"].map((member) => ({
      ...{ member, role: member === "b" ? this.state.role : "voter", matched: 3 },
      standing: member === "b" ? this.state.standing : null,
    }));
    const { by, leader } = this.state;
    return { by, leader, term: 4, committed: 3, members, outgoing: null };
  }

  #apply(bytes: Uint8Array) {
    this.state.at += 1;
    const { result, events } = this.state.service.apply(this.state.at, bytes);
    this.#watches.applied(events);
    return result;
  }

  #tell(): void {
    for (const notice of this.#watches.take(100)) {
      if (notice.kind !== "event") continue;
      const { client, watch, event } = notice;
      this.#socket?.reply(client, { kind: "event", watch, event });
    }
  }
}

const refused = (id: number, reason: RequestRefusal): ClientReply => ({
  ...{ kind: "refused", id, reason },
  ...{ leader: null, detail: "the fake says so" },
});
