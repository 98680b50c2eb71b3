import { central } from "../../../src/detection/heartbeat/central.js";
import { micros } from "../../../src/kernel/time.js";
import { delayMax, detectorContract } from "../../contracts/detector.js";
import { usual } from "../support/detector-fleet.js";

detectorContract(central, { detectsWithin: () => micros(usual.suspectAfter + delayMax) });
