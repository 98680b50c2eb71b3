/**
 * A YAML file with the position of every key and value in it, so that a refusal can point at the
 * line. The parser reads the text once; positions come from its syntax tree, never from a search.
 */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from "yaml";
import type { KeyPath, Origin, Problem } from "./problem.js";

/** Aliases may multiply: beyond this many the file is refused ("billion laughs"). */
const aliasCountMax = 100;

export class YamlSource {
  readonly file: string;
  /** The content as plain data; null when the file could not be parsed, or is empty. */
  readonly tree: unknown;
  /** Syntax errors and duplicate keys. */
  readonly problems: readonly Problem[];
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;

  /** @param file the name by which problems call it */
  constructor(file: string, text: string) {
    this.file = file;
    // Duplicate keys are found below, where both lines can be told.
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      uniqueKeys: false,
    });
    const faults = [...this.#document.errors, ...this.#document.warnings];
    const syntax = faults.map((fault) => this.#problem(fault.pos[0], [], asClause(fault.message)));
    const [tree, overflow] = this.#document.errors.length === 0 ? this.#read() : [null, []];
    this.tree = tree;
    this.problems = [...syntax, ...overflow, ...this.#duplicates()];
  }

  /** Where the value stands, or the key that leads to it, or what holds it when it is missing. */
  locate(path: KeyPath, part: "key" | "value"): Origin {
    let node = resolve(this.#document, this.#document.contents);
    let offset = node?.range?.[0] ?? 0;
    for (const [index, step] of path.entries()) {
      const child: Child | null = childOf(node, step);
      if (child === null) break;
      node = resolve(this.#document, child.value);
      const wanted = index === path.length - 1 && part === "key" ? child.key : child.value;
      offset = wanted?.range?.[0] ?? child.key?.range?.[0] ?? offset;
    }
    return this.#at(offset);
  }

  #read(): readonly [unknown, readonly Problem[]] {
    try {
      return [this.#document.toJS({ maxAliasCount: aliasCountMax }), []];
    } catch (error) {
      return [null, [this.#problem(0, [], asClause(String(error)))]];
    }
  }

  #duplicates(): readonly Problem[] {
    const problems: Problem[] = [];
    visit(this.#document, {
      Map: (_, map, ancestors) => {
        const seen = new Map<string, number>();
        for (const pair of map.items) {
          const key = keyOf(pair);
          const offset = isNode(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
          const first = seen.get(key);
          if (first === undefined) seen.set(key, offset);
          else problems.push(this.#duplicate([...pathOf(ancestors, map), key], offset, first));
        }
      },
    });
    return problems;
  }

  #duplicate(path: KeyPath, offset: number, first: number): Problem {
    const { line } = this.#lines.linePos(first);
    return this.#problem(offset, path, `expected each key once, and line ${line} has it already`);
  }

  #problem(offset: number, path: KeyPath, message: string): Problem {
    return { origin: this.#at(offset), path, message };
  }

  #at(offset: number): Origin {
    const { line, col } = this.#lines.linePos(offset);
    // An empty file has no line yet; people call that line 1.
    return { kind: "file", file: this.file, line: Math.max(1, line), column: Math.max(1, col) };
  }
}

interface Child {
  readonly key: Node | null;
  readonly value: Node | null;
}

/** The last of several equal keys is the one whose value counts. */
function childOf(node: Node | null, step: string | number): Child | null {
  if (isSeq(node) && typeof step === "number") {
    const item = node.items[step];
    return isNode(item) ? { key: null, value: item } : null;
  }
  if (!isMap(node)) return null;
  const pair = node.items.findLast((candidate) => keyOf(candidate) === String(step));
  if (pair === undefined) return null;
  return { key: isNode(pair.key) ? pair.key : null, value: isNode(pair.value) ? pair.value : null };
}

const resolve = (document: Document.Parsed, node: Node | null): Node | null =>
  isAlias(node) ? (node.resolve(document) ?? null) : node;

const keyOf = (pair: Pair): string => String(isScalar(pair.key) ? pair.key.value : pair.key);

function pathOf(ancestors: readonly unknown[], last: Node): KeyPath {
  const path: (string | number)[] = [];
  for (const [index, ancestor] of ancestors.entries()) {
    if (isPair(ancestor)) path.push(keyOf(ancestor));
    if (isSeq(ancestor)) path.push(ancestor.items.indexOf(ancestors[index + 1] ?? last));
  }
  return path;
}

/** The parser quotes what it tripped over, which can be the rest of the file, with a key in it. */
const clauseLengthMax = 80;

/** The parser's message, fit to stand after a colon. */
function asClause(message: string): string {
  const clause = message.replace(/^\w*Error: /, "").replace(/\.?\s*$/, "");
  const isLong = clause.length > clauseLengthMax;
  return `expected YAML: ${isLong ? `${clause.slice(0, clauseLengthMax)}...` : clause}`;
}
