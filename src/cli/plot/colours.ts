/**
 * Colours that people with any of the common kinds of colour blindness tell apart (Okabe and Ito
 * 2008, "Color universal design"), and the greys beside them.
 */

/** For lines, in the order of the channels; after the last the first comes again. */
export const lineColours: readonly string[] = [
  "#0072B2",
  "#E69F00",
  "#009E73",
  "#CC79A7",
  "#56B4E9",
  "#D55E00",
];

export const ink = { strong: "#111111", text: "#333333", quiet: "#777777", rule: "#dddddd" };

/** What went well is pale, what went wrong is loud. */
export const tones = {
  well: "#8fc7ab",
  good: "#cfe3d6",
  fair: "#F0E442",
  warning: "#E69F00",
  bad: "#D55E00",
  returning: "#f2c3a5",
  silent: "#a9a9a9",
  unknown: "#CC79A7",
} as const;
