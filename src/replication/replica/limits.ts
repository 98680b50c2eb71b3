/** The bounds of a replica. At each of them a request is refused as `overloaded`. */
import { millis, seconds } from "../../kernel/time.js";

/** Requests of our clients that wait for an outcome. */
export const tasksMax = 8_192;
/** Of one client, so that it cannot take all places. */
export const tasksPerClientMax = 1_024;
/** Bytes of commands that wait, of clients and peers. */
export const waitingBytesMax = 16 * 1_024 * 1_024;
/** Commands of the leader that are neither committed nor refused. */
export const proposalsMax = 16_384;
/** Reads and keep-alives of the leader that are not confirmed. */
export const readsMax = 16_384;
/** Changes and transfers that are not done. */
export const changesMax = 64;

/** A body of this many bytes fits into a frame under any name and any key. */
export const bodyBytesMax = 7_500;

/** Commands are proposed together until so many bytes have come; a bigger batch gains nothing. */
export const batchBytes = 32 * 1_024;
/**
 * Batches that are being written here at a time; further ones would only be smaller. The second is
 * for a leader whose own disk is behind those of the others.
 */
export const batchesInFlightMax = 2;
/**
 * Where several clients are at work, a batch waits for those who were just answered to ask again:
 * for so much of the time that the last batch took, between the two bounds.
 */
export const gatherPart = 1 / 2;
export const gatherMin = millis(2);
export const gatherMax = millis(10);
/** It waits for this part of them: the rest may have had enough. */
export const gatherQuorum = 7 / 8;
/** Batches that do not wait after some have waited in vain. */
export const gatherSkipMax = 63;

/** Rounds of reads that are being confirmed at a time. */
export const roundsInFlightMax = 2;

/** A request is answered or refused after this long, whatever happens. */
export const requestTimeout = seconds(5);
/** While nobody is known to lead, a request waits so long for somebody who does. */
export const leaderWait = seconds(2);
/** What was handed on and may be repeated is handed on again after this long. */
export const repeatEvery = millis(200);
/** How often the age of our state is set right, while stale reads are asked and while not. */
export const freshEveryAsked = millis(100);
export const freshEvery = seconds(1);
