/** What a leader may conclude from answers: never more than the sending of the round allows. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeId } from "../../../src/kernel/ids.js";
import { elapsed, type Instant, instant, micros } from "../../../src/kernel/time.js";
import { Contact, leaseLength } from "../../../src/replication/raft/contact.js";

const quorum = { incoming: ["a", "b", "c"].map(nodeId), outgoing: null };
const length = micros(900);

/** Round r of these is sent at 1,000 r. */
const sentAt = (round: number): Instant => instant(1_000 * round);

function contactAfter(rounds: number): Contact {
  const contact = new Contact(length, sentAt(0));
  for (let round = 1; round <= rounds; round += 1) contact.begin(sentAt(round));
  return contact;
}

/** Two of three have answered this round, one has answered the newest. */
const answer = (contact: Contact, round: number, newest = contact.round): void =>
  contact.count(quorum, (voter) => (voter === "a" ? newest : round));

describe("RAFT-6: the contact of a leader with its group", () => {
  it("has a lease from the sending of the round that was answered, not of a later", () => {
    const contact = contactAfter(3);
    expect(contact.leaseUntil).toBeNull();
    answer(contact, 1);
    expect(contact.confirmed).toBe(1);
    expect(contact.confirmedAt).toBe(sentAt(1));
    expect(contact.leaseUntil).toBe(sentAt(1) + length);
    answer(contact, 3);
    expect(contact.confirmedAt).toBe(sentAt(3));
  });

  it("learns nothing from an older answer, or from one to a round that was never sent", () => {
    const contact = contactAfter(3);
    answer(contact, 2);
    answer(contact, 1);
    expect(contact.confirmed).toBe(2);
    expect(contact.confirmedAt).toBe(sentAt(2));
    answer(contact, 9, 9);
    expect(contact.confirmed).toBe(3);
    expect(contact.confirmedAt).toBe(sentAt(3));
  });

  it("has no lease any more when a successor may campaign at any time", () => {
    const contact = contactAfter(2);
    answer(contact, 2);
    contact.voidLease();
    expect(contact.leaseUntil).toBeNull();
    expect(contact.confirmedAt).toBe(sentAt(2));
  });

  it("takes a late answer for at most as fresh as it is, and at most a grain older", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 400 });
    const property = fc.property(gaps, fc.nat(), (apart, choice) => {
      const contact = new Contact(length, instant(0));
      const sent = [instant(0)];
      for (const gap of apart) sent.push(instant((sent.at(-1) as Instant) + gap));
      for (const at of sent.slice(1)) contact.begin(at);
      const round = 1 + (choice % apart.length);
      answer(contact, round);
      const isTooLate = elapsed(sent[round] as Instant, sent.at(-1) as Instant) > 2 * length;
      const older = elapsed(contact.confirmedAt, sent[round] as Instant);
      expect(older).toBeGreaterThanOrEqual(0);
      if (!isTooLate) expect(older).toBeLessThanOrEqual(length / 64);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("knows when each round of two leases was sent, however close together they are", () => {
    for (const apart of [1, 7, 14, 15, 16, 29]) {
      const contact = new Contact(length, instant(0));
      const rounds = Math.ceil((4 * length) / apart);
      for (let round = 1; round <= rounds; round += 1) contact.begin(instant(round * apart));
      const round = rounds - Math.floor((2 * length) / apart);
      answer(contact, round);
      expect(elapsed(contact.confirmedAt, instant(round * apart))).toBeLessThanOrEqual(length / 64);
    }
  });

  it("shows nothing by an answer to a round that is too old to be kept, but that round", () => {
    const contact = contactAfter(1_000);
    answer(contact, 1);
    expect(contact.confirmed).toBe(1);
    expect(contact.confirmedAt).toBe(sentAt(0));
    answer(contact, 990);
    expect(contact.confirmedAt).toBe(sentAt(990));
  });
});

describe("the length of a lease", () => {
  it("is shorter than what was promised by both clocks' drift, and by what is cut off", () => {
    expect(leaseLength(micros(1_000_000), 0)).toBe(999_999);
    expect(leaseLength(micros(1_000_000), 200)).toBe(999_599);
    expect(leaseLength(micros(1), 0)).toBe(0);
  });
});
