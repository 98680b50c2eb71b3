/**
 * Caps on size. Good code has one size in every language, and nearly every good codebase has one
 * file that grew without end, because nothing stopped it on the first day. These caps do.
 */
import ts from "typescript-api";
import { type Complaint, complain, nodesUnder, type SourceText } from "./complaint.js";
import { isTest, rootName } from "./test-code.js";

export const fileLinesMax = 400;
export const functionLinesMax = 60;
export const lineColumnsMax = 100;
export const nestingMax = 3;

/** What a measure of lines needs: no tree, so it holds for C as well. */
type Lines = Pick<SourceText, "path" | "text">;

export function checkFileLength(source: Lines): Complaint[] {
  const { length } = source.text.trimEnd().split("\n");
  if (length <= fileLinesMax) return [];
  const text = `a file of ${length} lines: at most ${fileLinesMax}`;
  return [{ path: source.path, line: fileLinesMax + 1, text }];
}

export function checkLineWidth(source: Lines): Complaint[] {
  return source.text.split("\n").flatMap((line, index) => {
    const columns = [...line].length;
    if (columns <= lineColumnsMax) return [];
    const text = `a line of ${columns} columns: at most ${lineColumnsMax}`;
    return [{ path: source.path, line: index + 1, text }];
  });
}

export function checkFunctionLength(source: SourceText): Complaint[] {
  const complaints: Complaint[] = [];
  for (const node of nodesUnder(source.tree)) {
    if (!ts.isFunctionLike(node) || isSuite(source, node)) continue;
    const { length } = node.getText(source.tree).split("\n");
    if (length <= functionLinesMax) continue;
    const text = `a function of ${length} lines: at most ${functionLinesMax}`;
    complaints.push(complain(source, node, text));
  }
  return complaints;
}

/** The callback of a `describe` is not code to follow but a list of tests. */
function isSuite(source: SourceText, node: ts.Node): boolean {
  const call = node.parent;
  return isTest(source.path) && ts.isCallExpression(call) && rootName(call) === "describe";
}

/** Each function is measured by itself: a callback begins anew. */
export function checkNesting(source: SourceText): Complaint[] {
  const complaints: Complaint[] = [];
  const visit = (node: ts.Node, depth: number): void => {
    const inner = ts.isFunctionLike(node) ? 0 : depth + (nests(node) ? 1 : 0);
    if (inner === nestingMax + 1 && inner > depth) {
      const text = `nested ${inner} deep: at most ${nestingMax}; give the inside a name`;
      complaints.push(complain(source, node, text));
    }
    ts.forEachChild(node, (child) => visit(child, inner));
  };
  visit(source.tree, 0);
  return complaints;
}

/** `else if` goes on with its `if`; it does not go deeper. */
function nests(node: ts.Node): boolean {
  if (ts.isIfStatement(node)) {
    return !(ts.isIfStatement(node.parent) && node.parent.elseStatement === node);
  }
  if (ts.isSwitchStatement(node) || ts.isTryStatement(node)) return true;
  return ts.isIterationStatement(node, false);
}
