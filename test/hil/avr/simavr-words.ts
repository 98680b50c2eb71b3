/** What the harness of simavr says, line by line; see scripts/hil/avr/simavr-harness.c. */

export type SimavrWord =
  | {
      readonly kind: "heard";
      readonly uart: number;
      readonly at: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: "ran"; readonly at: number; readonly state: string }
  | { readonly kind: "peeked"; readonly value: number }
  | { readonly kind: "refused"; readonly line: string };

export function parseSimavrLine(line: string): SimavrWord {
  const heard = /^heard (\d) (\d+) ((?:[0-9a-f]{2})+)$/.exec(line);
  if (heard !== null) {
    const [, uart, at, hex = ""] = heard;
    return { kind: "heard", uart: Number(uart), at: Number(at), bytes: Buffer.from(hex, "hex") };
  }
  const [, ranAt, state = ""] = /^ran (\d+) ([a-z]+)$/.exec(line) ?? [];
  if (ranAt !== undefined) return { kind: "ran", at: Number(ranAt), state };
  const peeked = /^peeked ([0-9a-f]{2})$/.exec(line)?.[1];
  if (peeked !== undefined) return { kind: "peeked", value: Number.parseInt(peeked, 16) };
  return { kind: "refused", line };
}
