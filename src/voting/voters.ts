/** All voters by name: what `--voter` and the config choose from. */
import { brooksIyengarVoter } from "./brooks-iyengar.js";
import { exactMajority } from "./exact-majority.js";
import { formalMajority } from "./formal-majority.js";
import { history } from "./history.js";
import { marzulloVoter } from "./marzullo.js";
import { mean } from "./mean.js";
import { median } from "./median.js";
import { midValueSelect } from "./mid-value-select.js";
import { ntp } from "./ntp.js";
import { plurality } from "./plurality.js";
import { smoothing } from "./smoothing.js";
import type { Voter } from "./voter.js";
import { weightedDistance } from "./weighted-distance.js";
import { weightedHistory } from "./weighted-history.js";

/** In the order of README.md. */
const all: readonly Voter[] = [
  midValueSelect,
  median,
  mean,
  exactMajority,
  formalMajority,
  plurality,
  weightedDistance,
  weightedHistory,
  smoothing,
  history,
  marzulloVoter,
  brooksIyengarVoter,
  ntp,
];

export const voters: ReadonlyMap<string, Voter> = new Map(all.map((voter) => [voter.name, voter]));
