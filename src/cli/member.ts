/**
 * `holdfast member`: who is in the group that keeps the replicated state, and changes of it, asked
 * of the running cluster through a replica on this machine.
 */
import { Command } from "commander";
import { parseNodeId } from "../kernel/ids.js";
import { CliFailure } from "./exit.js";
import { type CliIo, writeJson } from "./io.js";
import { type Change, settleChange } from "./member/settle-change.js";
import { type ClientFlags, timeoutOf, withClient, withClientFlags } from "./state/client.js";
import { groupOf, groupText } from "./state/group.js";

interface AddFlags extends ClientFlags {
  readonly role: string;
}

const examples = `
Examples:
  $ holdfast member list
  $ holdfast member replace pi-3                a new card or board under the old name and address
  $ holdfast member replace pi-3 pi-4           another board, which every holdfast.yaml has to name
  $ holdfast member add pi-4 --role learner     a copy without a vote; a voter with promote
  $ holdfast member remove pi-2
  $ holdfast member transfer pi-1               pi-1 leads from now on

A change is told as done when it is committed, and a new voter counts only once it has caught up.
The exit code is 1 when the group refuses the change, with why; see docs/state.md.`;

export function memberCommand(io: CliIo): Command {
  return new Command("member")
    .description("The group that keeps the replicated state, and changes of it.")
    .addHelpText("after", examples)
    .addCommand(listOf(io))
    .addCommand(addOf(io))
    .addCommand(removeOf(io))
    .addCommand(promoteOf(io))
    .addCommand(replaceOf(io))
    .addCommand(transferOf(io));
}

/** A new member has to get the whole state first. */
const withFlags = (name: string): Command =>
  withClientFlags(new Command(name), "60s").addHelpText("after", examples);

const listOf = (io: CliIo): Command =>
  withFlags("list")
    .description("The members with their roles, and who leads.")
    .action((flags: ClientFlags) => list(io, flags));

const roles = ["voter", "learner", "witness"];

const addOf = (io: CliIo): Command =>
  withFlags("add")
    .description("A node of the config comes into the group.")
    .argument("<node>")
    .option("--role <role>", `one of ${roles.join(", ")}`, "voter")
    .action((word: string, flags: AddFlags) => {
      const { role } = flags;
      if (!roles.includes(role)) {
        throw new CliFailure("usage", `--role: expected one of ${roles.join(", ")}, got ${role}`);
      }
      return change(io, { kind: "add", member: node(word), role }, flags, `${word} is a ${role}`);
    });

const removeOf = (io: CliIo): Command =>
  withFlags("remove")
    .description("A member leaves the group.")
    .argument("<node>")
    .action((word: string, flags: ClientFlags) =>
      change(io, { kind: "remove", member: node(word) }, flags, `${word} is no member any more`),
    );

const promoteOf = (io: CliIo): Command =>
  withFlags("promote")
    .description("A learner that has caught up becomes a voter.")
    .argument("<node>")
    .action((word: string, flags: ClientFlags) =>
      change(io, { kind: "promote", member: node(word) }, flags, `${word} is a voter`),
    );

const replaceOf = (io: CliIo): Command =>
  withFlags("replace")
    .description("A blank board takes the place of a dead one, in its role.")
    .argument("<dead>")
    .argument("[new]", "left out: it has the same name, and a new disk")
    .action((dead: string, word: string | undefined, flags: ClientFlags) => {
      const [member, successor] = [node(dead), node(word ?? dead)];
      const done =
        successor === member
          ? `a new disk of ${member} has taken the place of the old one`
          : `${successor} has taken the place of ${member}`;
      return change(io, { kind: "replace", member, successor }, flags, done);
    });

const transferOf = (io: CliIo): Command =>
  withFlags("transfer")
    .description("Another voter leads from now on.")
    .argument("[node]", "left out: the one that is up to date the most")
    .action((word: string | undefined, flags: ClientFlags) => transfer(io, word, flags));

function node(word: string): string {
  const id = parseNodeId(word);
  if (id === null) throw new CliFailure("usage", `${word} is no id of a node`);
  return id;
}

async function list(io: CliIo, flags: ClientFlags): Promise<void> {
  const told = await withClient(io, flags, (client) => client.members.get());
  if (flags.json) writeJson(io, "member", { group: told });
  else io.stdout.write(groupText(groupOf(told)));
}

async function change(io: CliIo, asked: Change, flags: ClientFlags, done: string): Promise<void> {
  const ms = timeoutOf(flags) / 1_000;
  await withClient(io, flags, (client) => settleChange(client, asked, ms));
  if (flags.json) writeJson(io, "member", { change: asked, done: true });
  else io.stdout.write(`${done}\n`);
}

async function transfer(io: CliIo, word: string | undefined, flags: ClientFlags): Promise<void> {
  const target = word === undefined ? null : node(word);
  await withClient(io, flags, (client) => client.members.transfer(target));
  if (flags.json) writeJson(io, "member", { transfer: target, done: true });
  else io.stdout.write(`${target ?? "another voter"} leads\n`);
}
