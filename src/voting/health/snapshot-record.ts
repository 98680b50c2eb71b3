/** The record of a channel as fields of a snapshot. */
import type { Instant } from "../../kernel/time.js";
import { liarWrongs } from "./channel-record.js";
import { densityScale } from "./density.js";
import type { Complaint } from "./evidence.js";
import { agoOf, instantOf, isCount } from "./fields.js";
import type { HealthOptions } from "./options.js";
import type { Phase, RecordState } from "./phase.js";

const phaseKinds: readonly Phase["kind"][] = [
  "trusted",
  "suspected",
  "excluded",
  "quarantined",
  "probation",
  "latched",
  "overridden",
  "vouched",
];

const complaints: readonly Complaint[] = [
  "NO_DATA",
  "STALE_TIMESTAMP",
  "STUCK",
  "OUT_OF_RANGE",
  "DISAGREE",
  "LATE",
  "CORRUPT",
  "MASQUERADE",
  "RATE_LIMIT",
  "DEAD",
  "NOISY",
  "BIAS",
  "DRIFT",
  "ERROR_DENSITY",
  "OVERRIDDEN",
];

export function encodeRecord(at: Instant, record: RecordState): readonly unknown[] {
  const { phase, strikes, since, excludedAt, readmissions, returnedAt, density } = record;
  return [
    phaseKinds.indexOf(phase.kind),
    "reason" in phase ? complaints.indexOf(phase.reason) : 0,
    countOf(phase),
    strikes,
    at - since,
    // Of a channel that counts it means nothing, and would be the longest number of all.
    isOut(phase) ? at - excludedAt : 0,
    readmissions.map((then) => at - then),
    agoOf(at, returnedAt),
    density,
  ];
}

/** What a phase counts; 0 where it counts nothing. */
const countOf = (phase: Phase): number => {
  if ("left" in phase) return phase.left;
  return phase.kind === "suspected" ? phase.wrongs : 0;
};

const isOut = ({ kind }: Phase): boolean =>
  kind !== "trusted" && kind !== "suspected" && kind !== "vouched";

export function parseRecord(
  fields: unknown,
  at: number,
  options: HealthOptions,
): RecordState | null {
  if (!Array.isArray(fields) || fields.length !== 9) return null;
  const [kind, reason, count, strikes, , , , , density] = fields as unknown[];
  const phase = parsePhase(kind, reason, count, options);
  const instants = parseInstants(fields, at, options);
  if (phase === null || instants === null) return null;
  if (!isCount(strikes, options.strikesMax - 1) || !isCount(density, densityScale)) return null;
  return { phase, strikes, density, ...instants };
}

function parseInstants(fields: readonly unknown[], at: number, options: HealthOptions) {
  const since = instantOf(at, fields[4]) ?? null;
  const excludedAt = instantOf(at, fields[5]) ?? null;
  const readmissions = parseReadmissions(fields[6], at, options.readmissionsPerHourMax);
  const returnedAt = instantOf(at, fields[7]);
  if (since === null || excludedAt === null || readmissions === null) return null;
  return returnedAt === undefined ? null : { since, excludedAt, readmissions, returnedAt };
}

function parsePhase(
  kindIndex: unknown,
  reasonIndex: unknown,
  count: unknown,
  options: HealthOptions,
): Phase | null {
  if (!isCount(kindIndex, phaseKinds.length) || !isCount(reasonIndex, complaints.length))
    return null;
  const kind = phaseKinds[kindIndex];
  const reason = complaints[reasonIndex];
  if (kind === undefined || reason === undefined) return null;
  if (kind === "trusted" || kind === "vouched") return { kind };
  if (kind === "suspected") {
    return isCount(count, liarWrongs) ? { kind, reason, wrongs: count } : null;
  }
  if (kind !== "quarantined" && kind !== "probation") return { kind, reason };
  const { quarantineSamples, probationAgreements, returnAgreements } = options;
  const leftMax = Math.max(quarantineSamples, probationAgreements, returnAgreements);
  return isCount(count, leftMax) && count > 0 ? { kind, reason, left: count } : null;
}

function parseReadmissions(field: unknown, at: number, countMax: number): Instant[] | null {
  if (!Array.isArray(field) || field.length > countMax) return null;
  const instants: Instant[] = [];
  for (const ago of field) {
    const then = instantOf(at, ago) ?? null;
    if (then === null) return null;
    instants.push(then);
  }
  return instants;
}
