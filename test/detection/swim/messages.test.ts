import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ackBody,
  nackBody,
  parseProbeMessage,
  pingBody,
  pingReqBody,
  probeFieldsMax,
  seqMax,
} from "../../../src/detection/swim/messages.js";
import { nodeId } from "../../../src/kernel/ids.js";

const one = nodeId("pi-1");
const two = nodeId("pi-2");

describe("bodies of probes (SWIM-13)", () => {
  it("are read as they were written", () => {
    const ping = { kind: "ping", seq: 7, target: two };
    expect(parseProbeMessage(pingBody(7, two, null))).toEqual({ ...ping, origin: null });
    expect(parseProbeMessage(pingBody(7, two, one))).toEqual({ ...ping, origin: one });
    for (const heard of [null, true, false]) {
      expect(parseProbeMessage(ackBody(0, heard))).toEqual({ kind: "ack", seq: 0, heard });
    }
    const request = { kind: "ping-req", seq: seqMax, target: two };
    expect(parseProbeMessage(pingReqBody(seqMax, two))).toEqual(request);
    expect(parseProbeMessage(nackBody(7))).toEqual({ kind: "nack", seq: 7 });
  });

  it("are small: an array, and no field that does not speak", () => {
    expect(pingBody(7, two, null)).toEqual([0, 7, "pi-2"]);
    expect(ackBody(7, null)).toEqual([1, 7]);
    expect(pingReqBody(7, two)).toEqual([2, 7, "pi-2"]);
    expect(nackBody(7)).toEqual([3, 7]);
  });

  it("may have more fields in a later version, up to a limit", () => {
    expect(parseProbeMessage([3, 7, "later"])).toEqual({ kind: "nack", seq: 7 });
    const full = [3, 7, ...new Array<number>(probeFieldsMax - 2).fill(0)];
    expect(parseProbeMessage(full)).not.toBeNull();
    expect(parseProbeMessage([...full, 0])).toBeNull();
  });

  it.each([
    [[]],
    [[0]],
    [[0, 7]],
    [[0, 7, "Not A Name"]],
    [[0, 7, 5]],
    [[0, 7, "pi-2", null]],
    [[0, 7, "pi-2", "Not A Name"]],
    [[1]],
    [[1, -1]],
    [[1, seqMax + 1]],
    [[1, 0.5]],
    [[1, "7"]],
    [[1, 7, true]],
    [[1, 7, 2]],
    [[2, 7]],
    [[2, 7, null]],
    [[4, 7]],
    [["0", 7, "pi-2"]],
    [{ 0: 3, 1: 7, length: 2 }],
    [null],
    ["ping"],
    [undefined],
  ])("are refused: %j", (body) => {
    expect(parseProbeMessage(body)).toBeNull();
  });

  it("never throw, whatever comes", () => {
    fc.assert(fc.property(fc.anything(), (body) => void parseProbeMessage(body)));
    const nearly = fc.array(fc.oneof(fc.integer({ min: -1, max: 5 }), fc.anything()), {
      maxLength: 5,
    });
    fc.assert(fc.property(nearly, (body) => void parseProbeMessage(body)));
  });
});
