/** Rules of modules and types: named exports, one public face, and no `any`. */
import ts from "typescript-api";
import { type Complaint, complain, nodesUnder, type SourceText } from "./complaint.js";

export function checkAny(source: SourceText): Complaint[] {
  return [...nodesUnder(source.tree)]
    .filter((node) => node.kind === ts.SyntaxKind.AnyKeyword)
    .map((node) => complain(source, node, "any: say `unknown` and narrow it"));
}

/** The configuration files of tools are exempt: the tools look for a default export. */
export function checkDefaultExport(source: SourceText): Complaint[] {
  if (/\.config\.(ts|mjs|js)$/.test(source.path)) return [];
  return [...nodesUnder(source.tree)]
    .filter(isDefaultExport)
    .map((node) => complain(source, node, "a default export: a thing has one name everywhere"));
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  if (ts.isExportSpecifier(node)) return node.name.text === "default";
  return node.kind === ts.SyntaxKind.DefaultKeyword && !ts.isDefaultClause(node.parent);
}
