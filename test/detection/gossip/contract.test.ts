import { failTime } from "../../../src/detection/gossip/fail-time.js";
import { gossipTable } from "../../../src/detection/gossip/gossip.js";
import { micros } from "../../../src/kernel/time.js";
import { delayMax, detectorContract } from "../../contracts/detector.js";
import { usual } from "../support/detector-fleet.js";

const { suspectAfter, period } = usual;

/** The one that got the last counter from the crashed member itself suspects it first. */
detectorContract(gossipTable, {
  detectsWithin: (members) => micros(failTime(suspectAfter, period, members) + delayMax),
});
