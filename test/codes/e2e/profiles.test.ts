import { describe, expect, it } from "vitest";
import { dataIdListOf, p02 } from "../../../src/codes/e2e/p02.js";
import { type DataIdMode, dataIdModes } from "../../../src/codes/e2e/profile.js";
import { type E2eReceiverOptions, e2eReceiver } from "../../../src/codes/e2e/receiver.js";
import { e2eSender } from "../../../src/codes/e2e/sender.js";
import { e2eProfileNames, e2eProfiles } from "../../../src/codes/e2e/stream.js";
import { UsageError } from "../../../src/kernel/assert.js";
import { e2eProfileContract, frameOf } from "../../contracts/e2e-profile.js";

const dataId = 0x123;
const strangerId = 0x456;

for (const name of e2eProfileNames) {
  if (name === "P01") continue;
  const options = { profile: name, dataId, payloadBytes: 10 };
  e2eProfileContract({ title: name, profile: e2eProfiles[name], options, strangerId });
}

for (const dataIdMode of dataIdModes) {
  const options = { profile: "P01", dataId, dataIdMode, payloadBytes: 10 } as const;
  const title = `P01 ${dataIdMode}`;
  e2eProfileContract({ title, profile: e2eProfiles.P01, options, strangerId });
}

function accepts(options: E2eReceiverOptions): boolean {
  try {
    e2eReceiver(options);
    return true;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(UsageError);
    return false;
  }
}

describe("the data id of P01", () => {
  const payload = Uint8Array.of(1, 2, 3, 4);
  const p01 = (dataIdMode: DataIdMode, id: number) =>
    ({ profile: "P01", dataId: id, dataIdMode, payloadBytes: 4 }) as const;
  const heard = (mode: DataIdMode, own: number, other: number, counter: number) =>
    e2eReceiver({ ...p01(mode, own), maxDeltaCounter: 14 }).check(
      frameOf(p01(mode, other), payload, counter),
    );

  it("E2E-5: NIBBLE tells by the frame alone an id that differs in its upper four bits", () => {
    for (let counter = 0; counter < 14; counter += 1) {
      const check = heard("NIBBLE", 0x123, 0x523, counter);
      expect(check).toMatchObject({ status: "ERROR", reason: "data-id" });
    }
    expect(heard("NIBBLE", 0x123, 0x124, 0)).toMatchObject({ status: "ERROR", reason: "crc" });
  });

  it("E2E-5: ALT tells ids that share a byte in every other frame only", () => {
    for (let counter = 0; counter < 14; counter += 1) {
      const { status } = heard("ALT", 0x123, 0x523, counter);
      expect(status === "ERROR").toBe(counter % 2 === 1);
    }
  });

  it("E2E-5: LOW cannot tell ids that share their low byte, and says so beforehand", () => {
    expect(heard("LOW", 0x123, 0x523, 0).status).toBe("OK");
    const options = { ...p01("LOW", 0x123), strangers: [0x523] };
    expect(() => e2eReceiver(options)).toThrow("none that looks like data id 291: 1315");
  });

  it("E2E-5: BOTH cannot tell some ids, and says so beforehand of each of them", () => {
    const twins: number[] = [];
    for (let id = 0; id <= 0xffff; id += 1) {
      const options = { ...p01("BOTH", 0x123), strangers: [id] };
      if (!accepts(options)) twins.push(id);
      else if (id < 0x300) expect(heard("BOTH", 0x123, id, 0).status).toBe("ERROR");
    }
    expect(twins.length).toBe(256);
    for (const id of twins) expect(heard("BOTH", 0x123, id, 0).status).toBe("OK");
  });

  it("E2E-5: NIBBLE, the default, tells every id from every other in every frame", () => {
    const options = { profile: "P01", dataId: 0x123, payloadBytes: 4 } as const;
    const frames = [0, 1].map((counter) => frameOf(options, payload, counter));
    for (let id = 0; id <= 0xfff; id += 1) {
      const receiver = e2eReceiver({ ...p01("NIBBLE", id), maxDeltaCounter: 14 });
      for (const frame of frames) {
        expect(receiver.check(frame).status === "ERROR").toBe(id !== 0x123);
      }
    }
  });

  it("E2E-7: NIBBLE has ids of twelve bits", () => {
    expect(() => e2eSender(p01("NIBBLE", 0x1000))).toThrow("dataId");
    expect(() => e2eSender(p01("BOTH", 0x1000))).not.toThrow();
  });

  it("E2E-6: a whole frame with the counter 15 is no sender's", () => {
    const format = e2eProfiles.P01.format({
      dataId,
      offset: 0,
      dataIdMode: "BOTH",
      dataIdList: null,
    });
    const frame = Uint8Array.of(0, 0, 1, 2, 3, 4);
    format.protect(frame, 15);
    const check = e2eReceiver(p01("BOTH", dataId)).check(frame);
    expect(check).toMatchObject({ status: "ERROR", reason: "counter" });
  });
});

describe("E2E-11: the data id lists of P02", () => {
  it("two of them have at most one entry of sixteen in common", () => {
    const ids = [0, 1, 2, 250, 251, 252, 502, 503, 1_000, 31_337, 62_999, 63_000];
    for (const one of ids) {
      for (const other of ids.filter((id) => id > one)) {
        const list = dataIdListOf(other);
        const shared = dataIdListOf(one).filter((entry, index) => entry === list[index]);
        expect(shared.length).toBeLessThanOrEqual(1);
      }
    }
    for (let id = 0; id <= p02.dataIdMax("BOTH"); id += 997) {
      expect(new Set(dataIdListOf(id)).size).toBe(id < 251 ? 1 : 16);
    }
  });

  it("so a masquerade is found in all but one counter at most", () => {
    const stream = { profile: "P02", payloadBytes: 1 } as const;
    let missed = 0;
    for (let counter = 0; counter < 15; counter += 1) {
      const frame = frameOf({ ...stream, dataId: 5 + 251 * 7 }, Uint8Array.of(9), counter);
      const receiver = e2eReceiver({ ...stream, dataId: 11 + 251 * 5, maxDeltaCounter: 15 });
      if (receiver.check(frame).status !== "ERROR") missed += 1;
    }
    expect(missed).toBe(1);
  });

  it("E2E-7: takes a list of another system, of sixteen bytes", () => {
    const stream = { profile: "P02", dataId: 0, payloadBytes: 1 } as const;
    const list = dataIdListOf(777);
    const own = frameOf({ ...stream, dataId: 777 }, Uint8Array.of(9));
    expect(frameOf({ ...stream, dataIdList: list }, Uint8Array.of(9))).toEqual(own);
    expect(() => e2eSender({ ...stream, dataIdList: list.slice(1) })).toThrow("16 bytes");
    expect(() => e2eSender({ ...stream, dataIdList: [...list.slice(1), 256] })).toThrow("255");
  });
});

describe("E2E-7: options of one profile only", () => {
  it("are refused with the others", () => {
    const p04 = { profile: "P04", dataId: 1 } as const;
    expect(() => e2eSender({ ...p04, dataIdMode: "BOTH" })).toThrow("no dataIdMode with P04");
    expect(() => e2eSender({ ...p04, dataIdList: dataIdListOf(1) })).toThrow("no dataIdList");
    expect(() => e2eSender({ ...p04, profile: "toString" as "P04" })).toThrow("profile: one of");
    const mode = { profile: "P01", dataId: 1, payloadBytes: 1 } as const;
    expect(() => e2eSender({ ...mode, dataIdMode: "HIGH" as "LOW" })).toThrow("dataIdMode: one of");
  });

  it("a length must be told to those whose frames do not tell it, and to no others", () => {
    for (const profile of e2eProfileNames) {
      const make = () => e2eSender({ profile, dataId: 1 });
      if (e2eProfiles[profile].tellsLength) expect(make).not.toThrow();
      else expect(make).toThrow("payloadBytes");
    }
  });

  it("without it, a receiver takes payloads of all lengths in turn", () => {
    for (const profile of ["P04", "P06", "P07"] as const) {
      const sender = e2eSender({ profile, dataId: 1 });
      const receiver = e2eReceiver({ profile, dataId: 1 });
      for (const length of [0, 1, 100, 2, 4_000]) {
        const protection = sender.protect(new Uint8Array(length).fill(7));
        const check = receiver.check(protection.ok ? protection.frame : null);
        expect(check.status).toBe("OK");
        expect("payload" in check && check.payload.length).toBe(length);
      }
    }
  });
});
