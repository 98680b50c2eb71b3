/** What was measured again and again, in microseconds. */
export interface Quantiles {
  readonly samples: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Null for none. The p99 of fewer than a hundred samples is their greatest. */
export function quantilesOf(samples: readonly number[]): Quantiles | null {
  if (samples.length === 0) return null;
  const sorted = samples.toSorted((one, other) => one - other);
  const at = (share: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0);
  return { samples: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** For people: microseconds below a millisecond, then milliseconds. */
export const timeText = (us: number): string =>
  us < 1_000 ? `${us} us` : `${(us / 1_000).toFixed(us < 10_000 ? 1 : 0)} ms`;

export const quantilesText = ({ p50, p99, max }: Quantiles): string =>
  `${timeText(p50)} in the median, ${timeText(p99)} p99, ${timeText(max)} at most`;
