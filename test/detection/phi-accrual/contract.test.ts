import { phiAccrual } from "../../../src/detection/phi-accrual/phi-accrual.js";
import { micros } from "../../../src/kernel/time.js";
import { delayMax, detectorContract } from "../../contracts/detector.js";
import { usual } from "../support/detector-fleet.js";

/** Until enough was heard; afterwards it is faster. */
detectorContract(phiAccrual, { detectsWithin: () => micros(usual.suspectAfter + delayMax) });
