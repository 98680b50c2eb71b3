/** What the schema cannot see in the list of nodes: doubles, and how many faults it tolerates. */
import type { Layers } from "./layers.js";
import type { KeyPath, Problem } from "./problem.js";
import { crashesTolerated, plural } from "./tolerance.js";

/** Ids and addresses stand for one node each. Items that are no nodes were refused already. */
export function checkNodes(layers: Layers): readonly Problem[] {
  return [...doubles(layers, ["id"]), ...doubles(layers, addressFields), ...halfPaths(layers)];
}

/** The ids that can be read, in the order of the file. */
export function nodeIdsIn(layers: Layers): readonly string[] {
  const ids = itemsOf(layers).map((_, index) => layers.get(["nodes", index, "id"]));
  return ids.filter((id) => typeof id === "string");
}

const addressFields = ["address", "secondAddress"] as const;

type Field = "id" | (typeof addressFields)[number];

/** A path that leads to some only would be told as lost by the others, for ever. */
function halfPaths(layers: Layers): readonly Problem[] {
  const indices = [...itemsOf(layers).keys()];
  const lacking = indices.filter((index) => secondAddressAt(layers, index) === undefined);
  if (lacking.length === 0 || lacking.length === indices.length) return [];
  const message = "missing: expected a secondAddress at every node, or at none";
  return lacking.map((index) => layers.problem(["nodes", index, "secondAddress"], message));
}

const secondAddressAt = (layers: Layers, index: number): unknown =>
  layers.get(["nodes", index, "secondAddress"]);

/** @param fields that must differ from node to node, and among each other */
function doubles(layers: Layers, fields: readonly Field[]): readonly Problem[] {
  const first = new Map<unknown, KeyPath>();
  const problems: Problem[] = [];
  const places = [...itemsOf(layers).keys()].flatMap((index) =>
    fields.map((field) => [index, field] as const),
  );
  for (const [index, field] of places) {
    const path = ["nodes", index, field];
    const value = layers.get(path);
    const other = first.get(value);
    if (value === undefined || other === undefined) first.set(value, path);
    else
      problems.push(
        layers.problem(
          path,
          `expected each ${field} once, ` +
            `and ${where(layers, other)} has ${JSON.stringify(value)} already`,
        ),
      );
  }
  return problems;
}

function itemsOf(layers: Layers): readonly unknown[] {
  const nodes = layers.get(["nodes"]);
  return Array.isArray(nodes) ? nodes : [];
}

function where(layers: Layers, path: KeyPath): string {
  const origin = layers.originOf(path);
  return origin.kind === "file" ? `line ${origin.line}` : "another node";
}

/** A number of replicas that buys less than it seems is no error, but it is said. */
export function warnOfCount(layers: Layers): readonly Problem[] {
  const message = countWarning(nodeIdsIn(layers).length);
  return message === null ? [] : [layers.problem(["nodes"], message, "key")];
}

function countWarning(count: number): string | null {
  if (count === 0) return null;
  if (count === 1) return "one node has no redundancy: its crash ends control";
  if (count === 2) {
    return (
      "two nodes cannot isolate a fault: two that disagree cannot say which is wrong, " +
      "and when one crashes the other hears no majority and may not drive; use three"
    );
  }
  if (count % 2 === 1) return null;
  const tolerated = plural(crashesTolerated(count), "crash");
  return (
    `${count} nodes tolerate ${tolerated}, no more than ${count - 1} do: a majority of ${count} ` +
    `is ${count / 2 + 1}, so the last node adds only a part that can fail`
  );
}
