/** Rules of tests: none is skipped for good, and none shuts out the others. */
import ts from "typescript-api";
import { type Complaint, complain, nodesUnder, type SourceText } from "./complaint.js";

const testRoots: readonly string[] = ["it", "test", "describe", "suite"];
const focusedRoots: readonly string[] = ["fit", "fdescribe", "xit", "xtest", "xdescribe"];

export const isTest = (path: string): boolean => path.startsWith("test/");

/** The name at the root of a call: `describe` of `describe.each(rows)("...", ...)`. */
export function rootName(expression: ts.Expression): string | null {
  let root: ts.Expression = expression;
  while (ts.isCallExpression(root) || ts.isPropertyAccessExpression(root)) root = root.expression;
  return ts.isIdentifier(root) ? root.text : null;
}

/** `skipIf` and `runIf` are allowed: they name what is missing on this machine. */
export function checkSkippedTests(source: SourceText): Complaint[] {
  if (!isTest(source.path)) return [];
  const complaints: Complaint[] = [];
  for (const node of nodesUnder(source.tree)) {
    const text = objection(node);
    if (text !== null) complaints.push(complain(source, node, text));
  }
  return complaints;
}

function objection(node: ts.Node): string | null {
  if (ts.isPropertyAccessExpression(node)) return modifierObjection(node);
  if (ts.isPropertyAssignment(node)) return optionObjection(node);
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return null;
  const name = node.expression.text;
  return focusedRoots.includes(name) ? `${name}: every test runs` : null;
}

function modifierObjection(node: ts.PropertyAccessExpression): string | null {
  const name = node.name.text;
  const root = rootName(node) ?? "";
  const skips = name === "skip" && (ts.isCallExpression(node.parent) || testRoots.includes(root));
  if (skips) return "a skipped test: mend it, remove it, or say what it needs with skipIf";
  if (!testRoots.includes(root)) return null;
  if (name === "only") return "only: it shuts out all other tests";
  return name === "todo" ? "a test to be written: open an issue" : null;
}

/** `it("...", { skip: true }, ...)`. */
function optionObjection(node: ts.PropertyAssignment): string | null {
  const call = node.parent.parent;
  if (!ts.isCallExpression(call) || !testRoots.includes(rootName(call) ?? "")) return null;
  const name = node.name.getText();
  return ["skip", "only", "todo"].includes(name) ? `{ ${name} }: every test runs` : null;
}
