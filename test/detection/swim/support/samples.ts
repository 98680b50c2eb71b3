/** What a sample says, and how far by chance it may be off. */

/**
 * So many standard errors may a mean be off: by chance, one of 16,000 is. The seeds are fixed, so a
 * test that passes once passes always, and one that fails shows that the code has changed its mean.
 */
export const errorsAllowed = 4;

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The standard error of the mean of the sample, from its own spread. */
export function standardError(values: readonly number[]): number {
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

/** The standard error of a share of `trials` that each hit with this probability. */
export const shareError = (probability: number, trials: number): number =>
  Math.sqrt((probability * (1 - probability)) / trials);
