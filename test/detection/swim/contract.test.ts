import { swimProbing } from "../../../src/detection/swim/swim-probing.js";
import { micros } from "../../../src/kernel/time.js";
import { detectorContract } from "../../contracts/detector.js";
import { usual } from "../support/detector-fleet.js";

/** So that relays have the rest of the period for their answer. */
const settings = { ...usual, ackTimeout: micros(usual.period / 2) };

/**
 * A member is probed within 2n - 1 periods, which health stretches eightfold at most, and a failed
 * probe is told at the end of its period.
 */
detectorContract(swimProbing, {
  settings,
  detectsWithin: (members) => micros(8 * (2 * members) * settings.period),
});
