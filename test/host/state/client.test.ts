import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { BodyWriter } from "../../../src/host/state/body-stream.js";
import { connect } from "../../../src/host/state/client.js";
import type { ConnectOptions, StateClient } from "../../../src/host/state/client-ports.js";
import { UsageError } from "../../../src/kernel/assert.js";
import { millis, seconds } from "../../../src/kernel/time.js";
import { testFolder } from "../support/folder.js";
import { FakeReplica } from "./support/fake-replica.js";

async function open(options: ConnectOptions): Promise<StateClient> {
  const client = await connect(options);
  onTestFinished(() => client.leave());
  return client;
}

async function rig(options: Partial<ConnectOptions> = {}) {
  const stateDir = await testFolder();
  const replica = await FakeReplica.start(stateDir, "a");
  return { replica, stateDir, client: await open({ stateDir, ...options }) };
}

const text = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString();

describe("a client of the replicated state", () => {
  it("STATE-CLIENT-1 writes, reads, compares, deletes and lists", async () => {
    const { client } = await rig();
    expect(await client.put("a/x", "one")).toMatchObject({ version: 1 });
    expect(await client.cas("a/x", 1, "two")).toMatchObject({ version: 2 });
    await expect(client.cas("a/x", 1, "three")).rejects.toMatchObject({
      name: "StateRefusal",
      reason: "version-mismatch",
    });
    await client.put("a/y", Uint8Array.of(0xff));
    const { found, age } = await client.get("a/x");
    expect([text(found?.value), found?.version, age]).toEqual(["two", 2, 0]);
    const { keys, more } = await client.list("a/", { limit: 1 });
    expect([keys.map(({ key }) => key), more]).toEqual([["a/x"], true]);
    await client.delete("a/x");
    await client.delete("a/x");
    expect((await client.get("a/x")).found).toBeNull();
  });

  it("STATE-CLIENT-11 says which argument is wrong, asks nobody, and goes on", async () => {
    const { client, replica } = await rig();
    const wrong: readonly (readonly [Promise<unknown>, string])[] = [
      [
        client.put("a b", "x"),
        'key: expected 1 to 128 of the characters A-Z a-z 0-9 . _ / -, got "a b"',
      ],
      [
        client.put("a", "x".repeat(4_097)),
        "value: expected text or a Uint8Array of at most 4096 bytes, got 4097 bytes",
      ],
      [client.put("a", undefined as never), "got undefined"],
      [client.put("a", {} as never), "got an object"],
      [client.put("a", "x", { version: -1 }), "version: expected a whole number from 0, got -1"],
      // Without a version it would be a put, whatever is there.
      [client.cas("a", undefined as never, "x"), "version: expected a whole number from 0"],
      [client.delete("ü"), "key: expected"],
      [client.get(""), "key: expected"],
      [client.list("é"), "prefix: expected"],
      [client.list("", { limit: 0 }), "limit: expected 1 to 1000, got 0"],
      [client.list("", { after: "a b" }), "after: expected"],
      [client.lock.acquire("a b"), "lock: expected"],
      [
        client.lock.acquire("l", { wait: "30s" as never }),
        'wait: expected a duration (millis, seconds) from 0 ms, got "30s"',
      ],
      [
        client.lock.acquire("l", { lockDelay: seconds(61) }),
        "lockDelay: expected a duration (millis, seconds) from 0 ms to 60000 ms",
      ],
      [client.lock.get("a b"), "lock: expected"],
      [client.app.command("a b", 1), "name: expected"],
      [
        client.app.command("a", Number.NaN),
        "argument: expected plain data of at most 4096 bytes as JSON, got NaN",
      ],
      [client.app.command("a", (() => 1) as never), "got a function"],
      [client.members.transfer("N 1"), 'target: expected the name of a member, or null, got "N 1"'],
      [client.members.change(undefined as never), "change: expected plain data"],
    ];
    for (const [call, words] of wrong) {
      const error = await call.then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(UsageError);
      expect(String(error)).toContain(words);
    }
    const target = (one: object) => () => client.watch(one as never);
    expect(target({ kind: "prefix", prefix: "ü" })).toThrow("prefix: expected");
    expect(target({ kind: "lock", lock: "" })).toThrow("lock: expected");
    expect(target({ kind: "key", key: "a" })).toThrow('a "prefix", "lock" or "session"');
    expect(() => client.watch({ kind: "prefix", prefix: "" }, -1)).toThrow("the `at` of a read");
    expect(replica.state.requests.filter(({ kind }) => kind !== "keep-alive")).toEqual([]);
    expect(await client.put("a", "x")).toMatchObject({ version: 1 });
  });

  it("STATE-CLIENT-11 says which option of connect is wrong", async () => {
    const stateDir = await testFolder();
    const refused = (options: object) => connect({ stateDir, ...options });
    await expect(refused({ lease: millis(19) })).rejects.toThrow(
      "lease: expected a duration (millis, seconds) from 20 ms to 600000 ms, got 19000",
    );
    await expect(refused({ lease: seconds(601) })).rejects.toThrow("lease: expected");
    await expect(refused({ timeout: 0 })).rejects.toThrow("timeout: expected");
    await expect(refused({ name: "a b" })).rejects.toThrow("name: expected");
    await expect(connect({})).rejects.toThrow("expected stateDir or paths");
  });

  it("STATE-CLIENT-2 reads the newest unless told not to, and then tells the age", async () => {
    const { client, replica } = await rig();
    expect((await client.get("x")).age).toBe(0);
    expect((await client.get("x", { stale: true })).age).toBe(250_000);
    const asked = replica.state.requests.filter(({ kind }) => kind === "query");
    expect(asked).toMatchObject([{ freshness: "linearizable" }, { freshness: "stale" }]);
  });

  it("STATE-CLIENT-3 numbers writes in one session, or has none where it may not", async () => {
    const once = await rig({ name: "valve" });
    await Promise.all([once.client.put("x", "1"), once.client.put("x", "2")]);
    const numbered = once.replica.state.requests.filter(({ kind }) => kind === "command");
    expect(numbered).toMatchObject([
      { session: 0, command: { kind: "open-session", name: "valve" } },
      { session: 1, sequence: 1 },
      { session: 1, sequence: 2 },
    ]);
    const free = await rig({ exactlyOnce: false });
    await Promise.all([free.client.put("x", "1"), free.client.put("x", "2")]);
    expect(free.replica.state.requests).toMatchObject([
      { session: 0, sequence: 0 },
      { session: 0, sequence: 0 },
    ]);
  });

  it("STATE-CLIENT-4 goes on with another replica, in the same session", async () => {
    const { client, replica, stateDir } = await rig();
    const other = await FakeReplica.start(stateDir, "b", replica.state);
    const paths = [replica.path, other.path];
    const both = await open({ paths });
    await both.put("x", "1");
    await replica.stop();
    await both.put("x", "2");
    expect(replica.state.service.openSessions.size).toBe(1);
    await replica.open();
    await client.put("x", "3");
    await other.stop();
    expect((await both.get("x")).found?.version).toBe(3);
  });

  it("STATE-CLIENT-4 leaves a replica that does not answer", async () => {
    const { replica, stateDir } = await rig();
    const other = await FakeReplica.start(stateDir, "b", replica.state);
    const client = await open({ paths: [replica.path, other.path], exactlyOnce: false });
    replica.silent = true;
    expect((await client.get("x")).found).toBeNull();
  });

  it("STATE-CLIENT-4 does not run after replicas that speak another language", async () => {
    const stateDir = await testFolder();
    const paths = ["a", "b"].map((name) => join(stateDir, `${name}.state.sock`));
    let dialled = 0;
    for (const path of paths) {
      const server = createServer((socket) => {
        dialled += 1;
        const writer = new BodyWriter();
        writer.add({ hello: "HTTP" });
        socket.on("error", () => undefined);
        socket.write(writer.take());
      });
      await new Promise<void>((resolve) => server.listen(path, resolve));
      onTestFinished(() => void server.close());
    }
    const client = await open({ paths, timeout: seconds(1) });
    await expect(client.get("x")).rejects.toMatchObject({ name: "StateRefusal" });
    expect(dialled).toBeGreaterThan(2);
    expect(dialled).toBeLessThan(50);
  });

  it("STATE-CLIENT-5 says that nobody is there, and does not wait for it", async () => {
    const stateDir = await testFolder();
    await expect(connect({ stateDir })).rejects.toMatchObject({ reason: "no-replica" });
    const paths = [`${stateDir}/a.state.sock`];
    await expect(connect({ paths })).rejects.toMatchObject({ reason: "no-replica" });
  });

  it("STATE-CLIENT-5 gives up in time, and says whether it may have been done", async () => {
    const { client, replica } = await rig({ timeout: millis(300), exactlyOnce: false });
    replica.refusal = "no-leader";
    await expect(client.get("x")).rejects.toMatchObject({ reason: "no-leader" });
    replica.refusal = null;
    replica.silent = true;
    await expect(client.put("x", "1")).rejects.toMatchObject({ reason: "unknown-outcome" });
    client.leave();
    await expect(client.get("x")).rejects.toMatchObject({ reason: "closed" });
  });

  it("STATE-CLIENT-6 watches in order, from an index on, until it is closed", async () => {
    const { client } = await rig({ exactlyOnce: false });
    const { at } = await client.get("k/1");
    const watch = client.watch({ kind: "prefix", prefix: "k/" }, at);
    await client.put("k/1", "a");
    await client.put("other", "b");
    await client.delete("k/1");
    const seen: string[] = [];
    for await (const event of watch) {
      seen.push(event.kind);
      if (seen.length === 2) watch.close();
    }
    expect(seen).toEqual(["put", "deleted"]);
  });

  it("STATE-CLIENT-7 holds a lock by its token until it is released", async () => {
    const { client, stateDir } = await rig();
    const other = await open({ stateDir, name: "other" });
    const held = await client.lock.acquire("valve");
    expect(held.isSure()).toBe(true);
    await expect(other.lock.acquire("valve")).rejects.toMatchObject({ reason: "held" });
    const waited = other.lock.acquire("valve", { wait: seconds(30) });
    await held.release();
    const next = await waited;
    expect(next.token).toBeGreaterThan(held.token);
    const { lock } = await client.lock.get("valve");
    expect(lock).toMatchObject({ holder: { name: "other" }, token: next.token });
  });

  it("STATE-CLIENT-7 a wait for a lock ends, and leaves nobody in the queue", async () => {
    const { client, stateDir } = await rig();
    const other = await open({ stateDir });
    await client.lock.acquire("valve");
    const waited = other.lock.acquire("valve", { wait: millis(300) });
    await expect(waited).rejects.toMatchObject({ name: "StateRefusal" });
    const isFree = async () => (await client.lock.get("valve")).lock.waiting === 0;
    await expect.poll(isFree, { timeout: 10_000 }).toBe(true);
  });

  it("STATE-CLIENT-8 is told of a lock in doubt, and can hold it anew", async () => {
    const { client, replica } = await rig({ lease: millis(400) });
    const held = await client.lock.acquire("valve");
    replica.silent = true;
    await new Promise((resolve) => held.lost.addEventListener("abort", resolve));
    expect(held.isSure()).toBe(false);
    replica.silent = false;
    const isBack = async () => (await client.lock.acquire("valve")).token === held.token;
    await expect.poll(isBack, { timeout: 20_000 }).toBe(true);
  });

  it("STATE-CLIENT-8 is told of a session that has ended, and opens another", async () => {
    const { client, replica } = await rig({ lease: millis(400) });
    const held = await client.lock.acquire("valve");
    replica.expire(1);
    await new Promise((resolve) => held.lost.addEventListener("abort", resolve));
    const again = await client.lock.acquire("valve");
    expect(again.token).toBeGreaterThan(held.token);
    expect(again.isSure()).toBe(true);
  });

  it("STATE-CLIENT-8 does not give back by an old hand what it holds anew", async () => {
    const { client, replica } = await rig({ lease: millis(400) });
    const old = await client.lock.acquire("valve");
    replica.expire(1);
    await new Promise((resolve) => old.lost.addEventListener("abort", resolve));
    const held = await client.lock.acquire("valve");
    await expect(old.release()).rejects.toMatchObject({ reason: "not-held" });
    expect(held.lost.aborted).toBe(false);
    expect((await client.lock.get("valve")).lock.token).toBe(held.token);
    await held.release();
    expect((await client.lock.get("valve")).lock.holder).toBeNull();
  });

  it("STATE-CLIENT-9 ends its session when it is closed, and not when it just leaves", async () => {
    const { client, replica, stateDir } = await rig();
    await client.put("mine", "1", { ephemeral: true });
    await client.close();
    expect(replica.state.service.openSessions.size).toBe(0);
    const other = await open({ stateDir });
    expect((await other.get("mine")).found).toBeNull();
    await other.put("mine", "2", { ephemeral: true });
    other.leave();
    expect(replica.state.service.openSessions.size).toBe(1);
  });

  it("STATE-CLIENT-10 tells of the group, and asks for changes of it", async () => {
    const { client, replica } = await rig();
    expect(await client.members.get()).toMatchObject({ leader: "a" });
    const change = { kind: "replace", member: "b", successor: "c" };
    await client.members.change(change);
    await client.members.transfer(null);
    expect(replica.state.changes).toEqual([change]);
    expect(replica.state.transfers).toEqual([null]);
  });
});
