/** What a rule says about a place in a source file, and what a rule is given to look at. */
import ts from "typescript-api";

export interface Complaint {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** One source file, parsed. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

/** A rule looks at one file and knows nothing of the others. */
export type Rule = (source: SourceText) => Complaint[];

export function parseSource(path: string, text: string): SourceText {
  const kind = path.endsWith(".ts") ? ts.ScriptKind.TS : ts.ScriptKind.JS;
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true, kind);
  return { path, text, tree };
}

export function complainAt(source: SourceText, offset: number, text: string): Complaint {
  const { line } = source.tree.getLineAndCharacterOfPosition(offset);
  return { path: source.path, line: line + 1, text };
}

export const complain = (source: SourceText, node: ts.Node, text: string): Complaint =>
  complainAt(source, node.getStart(source.tree), text);

/** A node and all below it, in the order of the text. */
export function* nodesUnder(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  for (const child of children) yield* nodesUnder(child);
}
