import { describe, expect, it } from "vitest";
import { settleChange } from "../../../src/cli/member/settle-change.js";
import { StateRefusal } from "../../../src/host/state/client-ports.js";
import type { Plain } from "../../../src/replication/service/ports.js";

/** A group in a test's hand: what each change is refused as, and who is in it then. */
class ToldGroup {
  readonly asked: Plain[] = [];
  names: readonly string[] = ["a", "b", "c"];
  readonly #answers: ((group: ToldGroup) => StateRefusal | null)[];

  constructor(...answers: ((group: ToldGroup) => StateRefusal | null)[]) {
    this.#answers = answers;
  }

  readonly members = {
    get: async (): Promise<Plain> => {
      const members = this.names.map((member) => ({ member, role: "voter", matched: null }));
      return { term: 1, leader: "a", committed: 9, members, outgoing: null };
    },
    change: async (change: Plain): Promise<Plain> => {
      this.asked.push(change);
      // The last answer stands.
      const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
      const refusal = answer?.(this) ?? null;
      if (refusal !== null) throw refusal;
      return null;
    },
  };
}

const unknown = () => new StateRefusal("unknown-outcome", "b did not answer in time");
const refused = (detail: string) => () => new StateRefusal("change-refused", detail);

const anotherDisk = { kind: "replace", member: "c", successor: "c" } as const;
const ms = 20_000;

describe("a change of members", () => {
  it("is asked once where it is done, or refused for good (CLI-STATE-7)", async () => {
    const done = new ToldGroup(() => null);
    await settleChange(done, { kind: "remove", member: "c" }, ms);
    expect(done.asked).toHaveLength(1);
    const never = new ToldGroup(refused("would-lose-quorum: no voter would be left"));
    await expect(settleChange(never, { kind: "remove", member: "c" }, ms)).rejects.toMatchObject({
      reason: "change-refused",
    });
    expect(never.asked).toHaveLength(1);
  });

  it("waits for the change of another administrator (CLI-STATE-7)", async () => {
    const group = new ToldGroup(refused("change-in-progress: another has not ended"), () => null);
    await settleChange(group, { kind: "add", member: "d", role: "voter" }, ms);
    expect(group.asked).toHaveLength(2);
  });

  it("is done where the group says so, whatever the last answer was (CLI-STATE-7)", async () => {
    const leaves = (group: ToldGroup) => {
      group.names = ["a", "b"];
      return null;
    };
    const group = new ToldGroup(unknown, (told) => {
      leaves(told);
      return refused("unknown-member: the group has no such member")();
    });
    await settleChange(group, { kind: "remove", member: "c" }, ms);
    expect(group.asked).toHaveLength(2);
  });

  it("of a disk goes on where its first half was done, and waits for the board", async () => {
    const group = new ToldGroup(
      (told) => {
        told.names = ["a", "b"];
        return unknown();
      },
      refused("not-caught-up: its copy of the log is too old yet"),
      () => null,
    );
    await settleChange(group, anotherDisk, ms);
    const add = { kind: "add", member: "c", role: "voter" };
    expect(group.asked).toEqual([anotherDisk, add, add]);
  });

  it("that was done by half says what is to be done (CLI-STATE-7)", async () => {
    const half = new ToldGroup((told) => {
      told.names = ["a", "b"];
      return refused("not-caught-up: its copy of the log is too old yet")();
    });
    const hint = /c is out of the group now.*`holdfast member add c`/;
    await expect(settleChange(half, anotherDisk, 500)).rejects.toThrow(hint);
    const again = new ToldGroup(refused("unknown-member: the group has no such member"));
    again.names = ["a", "b"];
    await expect(settleChange(again, anotherDisk, ms)).rejects.toThrow(hint);
    expect(again.asked).toHaveLength(1);
  });

  it("whose newcomer is in no config says where to name it (CLI-STATE-7)", async () => {
    const group = new ToldGroup(refused("the config here has no node d, it has a, b, c"));
    const change = { kind: "add", member: "d", role: "voter" } as const;
    await expect(settleChange(group, change, ms)).rejects.toThrow(
      /no node d, it has a, b, c; name d in every holdfast.yaml, with `state: none`/,
    );
  });

  it("whose newcomer never comes says so (CLI-STATE-7)", async () => {
    const group = new ToldGroup(refused("not-caught-up: its copy of the log is too old yet"));
    const change = { kind: "replace", member: "c", successor: "d" } as const;
    await expect(settleChange(group, change, 500)).rejects.toThrow(/d has not come in: is its/);
  });
});
