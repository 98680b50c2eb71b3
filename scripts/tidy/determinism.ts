/**
 * Pure rooms must give the same outputs for the same inputs on every board and in every run. The
 * compiler already knows no clock and no socket there; what the language itself brings is banned
 * here.
 */
import ts from "typescript-api";
import { type Complaint, complain, nodesUnder, type SourceText } from "./complaint.js";
import { isPure } from "./rooms.js";

const asked = "answer with an output; a host carries it out";
const timed = "answer from `deadline`; a host wakes the machine";

/** Global names, and what to use instead. */
const bannedGlobals: ReadonlyMap<string, string> = new Map([
  ["Date", "take `now: Instant` as an argument"],
  ["performance", "take `now: Instant` as an argument"],
  ["Promise", asked],
  ["setTimeout", timed],
  ["setInterval", timed],
  ["setImmediate", timed],
  ["queueMicrotask", timed],
  ["Intl", "compare with `<`, and write units out"],
  ["WeakRef", "nothing may depend on the garbage collector"],
  ["FinalizationRegistry", "nothing may depend on the garbage collector"],
  ["globalThis", "name what you need"],
]);

/** Members whose answer depends on the locale or on chance. */
const bannedMembers: ReadonlyMap<string, string> = new Map([
  ["localeCompare", "compare with `<`"],
  ["toLocaleString", "the locale of a board must not matter"],
  ["toLocaleLowerCase", "the locale of a board must not matter"],
  ["toLocaleUpperCase", "the locale of a board must not matter"],
]);

export function checkDeterminism(source: SourceText): Complaint[] {
  if (!isPure(source.path)) return [];
  const complaints: Complaint[] = [];
  for (const node of nodesUnder(source.tree)) {
    const text = objection(node);
    if (text !== null) complaints.push(complain(source, node, text));
  }
  return complaints;
}

function objection(node: ts.Node): string | null {
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return `async in a pure room: ${asked}`;
  if (ts.isAwaitExpression(node)) return `await in a pure room: ${asked}`;
  if (ts.isForOfStatement(node) && node.awaitModifier) return `await in a pure room: ${asked}`;
  if (isDynamicImport(node)) return `import() in a pure room: ${asked}`;
  if (isModuleVariable(node))
    return "a variable of the module outlives its machine: make it a field";
  if (ts.isPropertyAccessExpression(node)) return memberObjection(node.name.text);
  return ts.isIdentifier(node) && !isMemberName(node) ? globalObjection(node) : null;
}

function memberObjection(name: string): string | null {
  const instead = bannedMembers.get(name);
  return instead === undefined ? null : `${name} in a pure room: ${instead}`;
}

function globalObjection(node: ts.Identifier): string | null {
  if (node.text === "Math") return mathObjection(node);
  const instead = bannedGlobals.get(node.text);
  return instead === undefined ? null : `${node.text} in a pure room: ${instead}`;
}

/**
 * `Math` is read as `Math.name` and in no other way: `const { random } = Math` would slip through.
 */
function mathObjection(node: ts.Identifier): string | null {
  const { parent } = node;
  if (!ts.isPropertyAccessExpression(parent)) return "say `Math.name`, so that it can be checked";
  return parent.name.text === "random" ? "Math.random in a pure room: take a `Prng`" : null;
}

/** True of names that are looked up in an object or declared by one, not in the global scope. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  const declares = ts.isPropertyAssignment(parent) || ts.isClassElement(parent);
  return (declares || ts.isTypeElement(parent)) && parent.name === node;
}

const isDynamicImport = (node: ts.Node): boolean =>
  ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;

function isModuleVariable(node: ts.Node): boolean {
  if (!ts.isVariableStatement(node) || !ts.isSourceFile(node.parent)) return false;
  return (node.declarationList.flags & ts.NodeFlags.BlockScoped) !== ts.NodeFlags.Const;
}
