/**
 * A change of members until it is done: a leader that falls in the middle leaves nobody who could
 * tell what became of it, but the group itself can.
 */
import { setTimeout as wait } from "node:timers/promises";
import { type StateClient, StateRefusal } from "../../host/state/client-ports.js";
import { groupOf, type ToldGroup } from "../state/group.js";

export type Change =
  | { readonly kind: "add"; readonly member: string; readonly role: string }
  | { readonly kind: "remove" | "promote"; readonly member: string }
  | { readonly kind: "replace"; readonly member: string; readonly successor: string };

/** Between two looks at the group, in milliseconds. */
const lookEvery = 300;

/**
 * Rejects with a `StateRefusal`: the group refuses the change, or it was not done in time.
 *
 * @param ms how long it may take
 */
export async function settleChange(client: StateClient, change: Change, ms: number): Promise<void> {
  const endsAt = performance.now() + ms;
  const before = groupOf(await client.members.get());
  let asked = change;
  for (;;) {
    try {
      await client.members.change(asked);
      return;
    } catch (error) {
      if (!(error instanceof StateRefusal) || !isUndecided(error)) throw error;
      const group = await settledGroup(client, endsAt, error);
      if (isDone(asked, group)) return;
      asked = nextOf(asked, before, group);
    }
  }
}

/** Nobody knows what became of ours, or another change has to end first. */
const isUndecided = ({ reason, detail }: StateRefusal): boolean =>
  reason === "unknown-outcome" ||
  (reason === "change-refused" && /leadership-lost|change-in-progress|not-leader/.test(detail));

/** Once there is a leader, and no change under way. */
async function settledGroup(
  client: StateClient,
  endsAt: number,
  last: StateRefusal,
): Promise<ToldGroup> {
  for (;;) {
    if (performance.now() > endsAt) throw last;
    await wait(lookEvery);
    const group = groupOf(await client.members.get());
    if (group.leader !== null && group.outgoing === null) return group;
  }
}

function isDone(change: Change, { members }: ToldGroup): boolean {
  const roleOf = (name: string) => members.find(({ member }) => member === name)?.role;
  switch (change.kind) {
    case "add":
      return roleOf(change.member) === change.role;
    case "remove":
      return roleOf(change.member) === undefined;
    case "promote":
      return roleOf(change.member) === "voter";
    case "replace":
      if (change.member === change.successor) return false;
      return roleOf(change.member) === undefined && roleOf(change.successor) !== undefined;
  }
}

/** Another disk under the same name goes out and comes in: it may have got so far as to be out. */
function nextOf(change: Change, before: ToldGroup, { members }: ToldGroup): Change {
  if (change.kind !== "replace" || change.member !== change.successor) return change;
  const { member: name } = change;
  if (members.some(({ member }) => member === name)) return change;
  const role = before.members.find(({ member }) => member === name)?.role ?? "voter";
  return { kind: "add", member: name, role };
}
