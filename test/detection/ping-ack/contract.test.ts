import { pingAck } from "../../../src/detection/ping-ack/ping-ack.js";
import { micros } from "../../../src/kernel/time.js";
import { detectorContract } from "../../contracts/detector.js";
import { usual } from "../support/detector-fleet.js";

const { period, ackTimeout } = usual;

detectorContract(pingAck, { detectsWithin: () => micros(period + ackTimeout) });
