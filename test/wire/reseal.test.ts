import { describe, expect, it } from "vitest";
import { hmacSha256 } from "../../src/wire/mac.js";
import { reseal } from "../../src/wire/reseal.js";
import { Sealer } from "../../src/wire/sealer.js";
import { forge, mac, n1, n2, openerOf, optionsOf } from "./cluster.js";

describe("WIRE-17: a frame sealed again with another body", () => {
  const frame = new Sealer(optionsOf(n1)).seal("sample", [20.5]);

  it("is opened with the new body under the old header", () => {
    const changed = reseal(frame, mac, (kind, body) => [kind, body, "a lie"]);
    expect(openerOf(n2).open(changed ?? new Uint8Array())).toMatchObject({
      ...{ ok: true, source: n1, sequence: 1, kind: "sample" },
      body: ["sample", [20.5], "a lie"],
    });
  });

  it("leaves the first frame as it was, so that others may still get it", () => {
    const copy = frame.slice();
    reseal(frame, mac, () => null);
    expect(frame).toEqual(copy);
    expect(openerOf(n2).open(frame)).toMatchObject({ ok: true, body: [20.5] });
  });

  it("is null for what is no frame under this key, and does not ask for a change", () => {
    const never = (): never => expect.fail("asked");
    const bad = [new Uint8Array(), new Uint8Array(60), new Uint8Array(9_000), frame.subarray(1)];
    for (const bytes of bad) expect(reseal(bytes, mac, never)).toBeNull();
    expect(reseal(frame, hmacSha256(new Uint8Array(16)), never)).toBeNull();
    expect(reseal(forge({ kindCode: 99 }), mac, never)).toBeNull();
    expect(reseal(forge({ body: new Uint8Array([0xff]) }), mac, never)).toBeNull();
  });
});
