import { ring } from "../../../src/detection/heartbeat/ring.js";
import { micros } from "../../../src/kernel/time.js";
import { delayMax, detectorContract } from "../../contracts/detector.js";
import { usual } from "../support/detector-fleet.js";

detectorContract(ring, { detectsWithin: () => micros(usual.suspectAfter + delayMax) });
