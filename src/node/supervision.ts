/**
 * Which parts of a node the watchdog supervises, and how often they must check in. Both are parts
 * that the cluster would miss: one that votes, and one that tells the others that it is alive.
 */
import { type Duration, type Instant, micros } from "../kernel/time.js";
import type { AliveOptions } from "../watchdog/alive.js";
import type { EntitySettings } from "../watchdog/entity.js";
import type { Timing } from "./settings.js";

/** Checks in whenever a vector was closed. */
export const controlEntity = "control-cycle";
/** Checks in with every beat. */
export const heartbeatEntity = "heartbeat";

/** A reference cycle is so many periods of the entity. */
const periodsPerReference = 4;

/** The dog's patience is worth so many pets: a lost one or a slow timer must not make it bite. */
const petsPerTimeout = 4;

export function supervisionOf(now: Instant, timing: Timing): AliveOptions {
  return {
    now,
    entities: [entity(controlEntity, timing.cycle), entity(heartbeatEntity, timing.heartbeat)],
    grace: timing.watchdog,
    petPeriod: micros(Math.max(1, Math.floor(timing.watchdog / petsPerTimeout))),
  };
}

/**
 * One checkpoint in four periods is enough: a replica that sleeps now and then is the business of
 * the detectors, one that has stopped is the dog's. Twice as many as expected are too many.
 */
function entity(name: string, period: Duration): EntitySettings {
  return {
    entity: name,
    cycle: micros(periodsPerReference * period),
    expected: periodsPerReference,
    minMargin: periodsPerReference - 1,
    maxMargin: periodsPerReference,
    failedCyclesMax: 0,
  };
}
