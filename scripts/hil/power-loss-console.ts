/** What a guest that loses its power has said of its log on its console, line by line. */

export interface Console {
  /** The last entry that was there at the start; null where it did not come to that. */
  readonly recovered: number | null;
  /** The last entry that was called durable in this life. */
  readonly durable: number | null;
  readonly repairs: number;
  /** What the program in the guest found wrong with its log. */
  readonly complaints: readonly string[];
}

/** Lines of others are left out, and so is a last one that has no end: the power failed in it. */
export function parseConsole(text: string): Console {
  let [recovered, durable, repairs] = [null as number | null, null as number | null, 0];
  const complaints: string[] = [];
  for (const line of text.split("\n").slice(0, -1)) {
    const [, word, rest = ""] = /@(recovered|durable|repaired|wrong) ([^\r]*)/.exec(line) ?? [];
    if (word === "recovered") recovered = Number(rest);
    if (word === "durable") durable = Number(rest);
    if (word === "repaired") repairs += 1;
    if (word === "wrong") complaints.push(rest);
  }
  return { recovered, durable, repairs, complaints };
}
