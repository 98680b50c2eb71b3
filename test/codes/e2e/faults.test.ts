/**
 * The faults of an exchange of information that AUTOSAR's E2E Protocol Specification lists in
 * chapter 4.3.3 (after ISO 26262-6, annex D.2.4), and by what each profile finds them.
 */
import { describe, expect, it } from "vitest";
import {
  type E2eCheck,
  type E2eReceiver,
  type E2eReceiverOptions,
  e2eReceiver,
} from "../../../src/codes/e2e/receiver.js";
import { e2eSender } from "../../../src/codes/e2e/sender.js";
import { e2eProfileNames, e2eProfiles } from "../../../src/codes/e2e/stream.js";

const ownId = 0x123;
const otherId = 0x456;

/** The value of the frame made in each cycle. */
const payloadAt = (cycle: number): Uint8Array => Uint8Array.of(cycle >>> 8, cycle & 0xff, 1, 2);

describe.each(e2eProfileNames)("E2E-10: %s", (profile) => {
  const options = { profile, dataId: ownId, payloadBytes: 4 };

  /** The frames of the first cycles of a stream. */
  function framesOf(count: number, dataId = ownId): readonly Uint8Array[] {
    const sender = e2eSender({ ...options, dataId });
    return Array.from({ length: count }, (_, cycle) => {
      const protection = sender.protect(payloadAt(cycle));
      return protection.ok ? protection.frame : expect.fail(protection.reason);
    });
  }

  /** A receiver that has heard the first five cycles, and is content. */
  function contentReceiver(more: Partial<E2eReceiverOptions> = {}): E2eReceiver {
    const receiver = e2eReceiver({ ...options, ...more });
    for (const frame of framesOf(5)) receiver.check(frame);
    expect(receiver.state).toBe("VALID");
    return receiver;
  }

  const frames = framesOf(60);
  const frame = (cycle: number): Uint8Array => frames[cycle] ?? expect.fail(`no ${cycle}`);
  const statusOf = (check: E2eCheck): string => check.status;
  const usable = ({ status, state }: E2eCheck): boolean =>
    status.startsWith("OK") && state === "VALID";

  it("no fault: nothing is said, round the counter and on", () => {
    const receiver = contentReceiver();
    for (let cycle = 5; cycle < 60; cycle += 1) {
      const check = receiver.check(frame(cycle));
      expect(check).toMatchObject({ status: "OK", state: "VALID", payload: payloadAt(cycle) });
    }
  });

  it("repetition: found by the counter", () => {
    const receiver = contentReceiver();
    expect(receiver.check(frame(4)).status).toBe("REPEATED");
    expect(usable(receiver.check(frame(5)))).toBe(true);
  });

  it("repetition without end, a frozen sender: found by the state machine", () => {
    const receiver = contentReceiver();
    const states = [1, 2, 3].map(() => receiver.check(frame(4)).state);
    expect(states).toEqual(["VALID", "VALID", "INVALID"]);
  });

  it("loss: found by the counter, and borne up to the allowed gap", () => {
    const receiver = contentReceiver({ maxDeltaCounter: 3 });
    expect(receiver.check(frame(7))).toMatchObject({ status: "OK_SOME_LOST", lost: 2 });
    expect(receiver.check(frame(11)).status).toBe("WRONG_SEQUENCE");
    expect(receiver.check(frame(12)).status).toBe("OK");
  });

  it("loss of a whole round of the counter: found by the state machine only", () => {
    const receiver = contentReceiver();
    const states = Array.from({ length: 20 }, () => receiver.check(null).state);
    expect(states.slice(2).every((state) => state === "INVALID")).toBe(true);
    // After a round, the counter stands where it would have stood without the loss.
    expect(receiver.check(frame(5))).toMatchObject({ status: "OK", state: "INVALID" });
  });

  it("delay: found as silence while it lasts, and the late frame as out of sequence", () => {
    const receiver = contentReceiver();
    expect(statusOf(receiver.check(null))).toBe("NO_NEW_DATA");
    expect(receiver.check(frame(6)).status).toBe("OK_SOME_LOST");
    expect(receiver.check(frame(5)).status).toBe("WRONG_SEQUENCE");
  });

  it("delay of a whole stream by the same time: not found after it has begun", () => {
    const receiver = contentReceiver();
    expect([null, null, null].map((none) => receiver.check(none).state).at(-1)).toBe("INVALID");
    const late = [5, 6, 7].map((cycle) => receiver.check(frame(cycle)).state);
    expect(late.at(-1)).toBe("VALID");
  });

  it("insertion: of an old frame found by the counter, of a foreign one by the data id", () => {
    const receiver = contentReceiver({ strangers: [otherId] });
    expect(receiver.check(frame(1)).status).toBe("WRONG_SEQUENCE");
    const foreign = framesOf(6, otherId)[5] ?? null;
    expect(receiver.check(foreign)).toMatchObject({ status: "ERROR", reason: "data-id" });
  });

  it("masquerade: found by the data id", () => {
    for (const strangers of [[], [otherId]]) {
      const receiver = contentReceiver({ strangers });
      for (const foreign of framesOf(9, otherId).slice(5)) {
        const check = receiver.check(foreign);
        const told = e2eProfiles[profile].tellsDataId || strangers.length > 0;
        expect(check).toMatchObject({ status: "ERROR", reason: told ? "data-id" : "crc" });
      }
      expect(receiver.state).toBe("INVALID");
    }
  });

  it("wrong address: whoever gets what was for another finds it by the data id", () => {
    const own = contentReceiver({ strangers: [otherId] });
    const other = e2eReceiver({ ...options, dataId: otherId, strangers: [ownId] });
    const misdirected = frame(5);
    expect(other.check(misdirected)).toMatchObject({ status: "ERROR", reason: "data-id" });
    expect(usable(own.check(misdirected))).toBe(true);
  });

  it("wrong sequence: found by the counter", () => {
    const receiver = contentReceiver({ maxDeltaCounter: 1 });
    const statuses = [6, 5, 8, 7].map((cycle) => receiver.check(frame(cycle)).status);
    expect(statuses.every((status) => status === "WRONG_SEQUENCE")).toBe(true);
    expect(receiver.state).toBe("INVALID");
  });

  it("corruption: found by the CRC, and the next frame is none the worse", () => {
    const receiver = contentReceiver();
    const changed = frame(5).slice();
    changed[changed.length - 1] = 0xff;
    expect(receiver.check(changed)).toMatchObject({ status: "ERROR", reason: "crc" });
    expect(usable(receiver.check(frame(6)))).toBe(true);
  });

  it("asymmetric information: whoever gets other bytes finds it by the CRC, alone", () => {
    const receivers = [contentReceiver(), contentReceiver(), contentReceiver()];
    const checks = receivers.map((receiver, index) => {
      const copy = frame(5).slice();
      if (index === 1) copy[copy.length - 2] = 0x7f;
      return receiver.check(copy);
    });
    expect(checks.map(statusOf)).toEqual(["OK", "ERROR", "OK"]);
  });

  it("asymmetric information by the sender itself, each copy protected: not found", () => {
    const receivers = [contentReceiver(), contentReceiver()];
    const checks = receivers.map((receiver, index) => {
      const twoFaced = e2eSender({ ...options, counter: 5 }).protect(Uint8Array.of(index, 1, 2, 3));
      return receiver.check(twoFaced.ok ? twoFaced.frame : null);
    });
    expect(checks.map(usable)).toEqual([true, true]);
  });

  it("a subset of receivers: the others find silence, then a gap", () => {
    const left = contentReceiver();
    const served = contentReceiver();
    expect([left.check(null).status, served.check(frame(5)).status]).toEqual(["NO_NEW_DATA", "OK"]);
    const both = [left, served].map((receiver) => receiver.check(frame(6)).status);
    expect(both).toEqual(["OK_SOME_LOST", "OK"]);
  });

  it("blocked channel: found by the state machine, from the beginning and later", () => {
    const never = e2eReceiver(options);
    expect([1, 2, 3, 4].map(() => never.check(null).state).at(-1)).toBe("INVALID");
    const receiver = contentReceiver();
    const states = [1, 2, 3].map(() => receiver.check(null).state);
    expect(states).toEqual(["VALID", "VALID", "INVALID"]);
  });

  it("a wrong value, protected by its sender: not found", () => {
    const receiver = contentReceiver();
    const wrong = e2eSender({ ...options, counter: 5 }).protect(Uint8Array.of(99, 99, 99, 99));
    expect(usable(receiver.check(wrong.ok ? wrong.frame : null))).toBe(true);
  });
});

describe("E2E-4: the first frame", () => {
  it("of a sender that begins with its receiver is OK, of an older one it is not", () => {
    for (const profile of e2eProfileNames) {
      const options = { profile, dataId: ownId, payloadBytes: 4 };
      for (const [counter, status] of [
        [0, "OK"],
        [2, "OK_SOME_LOST"],
        [9, "WRONG_SEQUENCE"],
      ] as const) {
        const protection = e2eSender({ ...options, counter }).protect(payloadAt(0));
        const check = e2eReceiver(options).check(protection.ok ? protection.frame : null);
        expect(check).toMatchObject({ status, state: "INIT" });
      }
    }
  });

  it("after a restart of the sender is out of sequence, and the next is OK", () => {
    for (const profile of e2eProfileNames) {
      const options = { profile, dataId: ownId, payloadBytes: 4 };
      const receiver = e2eReceiver(options);
      const hear = (sender: ReturnType<typeof e2eSender>): string => {
        const protection = sender.protect(payloadAt(0));
        return receiver.check(protection.ok ? protection.frame : null).status;
      };
      const before = e2eSender(options);
      for (let cycle = 0; cycle < 8; cycle += 1) hear(before);
      const restarted = e2eSender(options);
      expect([hear(restarted), hear(restarted)]).toEqual(["WRONG_SEQUENCE", "OK"]);
      expect(receiver.state).toBe("VALID");
    }
  });
});
