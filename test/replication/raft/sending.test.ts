/** What is on its way to one follower, and what goes when (RAFT-43, RAFT-60, RAFT-63, RAFT-64). */
import { describe, expect, it } from "vitest";
import { instant } from "../../../src/kernel/time.js";
import { Progress } from "../../../src/replication/raft/progress.js";
import { voters } from "./support/cluster.js";
import {
  appendReply,
  b,
  bytes,
  Core,
  type CoreOptions,
  c,
  heartbeat,
  of,
  sent,
} from "./support/core.js";

const to = (core: Core, target: string) => {
  const outputs = core.outputs.filter(
    (output) => output.kind === "send" && output.target === target,
  );
  return { appends: sent(outputs, "append"), pieces: sent(outputs, "snapshot") };
};

function leader(options: CoreOptions = {}): Core {
  const core = new Core(options).lead("b", "c");
  for (const id of ["b", "c"]) core.acknowledge(id);
  return core;
}

describe("what is on its way", () => {
  it("is counted in messages and bytes until it is acknowledged", () => {
    const progress = new Progress(b, 5, false, 1_000);
    progress.acknowledge(4);
    progress.replicate();
    expect(progress.next).toBe(5);
    progress.sent(6, 100);
    progress.sent(9, 50);
    progress.sent(10, 7);
    expect([progress.inFlight, progress.bytesInFlight, progress.next]).toEqual([3, 157, 11]);
    progress.acknowledge(5);
    expect([progress.inFlight, progress.bytesInFlight]).toEqual([3, 157]);
    progress.acknowledge(9);
    expect([progress.inFlight, progress.bytesInFlight]).toEqual([1, 7]);
    progress.acknowledge(6);
    progress.acknowledge(10);
    expect([progress.inFlight, progress.bytesInFlight, progress.matched]).toEqual([0, 0, 10]);
  });

  it("moves on with what the follower has, also if that was not sent by us", () => {
    const progress = new Progress(b, 5, false, 1_000);
    progress.acknowledge(8);
    expect([progress.matched, progress.next]).toEqual([8, 9]);
    progress.acknowledge(3);
    expect([progress.matched, progress.next]).toEqual([8, 9]);
  });

  it("is nothing any more when another search begins", () => {
    const progress = new Progress(b, 5, false, 1_000);
    progress.acknowledge(4);
    progress.replicate();
    progress.sent(9, 50);
    progress.gathered = { from: 10, to: 12, bytes: 9, term: 1 };
    progress.probe(7);
    expect([progress.inFlight, progress.bytesInFlight, progress.next]).toEqual([0, 0, 7]);
    expect([progress.kind, progress.waits, progress.gathered]).toEqual(["probe", false, null]);
    progress.sent(8, 5);
    progress.replicate();
    expect([progress.inFlight, progress.next]).toEqual([0, 5]);
  });

  it("and nothing that was known holds of another disk under the same name (RAFT-52)", () => {
    const progress = new Progress(b, 5, false, 1_000);
    progress.acknowledge(4);
    progress.round = 9;
    progress.heardAt = instant(1);
    progress.toldBlank = true;
    progress.forget(3, 7);
    expect([progress.matched, progress.round, progress.heardAt]).toEqual([0, 0, null]);
    expect([progress.life, progress.toldBlank, progress.next]).toEqual([3, false, 7]);
    progress.forget(4, 0);
    expect(progress.next).toBe(1);
  });
});

describe("a follower that does not answer", () => {
  it("is sent so many bytes, and no more until some of them came (RAFT-63)", () => {
    const core = leader({ limits: { inFlightBytesMax: 2_000, messageBytesMax: 700 } });
    const before = to(core, "b").appends.length;
    for (let time = 0; time < 50; time += 1) core.propose("x".repeat(500));
    const count = to(core, "b").appends.length - before;
    expect(count).toBeGreaterThanOrEqual(3);
    expect(count).toBeLessThanOrEqual(5);
    core.acknowledge("b", core.status.last - 49);
    expect(to(core, "b").appends.length).toBeGreaterThan(before + count);
  });

  it("is asked by each heartbeat about the last that it was sent (RAFT-64)", () => {
    const core = leader();
    core.propose("x");
    core.wait(heartbeat);
    const beat = to(core, "b").appends.at(-1);
    expect(beat).toMatchObject({ entries: [], previousIndex: core.status.last, previousTerm: 2 });
  });

  it("whose entries are compacted is only told that we are there", () => {
    const core = leader({ limits: { trailingEntries: 0 } });
    core.hear("b", appendReply({ accepted: false, index: 0, life: 2 }));
    for (let time = 0; time < 5; time += 1) {
      core.propose("x");
      core.save();
      core.acknowledge("c");
    }
    core.step({ kind: "snapshot-taken", index: core.status.committed, data: bytes("state") });
    const ticket = of(core.outputs, "save-snapshot").at(-1)?.ticket ?? 0;
    core.step({ kind: "snapshot-saved", ticket });
    core.wait(heartbeat);
    expect(core.status.progress.get(b)?.state).toBe("snapshot");
    const beat = to(core, "b").appends.at(-1);
    expect(beat).toMatchObject({ entries: [], previousIndex: 0, previousTerm: 0 });
  });
});

describe("a witness (RAFT-38)", () => {
  const roles = new Map(voters(3)).set(c, "witness");

  it("is sent no command, though a voter that is as far is sent the same entries", () => {
    const core = leader({ roles });
    core.step({ kind: "propose", ticket: 1, commands: [bytes("one"), bytes("two")] });
    const dataOf = (target: string) =>
      to(core, target)
        .appends.at(-1)
        ?.entries.map(({ data }) => data.length);
    expect([dataOf("b"), dataOf("c")]).toEqual([
      [3, 3],
      [0, 0],
    ]);
    expect(to(core, "b").appends.at(-1)?.outline).toBe(false);
    expect(to(core, "c").appends.at(-1)?.outline).toBe(true);
  });

  it("is sent the head of a snapshot, and nothing of the state", () => {
    const core = leader({ roles, limits: { trailingEntries: 0 } });
    core.hear("c", appendReply({ accepted: false, index: 0, life: 2 }));
    core.propose("x");
    core.save();
    core.acknowledge("b");
    core.step({ kind: "snapshot-taken", index: core.status.committed, data: bytes("state") });
    const ticket = of(core.outputs, "save-snapshot").at(-1)?.ticket ?? 0;
    core.step({ kind: "snapshot-saved", ticket });
    expect(to(core, "c").pieces).toMatchObject([{ outline: true, total: 0, bytes: bytes("") }]);
    expect(to(core, "c").pieces[0]?.head.length).toBeGreaterThan(3);
  });
});

describe("a snapshot that is on its way (RAFT-43)", () => {
  /** `b` needs the first of two snapshots; the second is there when the test says so. */
  function sending(): { core: Core; renew: () => void } {
    const core = leader({ limits: { trailingEntries: 0, messageBytesMax: 300 } });
    core.hear("b", appendReply({ accepted: false, index: 0, life: 2 }));
    const renew = () => {
      core.propose("x");
      core.save();
      core.acknowledge("c");
      const data = bytes("s".repeat(900));
      core.step({ kind: "snapshot-taken", index: core.status.committed, data });
      const ticket = of(core.outputs, "save-snapshot").at(-1)?.ticket ?? 0;
      core.step({ kind: "snapshot-saved", ticket });
    };
    renew();
    return { core, renew };
  }
  const beat = (core: Core) => {
    core.wait(heartbeat);
    core.acknowledge("c");
  };

  it("gives way to a newer one where nothing of it has come", () => {
    const { core, renew } = sending();
    const first = to(core, "b").pieces.at(-1)?.index ?? 0;
    for (let time = 0; time < 3; time += 1) beat(core);
    const { pieces } = to(core, "b");
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.map(({ index, offset }) => [index, offset])).toEqual(
      pieces.map(() => [first, 0]),
    );
    renew();
    for (let time = 0; time < 3; time += 1) beat(core);
    expect(to(core, "b").pieces.at(-1)).toMatchObject({ index: core.status.first - 1, offset: 0 });
    expect(core.status.first - 1).toBeGreaterThan(first);
  });

  it("goes on where some of it has come, whatever there is that is newer", () => {
    const { core, renew } = sending();
    const { index = 0, bytes: part = bytes("") } = to(core, "b").pieces.at(-1) ?? {};
    const about = { term: 2, index, received: part.length, round: 1 };
    const disk = { life: 2, blank: false, outline: false };
    core.hear("b", { kind: "snapshot-reply", ...about, ...disk });
    renew();
    for (let time = 0; time < 4; time += 1) beat(core);
    const last = to(core, "b").pieces.at(-1);
    expect([last?.index, last?.offset]).toEqual([index, part.length]);
  });
});
