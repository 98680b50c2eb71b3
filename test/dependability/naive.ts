/** The same in the plainest way: exact fractions for sums, and tiny steps for Markov models. */
import type { MarkovDescription } from "../../src/dependability/markov/model.js";

/** P(at least k of n), each with probability numerator / denominator, as one exact fraction. */
export function exactAtLeast(k: number, n: number, numerator: bigint, denominator: bigint): number {
  let sum = 0n;
  for (let count = k; count <= n; count += 1) {
    const others = denominator - numerator;
    sum +=
      choose(BigInt(n), BigInt(count)) * numerator ** BigInt(count) * others ** BigInt(n - count);
  }
  return ratio(sum, denominator ** BigInt(n));
}

function choose(n: bigint, k: bigint): bigint {
  let result = 1n;
  for (let i = 1n; i <= k; i += 1n) result = (result * (n - k + i)) / i;
  return result;
}

/** With 17 digits, wherever the first one stands. */
function ratio(numerator: bigint, denominator: bigint): number {
  if (numerator === 0n) return 0;
  const missing = denominator.toString().length - numerator.toString().length + 20;
  const digits = (numerator * 10n ** BigInt(missing)) / denominator;
  return Number(`${digits}e-${missing}`);
}

/** Euler's method: `steps` times the rates, and no thought about them. */
export function euler(
  { states, transitions }: MarkovDescription,
  hours: number,
  steps: number,
): number[] {
  const step = hours / steps;
  let now = states.map((_, index): number => (index === 0 ? 1 : 0));
  const indexOf = (name: string) => states.findIndex((state) => state.name === name);
  const moves = transitions.map((t) => [indexOf(t.source), indexOf(t.target), t.ratePerHour]);
  for (let count = 0; count < steps; count += 1) {
    const next = [...now];
    for (const [source = 0, target = 0, rate = 0] of moves) {
      const flow = (now[source] ?? 0) * rate * step;
      next[source] = (next[source] ?? 0) - flow;
      next[target] = (next[target] ?? 0) + flow;
    }
    now = next;
  }
  return now;
}

/** How far apart two numbers are, as a share of the second. */
export const relative = (one: number, other: number): number =>
  other === 0 ? Math.abs(one) : Math.abs(one - other) / Math.abs(other);
