/** Imports go down the floor table; pure rooms import no package but the few that are pure too. */
import { posix } from "node:path";
import ts from "typescript-api";
import { type Complaint, complain, nodesUnder, type SourceText } from "./complaint.js";
import {
  isPure,
  isRoomed,
  mayImport,
  publicFace,
  purePackages,
  type Room,
  roomOf,
} from "./rooms.js";

export function checkFloors(source: SourceText): Complaint[] {
  if (!isRoomed(source.path)) return [];
  if (source.path !== publicFace && roomOf(source.path) === undefined) {
    const text = "this folder is in no room: give it a floor in scripts/tidy/rooms.ts";
    return [{ path: source.path, line: 1, text }];
  }
  return specifiersOf(source.tree).flatMap((specifier) => {
    const text = objection(source.path, specifier.text);
    return text === null ? [] : [complain(source, specifier, text)];
  });
}

/** Of static imports, re-exports, `import("x").Type` and dynamic imports. */
function specifiersOf(tree: ts.SourceFile): ts.StringLiteralLike[] {
  const found: ts.StringLiteralLike[] = [];
  for (const node of nodesUnder(tree)) {
    const specifier = specifierOf(node);
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) found.push(specifier);
  }
  return found;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return node.argument.literal;
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return;
  return node.arguments[0];
}

function objection(path: string, specifier: string): string | null {
  if (!specifier.startsWith(".")) return packageObjection(path, specifier);
  const target = posix.join(posix.dirname(path), specifier);
  if (!isRoomed(target)) return `${target} is outside src and boards`;
  if (target.startsWith("src/index.")) return "nothing in src imports its public face";
  const to = roomOf(target);
  if (to === undefined) return `${target} is in no room`;
  if (path === publicFace) return to.pure ? null : `the public face shows only pure rooms`;
  const from = roomOf(path);
  return from === undefined || mayImport(from, to) ? null : floorObjection(from, to);
}

function floorObjection(from: Room, to: Room): string {
  const floors = `floor ${from.floor} must not import ${to.folder}, floor ${to.floor}`;
  return `${from.folder}, ${floors}: imports go down, and never sideways`;
}

function packageObjection(path: string, specifier: string): string | null {
  if (!isPure(path)) return null;
  if (purePackages.some((name) => specifier === name || specifier.startsWith(`${name}/`)))
    return null;
  return `${specifier} in a pure room: what it does belongs to a host`;
}
