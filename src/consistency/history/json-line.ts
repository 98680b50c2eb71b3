/** Finds the line of a value in the text of a JSON file, for those who must look for a slip. */

/** @param path keys and indices; the line of the deepest part that is there is given, from 1 */
export function lineOf(text: string, path: readonly (string | number)[]): number {
  const scanner = new Scanner(text);
  for (const key of path) {
    const found = typeof key === "number" ? scanner.toItem(key) : scanner.toField(key);
    if (!found) break;
  }
  return text.slice(0, scanner.at).split("\n").length;
}

/** Of each item of the list at `path`: its line; none where there is no such list. */
export function itemLinesOf(text: string, path: readonly (string | number)[]): readonly number[] {
  const scanner = new Scanner(text);
  const found = path.every((key) =>
    typeof key === "number" ? scanner.toItem(key) : scanner.toField(key),
  );
  const lines: number[] = [];
  let line = 1;
  let counted = 0;
  for (let more = found && scanner.toItem(0); more; more = scanner.pass()) {
    for (; counted < scanner.at; counted += 1) if (text[counted] === "\n") line += 1;
    lines.push(line);
  }
  return lines;
}

/** Stands at the beginning of a value of a text that is known to be JSON. */
class Scanner {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#space();
  }

  toItem(index: number): boolean {
    const begin = this.at;
    if (!this.#open("[")) return false;
    for (let place = 0; place < index; place += 1) if (!this.pass()) return this.#backTo(begin);
    return true;
  }

  toField(name: string): boolean {
    const begin = this.at;
    if (!this.#open("{")) return false;
    for (;;) {
      const from = this.at;
      this.#skip();
      const key = this.#text.slice(from, this.at);
      this.#space();
      if (this.#text[this.at] !== ":") return this.#backTo(begin);
      this.at += 1;
      this.#space();
      if (key === JSON.stringify(name)) return true;
      if (!this.pass()) return this.#backTo(begin);
    }
  }

  #open(bracket: string): boolean {
    if (this.#text[this.at] !== bracket) return false;
    this.at += 1;
    this.#space();
    return true;
  }

  #backTo(begin: number): false {
    this.at = begin;
    return false;
  }

  /** Goes past a value and a comma; false where there is none. */
  pass(): boolean {
    this.#skip();
    this.#space();
    if (this.#text[this.at] !== ",") return false;
    this.at += 1;
    this.#space();
    return true;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.at] ?? "")) this.at += 1;
  }

  /** Past one value: brackets are counted, and strings are passed as a whole. */
  #skip(): void {
    let depth = 0;
    do {
      const character = this.#text[this.at] ?? "";
      if (character === '"') this.#string();
      else if (/[[{]/.test(character)) depth += 1;
      else if (/[\]}]/.test(character)) depth -= 1;
      this.at += 1;
    } while (this.at < this.#text.length && (depth > 0 || this.#inWord()));
  }

  /** Ends at the closing quote. */
  #string(): void {
    this.at += 1;
    while (this.at < this.#text.length && this.#text[this.at] !== '"') {
      this.at += this.#text[this.at] === "\\" ? 2 : 1;
    }
  }

  #inWord(): boolean {
    return (
      /[\w.+-]/.test(this.#text[this.at] ?? "") && /[\w.+-]/.test(this.#text[this.at - 1] ?? "")
    );
  }
}
