import { allToAll } from "../../../src/detection/heartbeat/all-to-all.js";
import { micros } from "../../../src/kernel/time.js";
import { delayMax, detectorContract } from "../../contracts/detector.js";
import { usual } from "../support/detector-fleet.js";

detectorContract(allToAll, { detectsWithin: () => micros(usual.suspectAfter + delayMax) });
