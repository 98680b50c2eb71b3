/** Rules of comments: no promise without an issue, and no check that is switched off. */
import ts from "typescript-api";
import { type Complaint, complainAt, nodesUnder, type SourceText } from "./complaint.js";
import { isTest } from "./test-code.js";

const promise = /\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))/;
const switchedOff = /(eslint-(?:disable|enable)|biome-ignore|@ts-ignore|@ts-nocheck)/;

interface Comment {
  readonly start: number;
  readonly text: string;
}

export function checkComments(source: SourceText): Complaint[] {
  return commentsOf(source).flatMap((comment) =>
    objections(source, comment.text).map((text) => complainAt(source, comment.start, text)),
  );
}

function objections(source: SourceText, comment: string): string[] {
  const found: string[] = [];
  const mark = promise.exec(comment)?.[1];
  if (mark !== undefined) found.push(`${mark} without an issue: write ${mark}(#7)`);
  const off = switchedOff.exec(comment)?.[1];
  if (off !== undefined) found.push(`${off} switches a check off: satisfy it`);
  // A test may show that a wrong use does not compile; elsewhere an expected error is an error.
  if (!isTest(source.path) && comment.includes("@ts-expect-error")) {
    found.push("@ts-expect-error outside of tests: satisfy the compiler");
  }
  return found;
}

/** Comments stand around tokens, and are found from there; in a string they are none. */
function commentsOf(source: SourceText): readonly Comment[] {
  const { text, tree } = source;
  const starts = new Map<number, Comment>();
  const add = (start: number, end: number): void => {
    starts.set(start, { start, text: text.slice(start, end) });
  };
  for (const node of tokensOf(tree)) {
    ts.forEachLeadingCommentRange(text, node.getFullStart(), add);
    ts.forEachTrailingCommentRange(text, node.getEnd(), add);
  }
  return [...starts.values()].sort((one, other) => one.start - other.start);
}

function* tokensOf(tree: ts.SourceFile): Generator<ts.Node> {
  for (const node of nodesUnder(tree)) {
    for (const child of node.getChildren(tree)) {
      if (child.getChildCount(tree) === 0 && child.kind !== ts.SyntaxKind.JsxText) yield child;
    }
  }
}
