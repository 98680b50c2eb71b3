import { statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createConnection, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { BodyReader, BodyWriter, replyBytesMax } from "../../../src/host/state/body-stream.js";
import {
  requestsPerTurnMax,
  StateSocket,
  stateClientsMax,
  stateSocketPath,
  unreadBytesMax,
  unreadTotalMax,
} from "../../../src/host/state/state-socket.js";
import { nodeId } from "../../../src/kernel/ids.js";
import type { RequestOfClient } from "../../../src/replication/replica/ports.js";
import type { ClientReply } from "../../../src/replication/service/ports.js";
import { encodeReply } from "../../../src/replication/service/reply-bodies.js";
import { testFolder } from "../support/folder.js";

interface Rig {
  readonly socket: StateSocket;
  readonly path: string;
  readonly reads: (readonly RequestOfClient[])[];
  readonly gone: number[];
  readonly pauses: (readonly [number, boolean])[];
}

async function open(): Promise<Rig> {
  const path = stateSocketPath(await testFolder(), nodeId("a"));
  const rig = {
    ...{ path, reads: [] as Rig["reads"], gone: [] as number[] },
    pauses: [] as Rig["pauses"],
  };
  const socket = await StateSocket.open({
    path,
    onRequests: (requests) => rig.reads.push(requests),
    onPaused: (client, paused) => rig.pauses.push([client, paused]),
    onGone: (client) => rig.gone.push(client),
  });
  onTestFinished(() => socket.close());
  return { ...rig, socket };
}

async function dial(path: string): Promise<Socket> {
  const client = createConnection(path);
  onTestFinished(() => {
    client.destroy();
  });
  client.on("error", () => undefined);
  await new Promise((resolve) => client.once("connect", resolve));
  return client;
}

function frames(...bodies: unknown[]): Uint8Array {
  const writer = new BodyWriter();
  for (const body of bodies) writer.add(body);
  return writer.take();
}

const closed = (client: Socket): Promise<unknown> =>
  new Promise((resolve) => client.once("close", resolve));

const until = (fits: () => boolean) => expect.poll(fits, { timeout: 10_000 }).toBe(true);

const ok = (id: number, detail = ""): ClientReply => ({ kind: "ok", id, detail });

describe("the state socket", () => {
  it("STATE-SOCK-2 hands on the requests of a read together, answers whom it means", async () => {
    const { socket, path, reads } = await open();
    const [one, other] = [await dial(path), await dial(path)];
    one.write(frames({ id: 1 }, { id: 2 }, { id: 3 }));
    await until(() => reads.length > 0);
    expect(reads).toEqual([[1, 2, 3].map((id) => ({ client: 1, body: { id } }))]);
    const heard: unknown[] = [];
    const reader = new BodyReader(replyBytesMax);
    one.on("data", (chunk: Buffer) => heard.push(...(reader.take(new Uint8Array(chunk)) ?? [])));
    let others = 0;
    other.on("data", () => {
      others += 1;
    });
    for (const id of [1, 2, 3]) socket.reply(1, ok(id));
    socket.reply(99, ok(4));
    await until(() => heard.length === 3);
    expect(heard).toEqual([1, 2, 3].map((id) => encodeReply(ok(id))));
    expect(others).toBe(0);
  });

  it("STATE-SOCK-2 takes so many of one client in a turn, the rest in the next ones", async () => {
    const { path, reads } = await open();
    const [busy, other] = [await dial(path), await dial(path)];
    const count = 4 * requestsPerTurnMax + 1;
    busy.write(frames(...Array.from({ length: count }, (_, id) => ({ id }))));
    await until(() => reads.length > 0);
    other.write(frames({ id: 7 }));
    const heard = (client: number) => reads.flat().filter((one) => one.client === client);
    await until(() => heard(1).length === count && heard(2).length === 1);
    expect(heard(1).map(({ body }) => body)).toEqual(
      Array.from({ length: count }, (_, id) => ({ id })),
    );
    for (const read of reads) {
      const ofBusy = read.filter(({ client }) => client === 1);
      expect(ofBusy.length).toBeLessThanOrEqual(requestsPerTurnMax);
    }
  });

  it("STATE-SOCK-4 hands on nothing of a client that has gone", async () => {
    const { path, reads, gone } = await open();
    const client = await dial(path);
    client.write(frames(...Array.from({ length: 4 * requestsPerTurnMax }, (_, id) => ({ id }))));
    await until(() => reads.length > 0);
    client.destroy();
    await until(() => gone.length > 0);
    const before = reads.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(reads).toHaveLength(before);
  });

  it("STATE-SOCK-3 is for its user alone, and takes no place of another", async () => {
    const { path } = await open();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const nothing = () => undefined;
    const options = { path, onRequests: nothing, onGone: nothing, onPaused: nothing };
    await expect(StateSocket.open(options)).rejects.toMatchObject({ reason: "in-use" });
    const file = `${path}.file`;
    await writeFile(file, "");
    const atFile = StateSocket.open({ ...options, path: file });
    await expect(atFile).rejects.toMatchObject({ reason: "in-use" });
  });

  it("STATE-SOCK-4 sends away who sends garbage, and serves the others", async () => {
    const { socket, path, reads, gone } = await open();
    const [good, bad] = [await dial(path), await dial(path)];
    bad.write("GET / HTTP/1.1\r\n\r\n");
    await closed(bad);
    await until(() => gone.length > 0);
    expect(gone).toEqual([2]);
    good.write(frames({ id: 1 }));
    await until(() => reads.length > 0);
    expect(socket.counts()).toMatchObject({ clients: 1, requests: 1, malformed: 1, slow: 0 });
  });

  it("STATE-SOCK-4 sends away who does not read", async () => {
    const { socket, path, reads, gone } = await open();
    const client = await dial(path);
    client.write(frames({ id: 1 }));
    await until(() => reads.length > 0);
    client.pause();
    const text = "x".repeat(1_000_000);
    for (let sent = 0; sent < unreadBytesMax + 2e6; sent += text.length)
      socket.reply(1, ok(1, text));
    await until(() => gone.length > 0);
    expect(socket.counts()).toMatchObject({ clients: 0, slow: 1 });
  });

  it("STATE-SOCK-4 gathers no more for a client than may wait for it in one turn", async () => {
    const { socket, path, reads, gone } = await open();
    const client = await dial(path);
    client.write(frames({ id: 1 }));
    await until(() => reads.length > 0);
    const text = "x".repeat(1_000_000);
    const before = process.memoryUsage().arrayBuffers;
    for (let sent = 0; sent < 20 * unreadBytesMax; sent += text.length)
      socket.reply(1, ok(1, text));
    // Nothing of it was written yet: the turn is not over.
    expect(socket.counts().slow).toBe(1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * unreadBytesMax);
    await until(() => gone.length > 0);
  });

  it("STATE-SOCK-4 gathers no more for all than may wait together", async () => {
    const { socket, path, reads } = await open();
    const text = "x".repeat(1_000_000);
    const count = Math.ceil(unreadTotalMax / 12e6) + 2;
    for (let number = 1; number <= count; number += 1) {
      const client = await dial(path);
      client.write(frames({ id: 1 }));
      await until(() => reads.length === number);
    }
    for (let number = 1; number <= count; number += 1) {
      for (let sent = 0; sent < 12; sent += 1) socket.reply(number, ok(1, text));
    }
    const { slow } = socket.counts();
    expect(slow).toBeGreaterThan(0);
    expect(slow).toBeLessThan(count / 2);
    // Who has little waiting is answered all the same.
    const quick = await dial(path);
    const told = new Promise((resolve) => quick.once("data", resolve));
    quick.write(frames({ id: 1 }));
    await until(() => reads.length > count);
    socket.reply(count + 1, ok(1));
    await told;
  });

  it("STATE-SOCK-4 has so many clients, and room again when one has gone", async () => {
    const { socket, path } = await open();
    const clients: Socket[] = [];
    while (clients.length < stateClientsMax) clients.push(await dial(path));
    const more = await dial(path);
    await closed(more);
    expect(socket.counts().clients).toBe(stateClientsMax);
    clients[0]?.destroy();
    await until(() => socket.counts().clients < stateClientsMax);
    const next = await dial(path);
    next.write(frames({ id: 1 }));
    await until(() => socket.counts().requests === 1);
  });
});
