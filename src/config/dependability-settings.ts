/** The section `dependability` as values: what of the config is reckoned with in reliability.ts. */
import type { FileContent } from "./schema.js";

/** In hours. */
export interface PartRates {
  readonly mttfHours: number;
  /** Null where nothing is repaired. */
  readonly repairHours: number | null;
}

export interface DependabilitySettings {
  readonly missionHours: number;
  readonly replica: PartRates;
  /** Null where no rate was given for channels in general. */
  readonly channel: PartRates | null;
  /** By sensor, where its channels have rates of their own. */
  readonly sensors: ReadonlyMap<string, PartRates>;
  readonly coverage: number;
  readonly beta: number;
}

type Section = NonNullable<FileContent["dependability"]>;

/** @param section complete: every key that has a default is there */
export function dependabilityOf(section: Section | undefined): DependabilitySettings | null {
  if (section === undefined) return null;
  const { mission = 0, replica, channel, sensors = {}, coverage = 1, commonCause = 0 } = section;
  return {
    missionHours: mission,
    replica: ratesOf(replica),
    channel: channel === undefined ? null : ratesOf(channel),
    sensors: new Map(Object.entries(sensors).map(([name, rates]) => [name, ratesOf(rates)])),
    coverage,
    beta: commonCause,
  };
}

const ratesOf = ({ mttf, repair }: Section["replica"]): PartRates => ({
  mttfHours: mttf,
  repairHours: repair ?? null,
});
