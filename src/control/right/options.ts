/** What the machine that holds the right is given, and the times that follow from it. */
import type { NodeId } from "../../kernel/ids.js";
import { type Duration, micros, seconds } from "../../kernel/time.js";
import type { ServiceClientOptions } from "../../replication/service/client/service-client.js";
import type { BackoffOptions } from "./backoff.js";

export interface RightOptions {
  readonly self: NodeId;
  /** Those that may ever drive, in the same order at all; with `self`. */
  readonly nodes: readonly NodeId[];
  /** From 0 to 2^53 - 1; for the pauses between attempts. */
  readonly seed: number;
  /** Of the session: when its holder was not heard for so long, another gets the right. */
  readonly lease: Duration;
  /** A replica that has given the right up does not ask for it again before this is over. */
  readonly pause: Duration;
  /** How far any clock's rate may be from that of true time. */
  readonly driftMaxPpm: number;
}

/** A call that has no outcome for so long is made again. */
export const callWithin: Duration = seconds(2);

/** Waiting for the right has no end but that of the wish; it is asked anew after so long. */
export const waitWithin: Duration = seconds(3_600);

/**
 * A session in jeopardy is kept for so many leases before another is opened in its place. That is
 * long, because while nobody leads no other can be opened, and one that survived has the right.
 */
const graceLeases = 100;

/** How often within a lease a request may be refused and asked again. */
const retriesPerLease = 10;

/** An attempt without an answer is made again this often within a lease. */
const attemptsPerLease = 2;

/**
 * Of leases: so long a replica waits at most before it asks again for what it keeps losing, and so
 * long it must not have lost it for that to be forgotten.
 */
const backoffLeasesMax = 20;
const steadyLeases = 20;

export const backoffOptions = ({ lease, pause }: RightOptions): BackoffOptions => ({
  first: pause,
  most: micros(Math.max(backoffLeasesMax * lease, pause)),
  steady: micros(steadyLeases * lease),
});

/** Fast, for the other end is in this process: what can be missing is a leader. */
export function clientOptions({ seed, lease, driftMaxPpm }: RightOptions): ServiceClientOptions {
  return {
    seed,
    driftMaxPpm,
    oneReplica: true,
    grace: micros(graceLeases * lease),
    attemptMax: micros(Math.ceil(lease / attemptsPerLease)),
    retryMin: micros(Math.ceil(lease / (2 * retriesPerLease))),
    retryMax: micros(Math.ceil(lease / retriesPerLease)),
  };
}
