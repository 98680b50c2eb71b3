/** Whole lists: their pages, their pace, and with whom they are compared. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/kernel/ids.js";
import { seconds } from "../../src/kernel/time.js";
import { listsMax, pagesPerPeriodMax } from "../../src/membership/list-exchange.js";
import { lostEvery } from "../../src/membership/sync-schedule.js";
import { encodeBody } from "../../src/wire/cbor.js";
import { counterLimit } from "../../src/wire/envelope.js";
import { evidenceAt } from "./support/scripted-detector.js";
import { accused, alive, Single, sentIn } from "./support/single.js";

const request = { content: { kind: "sync-request", page: 0 } as const };
const open = (membersMax: number) => ({ admission: { kind: "open", membersMax } as const });

/** Envelope and tag take 19 + 32 + 32 bytes at most; a datagram of 1,200 bytes fits everywhere. */
const bodyBytesMax = 1_200 - 19 - 32 - 32;

/** As long as a name may be. */
const longName = (number: number): string => `member-${String(number).padStart(25, "0")}`;

function withMembers(count: number): Single {
  const single = new Single({ settings: open(5_000) });
  for (let number = 0; number < count; number += 1) {
    const address = `board-${number}.of.a.plant.with.a.long.name.example.org:65535`;
    single.hear("a", [
      alive(longName(number), 999, { life: counterLimit - 1, address, declared: true }),
    ]);
  }
  return single;
}

describe("MEMBER-22: a list", () => {
  it("goes in pages that each fit into one datagram, and nobody is left out", () => {
    const single = withMembers(40);
    for (let number = 0; number < 20; number += 1) {
      const evidence = evidenceAt(seconds(10_000_000));
      const more = { life: counterLimit - 1, evidence };
      single.hear("a", [accused("suspect", longName(number), 999, longName(39), more)]);
    }
    const outputs = single.hear("b", [], request);
    const pages = sentIn(outputs);
    const told = pages.flatMap(({ message }) => message.claims.map(({ member }) => member));
    expect(told).toHaveLength(43);
    expect(new Set(told).size).toBe(43);
    expect(pages.map(({ message }) => message.content)).toEqual(
      pages.map((_, page) => ({ kind: "sync-reply", page })),
    );
    for (const output of outputs) {
      if (output.kind !== "send") continue;
      expect(encodeBody(output.body).length).toBeLessThanOrEqual(bodyBytesMax);
    }
  });

  it("is not the only thing that fits: rumours do too, however many may go together", () => {
    const single = new Single({ settings: { ...open(5_000), claimsPerMessageMax: 64 } });
    for (let number = 0; number < 60; number += 1) {
      const address = `board-${number}.of.a.plant.with.a.long.name.example.org:65535`;
      const more = { life: counterLimit - 1, address, declared: true };
      single.hear("a", [alive(longName(number), 999, more)]);
    }
    const send = { kind: "send", targets: [nodeId("a"), nodeId("b")], body: "ping" } as const;
    const [output] = single.detect(send).filter(({ kind }) => kind === "send");
    const size = output?.kind === "send" ? encodeBody(output.body).length : 0;
    expect(size).toBeGreaterThan(600);
    expect(size).toBeLessThanOrEqual(bodyBytesMax);
  });

  it("that is long is spread over periods", () => {
    const single = withMembers(300);
    single.pass(0);
    const paces = [sentIn(single.hear("b", [], request)).length];
    for (let count = 0; count < 10; count += 1) {
      const replies = sentIn(single.pass(1)).filter(
        ({ message }) => message.content.kind === "sync-reply",
      );
      paces.push(replies.length);
    }
    expect(Math.max(...paces)).toBe(pagesPerPeriodMax);
    expect(paces.reduce((sum, pages) => sum + pages)).toBeGreaterThan(30);
    expect(paces.at(-1)).toBe(0);
  });

  it("is not sent to more at once than there may be", () => {
    const single = withMembers(300);
    const served = Array.from({ length: 20 }, (_, number) =>
      sentIn(single.hear(`asker-${number}`, [], request)).length > 0 ? 1 : 0,
    );
    expect(served.reduce<number>((sum, one) => sum + one, 0)).toBe(listsMax);
  });

  it("begins with what accuses the one who gets it", () => {
    const single = withMembers(30);
    single.hear("z");
    single.hear("a", [accused("suspect", "z", 0, "a")]);
    const [first] = sentIn(single.hear("z", [], request));
    expect(first?.message.claims[0]).toMatchObject({ status: "suspect", member: "z" });
  });
});

describe("MEMBER-6: lists are compared", () => {
  const requestsIn = (single: Single, time: number): string[] =>
    sentIn(single.pass(time))
      .filter(({ message }) => message.content.kind === "sync-request")
      .map(({ targets }) => targets[0] as string);

  it("once in a while with somebody alive, each so manieth time with one who is lost", () => {
    const single = new Single({
      settings: { syncEvery: seconds(10), tombstoneFor: seconds(9_000) },
    });
    for (const name of ["a", "b", "c"]) single.hear(name);
    single.hear("a", [accused("dead", "c", 0, "a")]);
    const targets = requestsIn(single, 1_000);
    // Each wait is 7.5 to 12.5 s, and ends with a period: 10.5 s on the average.
    expect(targets.length).toBeGreaterThan(75);
    expect(targets.length).toBeLessThan(125);
    const lost = targets.filter((target) => target === "c");
    expect(lost).toHaveLength(Math.floor(targets.length / lostEvery));
    expect(new Set(targets)).toEqual(new Set(["a", "b", "c"]));
  });

  it("never with one who has left, nor alone", () => {
    const single = new Single({ settings: { syncEvery: seconds(10) } });
    expect(requestsIn(single, 200)).toEqual([]);
    single.hear("a");
    single.hear("a", [{ ...alive("a", 0), status: "left" } as never]);
    expect(single.stateOf("a")).toBe("left");
    expect(requestsIn(single, 50)).toEqual([]);
  });

  it("with seats that were never heard, which are asked from the start", () => {
    const roster = ["a", "b", "c", "d", "e", "m"].map(nodeId);
    const single = new Single({ roster });
    const targets = requestsIn(single, 4);
    expect(targets.length).toBeGreaterThanOrEqual(6);
    expect(targets).not.toContain("m");
    single.hear("a", [], { content: { kind: "sync-reply", page: 0 } });
    expect(requestsIn(single, 10).length).toBeLessThanOrEqual(1);
  });
});
