/**
 * A change of members until it is done: a leader that falls in the middle leaves nobody who could
 * tell what became of it, but the group itself can. A newcomer that is not up yet is waited for.
 */
import { setTimeout as wait } from "node:timers/promises";
import { type StateClient, StateRefusal } from "../../host/state/client-ports.js";
import { groupOf, type ToldGroup } from "../state/group.js";

export type Change =
  | { readonly kind: "add"; readonly member: string; readonly role: string }
  | { readonly kind: "remove" | "promote"; readonly member: string }
  | { readonly kind: "replace"; readonly member: string; readonly successor: string };

/** What of a client it takes. */
export interface MembersClient {
  readonly members: Pick<StateClient["members"], "get" | "change">;
}

/** Between two looks at the group, in milliseconds. */
const lookEvery = 300;

/**
 * Rejects with a `StateRefusal`: the group refuses the change, or it was not done in time.
 *
 * @param ms how long it may take
 */
export async function settleChange(
  client: MembersClient,
  change: Change,
  ms: number,
): Promise<void> {
  const endsAt = performance.now() + ms;
  const before = await look(client);
  let asked = change;
  for (let isFirst = true; ; isFirst = false) {
    try {
      await client.members.change(asked);
      return;
    } catch (error) {
      if (!(error instanceof StateRefusal)) throw error;
      if (!isUndecided(error, isFirst)) throw explained(error, change, before);
      const group = await settledGroup(client, endsAt);
      if (group === null) throw explained(error, change, await look(client));
      if (isDone(asked, group)) return;
      asked = nextOf(asked, before, group);
    }
  }
}

const look = async (client: MembersClient): Promise<ToldGroup> =>
  groupOf(await client.members.get());

/**
 * Nobody knows what became of ours, or another change has to end first, or a newcomer to come.
 * Asked again, what the group has or has not may be what we have asked for before.
 */
function isUndecided({ reason, detail }: StateRefusal, isFirst: boolean): boolean {
  if (reason === "unknown-outcome") return true;
  if (reason !== "change-refused") return false;
  if (!isFirst && /already-member|unknown-member/.test(detail)) return true;
  return /leadership-lost|change-in-progress|not-leader|not-caught-up/.test(detail);
}

/** Once there is a leader, and no change under way; null when the time is over. */
async function settledGroup(client: MembersClient, endsAt: number): Promise<ToldGroup | null> {
  for (;;) {
    if (performance.now() > endsAt) return null;
    await wait(lookEvery);
    const group = await look(client);
    if (group.leader !== null && group.outgoing === null) return group;
  }
}

const roleIn = ({ members }: ToldGroup, name: string): string | undefined =>
  members.find(({ member }) => member === name)?.role;

function isDone(change: Change, group: ToldGroup): boolean {
  switch (change.kind) {
    case "add":
      return roleIn(group, change.member) === change.role;
    case "remove":
      return roleIn(group, change.member) === undefined;
    case "promote":
      return roleIn(group, change.member) === "voter";
    case "replace":
      if (change.member === change.successor) return false;
      return (
        roleIn(group, change.member) === undefined && roleIn(group, change.successor) !== undefined
      );
  }
}

const isAnotherDisk = (change: Change): boolean =>
  change.kind === "replace" && change.member === change.successor;

/** Another disk under the same name goes out and comes in: it may have got so far as to be out. */
function nextOf(change: Change, before: ToldGroup, group: ToldGroup): Change {
  const { member } = change;
  if (!isAnotherDisk(change) || roleIn(group, member) !== undefined) return change;
  return { kind: "add", member, role: roleIn(before, member) ?? "voter" };
}

/** With what is to be done now, where the group itself shows it. */
function explained(error: StateRefusal, change: Change, group: ToldGroup): StateRefusal {
  const hint = hintOf(error.detail, change, group);
  if (hint === null) return error;
  return new StateRefusal(error.reason, `${error.detail}; ${hint}`, error.leader);
}

/** As a replica begins its answer where no frame of it reaches the newcomer. */
const notInConfig = "the config here has no node";

function hintOf(detail: string, change: Change, group: ToldGroup): string | null {
  if (group.members.length === 0) return null;
  if (isAnotherDisk(change) && roleIn(group, change.member) === undefined) {
    const add = `\`holdfast member add ${change.member}\` brings it in`;
    return `${change.member} is out of the group now: when its board is up, ${add}`;
  }
  const newcomer = change.kind === "replace" ? change.successor : change.member;
  const comes = change.kind === "add" || change.kind === "replace";
  if (!comes || roleIn(group, newcomer) !== undefined) return null;
  if (detail.startsWith(notInConfig)) {
    const how = `name ${newcomer} in every holdfast.yaml, with \`state: none\``;
    return `${how}, and start the replicas again one after the other`;
  }
  return `${newcomer} has not come in: is its board up, with a blank disk and this cluster's key?`;
}
