/** What `holdfast doctor` says of one thing of a machine. */

/**
 * `ok`: as good as it gets. `note`: works, and more is possible. `warn`: something will go wrong
 * one day. `missing`: what would be used is not there.
 */
export const findingLevels = ["ok", "note", "warn", "missing"] as const;
export type FindingLevel = (typeof findingLevels)[number];

/** In the order in which they are told. */
export const doctorAreas = [
  "machine",
  "scheduling",
  "clock",
  "watchdog",
  "storage",
  "serial",
  "gpio",
] as const;
export type DoctorArea = (typeof doctorAreas)[number];

export interface Finding {
  readonly area: DoctorArea;
  /** The same in every version and on every machine: for programs that look for one. */
  readonly id: string;
  readonly level: FindingLevel;
  /** What was found: a sentence, or less. */
  readonly found: string;
  /** What that means for a replica; empty where it is plain. */
  readonly means: string;
  /** Commands, or lines of files, by which there is more; none where there is nothing to do. */
  readonly more: readonly string[];
}

export interface FindingParts {
  readonly means?: string;
  readonly more?: readonly string[];
}

/** Makes the findings of one area. */
export const findingsOf =
  (area: DoctorArea) =>
  (
    level: FindingLevel,
    id: string,
    found: string,
    { means = "", more = [] }: FindingParts = {},
  ): Finding => ({ area, id: `${area}/${id}`, level, found, means, more });
