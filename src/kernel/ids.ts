/**
 * Names of nodes and of what hangs on them. They are compared with `<`, so that every replica puts
 * them in the same order whatever its locale.
 */
declare const brand: unique symbol;

/** Names one board for as long as the cluster lives; it is never given to another board. */
export type NodeId = string & { readonly [brand]: "node" };

/** The longest name of a node, in characters: it travels in every datagram. */
export const nodeIdLengthMax = 32;

const nodeIdPattern = /^[a-z0-9][a-z0-9-]*$/;

/** Reads a name from outside: lower-case letters, digits and `-`, at most 32; `null` otherwise. */
export function parseNodeId(text: unknown): NodeId | null {
  if (typeof text !== "string" || text.length > nodeIdLengthMax) return null;
  return nodeIdPattern.test(text) ? (text as NodeId) : null;
}

/** Names a node in our own code and tests, where the name is known to be good. */
export const nodeId = (name: string): NodeId => name as NodeId;

/** The smallest number of replicas that is more than half of `count`. */
export const majorityOf = (count: number): number => Math.floor(count / 2) + 1;
