import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ackBody, parsePingAck, pingBody } from "../../../src/detection/ping-ack/messages.js";

describe("the bodies of ping and ack", () => {
  it("PING-8: come back as they were", () => {
    expect(parsePingAck(pingBody(7))).toEqual({ kind: "ping", round: 7 });
    expect(parsePingAck(ackBody(7))).toEqual({ kind: "ack", round: 7 });
  });

  it("PING-8: are refused when anything is not as it should be", () => {
    const bodies = [null, {}, [], [0], [0, 0], [2, 1], [-1, 1], [0, -1], [0, 1, 1], [0, 1.5]];
    for (const body of [...bodies, ["0", 1], [0, "1"], [0, 2 ** 53], [true, 1]]) {
      expect(parsePingAck(body)).toBeNull();
    }
  });

  it("PING-8: never throws", () => {
    fc.assert(
      fc.property(fc.anything(), (body) => {
        const message = parsePingAck(body);
        expect(message === null || message.round >= 1).toBe(true);
      }),
    );
  });
});
