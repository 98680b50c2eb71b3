/** The frames that the standard prints, and those of an independent implementation. */
import { describe, expect, it } from "vitest";
import type { DataIdMode, E2eProfileName } from "../../../src/codes/e2e/profile.js";
import { e2eReceiver } from "../../../src/codes/e2e/receiver.js";
import { e2eSender } from "../../../src/codes/e2e/sender.js";
import { e2eProfiles } from "../../../src/codes/e2e/stream.js";
import { fromHex, readOracle, toHex } from "../../support/oracles.js";

interface E2eCase {
  readonly profile: E2eProfileName;
  readonly dataId?: string;
  readonly dataIdMode?: DataIdMode;
  readonly dataIdList?: string;
  /** The whole frame before protection, the header's bytes included. */
  readonly payload: string;
  readonly offsetBytes?: number;
  readonly protect: readonly { readonly incrementCounter: boolean; readonly frame: string }[];
}

const oracle = readOracle<{ readonly e2e: readonly E2eCase[] }>("crc-e2e.json");

function optionsOf({ profile, dataId, dataIdMode, dataIdList, offsetBytes, payload }: E2eCase) {
  const header = e2eProfiles[profile].headerBytes;
  return {
    profile,
    dataId: Number(dataId ?? 0),
    ...(dataIdMode === undefined ? {} : { dataIdMode }),
    ...(dataIdList === undefined ? {} : { dataIdList: [...fromHex(dataIdList)] }),
    offset: offsetBytes ?? 0,
    payloadBytes: payload.length / 2 - header,
  };
}

/** Without the place of the header. */
function payloadOf({ profile, payload, offsetBytes = 0 }: E2eCase): Uint8Array {
  const whole = fromHex(payload);
  const rest = whole.subarray(offsetBytes + e2eProfiles[profile].headerBytes);
  return Uint8Array.from([...whole.subarray(0, offsetBytes), ...rest]);
}

/** The counter that stands in the frame of the case before protection. */
function counterOf({ profile, payload, offsetBytes = 0 }: E2eCase): number {
  const { format } = e2eProfiles[profile];
  const identity = {
    dataId: 0,
    offset: offsetBytes,
    dataIdMode: "BOTH",
    dataIdList: null,
  } as const;
  return format(identity).counterOf(fromHex(payload));
}

describe.skipIf(oracle === null)("E2E-1: frames that the standard prints", () => {
  const cases = (oracle?.e2e ?? []).map((one) => [`${one.profile} ${one.dataIdMode ?? ""}`, one]);

  it("there is one of every profile", () => {
    const named = new Set(oracle?.e2e.map(({ profile }) => profile));
    expect([...named].sort()).toEqual(Object.keys(e2eProfiles).sort());
  });

  it.each(cases as [string, E2eCase][])("%s: is protected to the same bytes", (_, one) => {
    let counter = counterOf(one);
    for (const { incrementCounter, frame } of one.protect) {
      if (incrementCounter) counter += 1;
      const sender = e2eSender({ ...optionsOf(one), counter });
      const protection = sender.protect(payloadOf(one));
      expect(protection.ok && toHex(protection.frame)).toBe(frame);
    }
  });

  it.each(cases as [string, E2eCase][])("%s: is taken, and gives the payload", (_, one) => {
    for (const { frame } of one.protect) {
      const maxDeltaCounter = e2eProfiles[one.profile].counters - 1;
      const check = e2eReceiver({ ...optionsOf(one), maxDeltaCounter }).check(fromHex(frame));
      expect(check.status).toMatch(/^OK/);
      expect("payload" in check && toHex(check.payload)).toBe(toHex(payloadOf(one)));
    }
  });
});
