/** Replicas whose apps have not the same commands, as between two versions of one. */
import { describe, expect, it } from "vitest";
import { seconds } from "../../../src/kernel/time.js";
import type { ReplicaOptions } from "../../../src/replication/replica/parts.js";
import type { AppCommands } from "../../../src/replication/service/app-commands.js";
import type { ClientRequest, Plain } from "../../../src/replication/service/ports.js";
import { counterCommands } from "../../../src/sim/replicas/counter-app.js";
import { count, get, openSession, put, SmallGroup } from "./support/small-group.js";

/** Has `reset` as well. */
const newer: AppCommands = {
  initial: counterCommands.initial,
  lacks: (name) => (name === "reset" ? null : counterCommands.lacks(name)),
  apply: (state, name, argument) =>
    name === "reset"
      ? { ok: true, state: {}, result: null }
      : counterCommands.apply(state, name, argument),
};

/** On the boards of `newerOn`, from their next start on, the app has `reset`. */
const mixed = (newerOn: ReadonlySet<string>): SmallGroup =>
  new SmallGroup(3, (options: ReplicaOptions) =>
    newerOn.has(options.self) ? { ...options, app: newer } : options,
  );

const reset =
  (session = 0, sequence = 0) =>
  (id: number): ClientRequest => ({
    ...{ kind: "command", id, session, sequence },
    command: { kind: "app", name: "reset", argument: null },
  });

function lead(small: SmallGroup, target: string): void {
  const leads = (): boolean => small.leader().id === target;
  for (let tries = 0; tries < 20 && !leads(); tries += 1) {
    small.ask(small.leader(), (id) => ({ kind: "transfer", id, target }));
    small.run(seconds(1));
  }
  expect(leads()).toBe(true);
}

const stateOf = (small: SmallGroup, board: string): Plain | undefined =>
  small.boards.find(({ id }) => id === board)?.replica?.appState;

describe("an app's command that not all replicas have", () => {
  it("is refused by all where the leader has it not, and by its name (REPLICA-15)", () => {
    const small = mixed(new Set(["n2", "n3"]));
    lead(small, "n1");
    const follower = small.follower();
    small.ask(follower, count("c"));
    const opened = small.ask(follower, openSession(seconds(10)));
    const session =
      opened?.kind === "result" && opened.result.ok && opened.result.kind === "session"
        ? opened.result.session
        : 0;
    const detail = "the app at n1, which leads, has no command reset; it has count";
    for (const ask of [reset(), reset(session, 1)]) {
      expect(small.ask(follower, ask)).toMatchObject({
        result: { ok: false, reason: "unknown-command", detail },
      });
    }
    // Its number is used up: the session goes on.
    expect(small.ask(follower, count("c", session, 2))).toMatchObject({ result: { result: 2 } });
    small.run(seconds(1));
    for (const { id, replica } of small.boards) {
      expect(replica?.status().phase).toBe("running");
      expect(stateOf(small, id)).toEqual({ c: 2 });
    }
  });

  it("has a replica leave that must apply it and cannot, which says why (REPLICA-16)", () => {
    const newerOn = new Set(["n2", "n3"]);
    const small = mixed(newerOn);
    lead(small, "n2");
    small.ask(small.leader(), count("c"));
    expect(small.ask(small.leader(), reset())).toMatchObject({ result: { ok: true } });
    small.run(seconds(1));
    const old = small.boards.find(({ id }) => id === "n1");
    expect(old?.replica?.status()).toMatchObject({
      ...{ phase: "out", raft: null },
      out: {
        reason: "ahead-of-app",
        detail: expect.stringMatching(
          /^the app at n1 has no command reset; it has count; entry \d+ needs it: install the app/,
        ),
      },
    });
    const told = small.events.filter(({ event }) => event.kind === "log-refused");
    expect(told.map(({ node }) => node)).toEqual(["n1"]);
    expect(stateOf(small, "n1")).toEqual({ c: 1 });
    expect(small.ask(old as never, get("k", "stale"))).toMatchObject({
      ...{ kind: "refused", reason: "disk-not-writable" },
      detail: expect.stringContaining("has no command reset"),
    });
    // The others go on without it.
    expect(small.ask(small.leader(), put("k", 1))).toMatchObject({ result: { ok: true } });
    // A start does not help, and the app that the others run does.
    old?.crash();
    old?.boot();
    small.run(seconds(1));
    expect(old?.replica?.status().phase).toBe("out");
    newerOn.add("n1");
    old?.crash();
    old?.boot();
    small.run(seconds(1));
    expect(old?.replica?.status().phase).toBe("running");
    expect(stateOf(small, "n1")).toEqual({});
  });

  it("stops a group of which a majority cannot apply it (REPLICA-16)", () => {
    const small = mixed(new Set(["n1"]));
    lead(small, "n1");
    small.ask(small.leader(), reset());
    small.run(seconds(1));
    for (const { id, replica } of small.boards) {
      expect(replica?.status().phase).toBe(id === "n1" ? "running" : "out");
    }
    // Nothing more is told as done, of a state that most of them have not.
    expect(small.ask(small.boards[0] as never, put("k", 1))?.kind).toBe("refused");
  });
});
