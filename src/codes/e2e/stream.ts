/**
 * What sender and receiver of a stream agree on beforehand. Everything here is choice of whoever
 * configures the two, so what does not fit is a `UsageError` that says what was expected.
 */
import { checkWhole, expected } from "./expected.js";
import { p01 } from "./p01.js";
import { dataIdListLength, p02 } from "./p02.js";
import { p04 } from "./p04.js";
import { p05 } from "./p05.js";
import { p06 } from "./p06.js";
import { p07 } from "./p07.js";
import {
  type DataIdMode,
  dataIdModeDefault,
  dataIdModes,
  type E2eFormat,
  type E2eProfile,
  type E2eProfileName,
} from "./profile.js";

export const e2eProfiles: Readonly<Record<E2eProfileName, E2eProfile>> = {
  P01: p01,
  P02: p02,
  P04: p04,
  P05: p05,
  P06: p06,
  P07: p07,
};

export const e2eProfileNames: readonly E2eProfileName[] = [
  "P01",
  "P02",
  "P04",
  "P05",
  "P06",
  "P07",
];

export interface E2eStreamOptions {
  readonly profile: E2eProfileName;
  /** Another for each stream that could ever be taken for this one. 0 to `dataIdMax`. */
  readonly dataId: number;
  /**
   * The length of every payload. P01, P02 and P05 need it: their frames do not tell it. With P04,
   * P06 and P07 any length is taken when it is left out.
   */
  readonly payloadBytes?: number;
  /** How many bytes of the payload stand before the header. None when it is left out. */
  readonly offset?: number;
  /** Of P01 only; `NIBBLE` when it is left out, which alone tells all its ids apart. */
  readonly dataIdMode?: DataIdMode;
  /** Of P02 only: the 16 bytes of another system, in place of those that follow from `dataId`. */
  readonly dataIdList?: readonly number[];
}

export interface E2eStream {
  readonly profile: E2eProfile;
  readonly format: E2eFormat;
  readonly offset: number;
  readonly frameBytesMin: number;
  readonly frameBytesMax: number;
}

/** Throws a `UsageError` for options that do not fit the profile. */
export function openStream(options: E2eStreamOptions): E2eStream {
  if (!e2eProfileNames.includes(options.profile)) {
    expected(`profile: one of ${e2eProfileNames.join(", ")}`);
  }
  const profile = e2eProfiles[options.profile];
  checkIdentity(profile, options);
  const { dataId, offset = 0, dataIdMode = dataIdModeDefault, dataIdList = null } = options;
  const header = profile.headerBytes;
  checkWhole("offset", offset, 0, profile.frameBytesMax - header);
  const format = profile.format({ dataId, offset, dataIdMode, dataIdList });
  const payloadBytes = fixedPayload(profile, options, offset);
  const frameBytesMin = header + (payloadBytes ?? offset);
  const frameBytesMax = payloadBytes === null ? profile.frameBytesMax : frameBytesMin;
  return { profile, format, offset, frameBytesMin, frameBytesMax };
}

function checkIdentity(profile: E2eProfile, options: E2eStreamOptions): void {
  const { dataId, dataIdMode, dataIdList } = options;
  if (dataIdMode !== undefined && profile !== p01) expected(`no dataIdMode with ${profile.name}`);
  if (dataIdList !== undefined && profile !== p02) expected(`no dataIdList with ${profile.name}`);
  const mode = dataIdMode ?? dataIdModeDefault;
  if (!dataIdModes.includes(mode)) expected(`dataIdMode: one of ${dataIdModes.join(", ")}`);
  checkWhole("dataId", dataId, 0, profile.dataIdMax(mode));
  if (dataIdList === undefined) return;
  if (dataIdList.length !== dataIdListLength) expected(`dataIdList: ${dataIdListLength} bytes`);
  for (const byte of dataIdList) checkWhole("dataIdList", byte, 0, 0xff);
}

/** Null where the length may change from frame to frame. */
function fixedPayload(
  profile: E2eProfile,
  { payloadBytes }: E2eStreamOptions,
  offset: number,
): number | null {
  if (payloadBytes !== undefined) {
    checkWhole("payloadBytes", payloadBytes, offset, profile.frameBytesMax - profile.headerBytes);
    return payloadBytes;
  }
  if (profile.tellsLength) return null;
  return expected(`payloadBytes: ${profile.name} does not tell the length of its frames`);
}
