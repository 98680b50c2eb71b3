import { describe, expect, it } from "vitest";
import type { Evidence } from "../../src/detection/evidence.js";
import { nodeId } from "../../src/kernel/ids.js";
import { instant, millis, seconds } from "../../src/kernel/time.js";
import type { CaseFile } from "../../src/membership/ports.js";
import type { AgentEvent } from "../../src/node/agent-events.js";
import { agentEventText } from "../../src/node/agent-text.js";

const [n1, n2, n7] = [nodeId("n1"), nodeId("n2"), nodeId("n7")];

const evidence: Evidence = {
  ...{ detector: "swim", at: instant(0), silence: millis(1_500), healthScore: 2 },
  attempts: [
    { via: null, sentAt: instant(0), outcome: "unanswered" },
    { via: n1, sentAt: instant(0), outcome: "nack" },
    { via: n2, sentAt: instant(0), outcome: "unanswered" },
  ],
};
const listened: Evidence = { ...evidence, attempts: [], healthScore: 0 };

const file: CaseFile = {
  ...{ member: n7, life: 1, incarnation: 0, suspicion: null, healthScore: 0 },
  accusations: [
    { accuser: n2, heardAt: instant(1), evidence: listened },
    { accuser: n1, heardAt: instant(2), evidence: null },
  ],
  ...{ declaredBy: n1, declaredAt: instant(3), lateAt: null, refutedAt: null, returnedLife: null },
};

const member = n7;

describe("an agent's events in words", () => {
  const cases: readonly (readonly [AgentEvent, string])[] = [
    [{ kind: "started", bootId: 4 }, "started, boot 4"],
    [
      { kind: "member-joined", member, life: 1, address: "10.0.0.7:7946" },
      "n7 joined from 10.0.0.7:7946",
    ],
    [{ kind: "member-joined", member, life: 1, address: null }, "n7 joined"],
    [
      { kind: "member-suspected", member, accuser: n2, evidence },
      "n7 is suspected by n2: silent for 1.5 s, no answer to its own probe and 2 through others, " +
        "1 of the others live, the accuser's health score is 2",
    ],
    [{ kind: "member-suspected", member, accuser: n2, evidence: null }, "n7 is suspected by n2"],
    [
      { kind: "member-died", member, case: file },
      "n7 is dead: first suspected by n2 (silent for 1.5 s), confirmed by n1, declared by n1",
    ],
    [
      { kind: "member-unreachable", member, case: { ...file, accusations: [] } },
      "n7 is unreachable: declared by n1",
    ],
    [{ kind: "member-left", member }, "n7 left"],
    [{ kind: "member-forgotten", member }, "n7 is forgotten: its tombstone has expired"],
    [
      { kind: "member-replaced", member, life: 9, formerLife: 5 },
      "n7 is back in a new life (9 after 5)",
    ],
    [
      { kind: "member-moved", member, address: "10.0.0.8:1", formerAddress: "10.0.0.7:1" },
      "n7 moved to 10.0.0.8:1 from 10.0.0.7:1",
    ],
    [
      { kind: "member-returned", member, former: "suspected" },
      "n7 is back: it has refuted, and is suspected no more",
    ],
    [{ kind: "leader-changed", leader: n1 }, "n1 leads"],
    [{ kind: "leader-changed", leader: null }, "nobody is known to lead"],
    [
      { kind: "accusation-refuted", by: n2, incarnation: 3 },
      "was accused by n2, and has refuted (incarnation 3)",
    ],
    [{ kind: "verdicts-suspended", by: seconds(3) }, "was itself late by 3.0 s: its verdicts wait"],
    [
      { kind: "identity-lost", life: 9, address: "10.0.0.9:1" },
      "somebody else has this name, in the newer life 9 at 10.0.0.9:1; is silent now",
    ],
    [{ kind: "view-full", member }, "n7 was not let in: the view is full"],
    [
      { kind: "peer-suspected", peer: n7, evidence: listened },
      "does not hear n7: silent for 1.5 s",
    ],
    [{ kind: "peer-trusted", peer: n7 }, "hears n7 again"],
    [
      { kind: "refused", reason: "bad-tag", source: null, origin: "10.0.0.9:1", count: 3 },
      "refused 3 datagrams of nobody known from 10.0.0.9:1: bad-tag",
    ],
    [
      {
        ...{ kind: "old-boot-heard", source: n7, bootId: 3, knownBootId: 50 },
        ...{ origin: null, count: 1 },
      },
      "refused a datagram of n7: of boot 3, older than the one known (50); " +
        "its clock and boot file may be lost, or somebody sends copies",
    ],
  ];

  it.each(cases)("%j", (event, text) => {
    expect(agentEventText(event)).toBe(text);
  });
});
