/** All voters by name: what `--voter` and the config choose from. */
import { exactMajority } from "./exact-majority.js";
import { midValueSelect } from "./mid-value-select.js";
import type { Voter } from "./voter.js";

export const voters: ReadonlyMap<string, Voter> = new Map(
  [midValueSelect, exactMajority].map((voter) => [voter.name, voter]),
);
