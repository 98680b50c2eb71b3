/** LIVE-AGENT-4: live agents with real memberships, on loopback, with the faults of their links. */
import { describe, expect, it, onTestFinished } from "vitest";
import { detectors } from "../../src/detection/detectors.js";
import { LiveAgent } from "../../src/host/live-agent.js";
import { nodeId } from "../../src/kernel/ids.js";
import { Prng } from "../../src/kernel/prng.js";
import { millis, seconds } from "../../src/kernel/time.js";
import { Membership } from "../../src/membership/membership.js";
import { profileOf } from "../../src/membership/profiles.js";
import type { AgentEvent } from "../../src/node/agent-events.js";
import { hmacSha256 } from "../../src/wire/mac.js";

const mac = hmacSha256(new Uint8Array(32).fill(1));
const { settings, detectorSettings } = profileOf("lan", millis(150));
const detector = detectors.get("swim") ?? expect.fail("no swim");
const admission = { kind: "open", membersMax: 16 } as const;

async function start(name: string, seeds: readonly string[]) {
  const self = nodeId(name);
  const events: AgentEvent[] = [];
  const live = await LiveAgent.start({
    agent: {
      ...{ cluster: "fleet", self, mac, membersMax: 16, latenessMax: seconds(60) },
      makeMembership: (now, life) =>
        new Membership({
          ...{ now, self, life, address: null, roster: [self], rosterStarts: "expected" },
          ...{ settings: { ...settings, admission }, detector, detectorSettings },
          dice: new Prng(life),
        }),
    },
    ...{ bind: { address: "127.0.0.1", port: 0 }, seeds, stateDir: null, faultsAllowed: true },
    onEvent: (_at, event) => events.push(event),
    onWarning: () => {},
  });
  onTestFinished(() => live.stop());
  return { self, live, events, here: `127.0.0.1:${live.port}` };
}

type Site = Awaited<ReturnType<typeof start>>;

const stateOf = (viewer: Site, of: Site): string | undefined =>
  viewer.live.status()?.agent.members.find(({ member }) => member === of.self)?.state;

const allHold = (sites: readonly Site[], state: string, of: Site): boolean =>
  sites.every((viewer) => stateOf(viewer, of) === state);

const until = async (fits: () => boolean): Promise<void> => {
  while (!fits()) await new Promise((resolve) => setTimeout(resolve, 10));
};

async function three() {
  const a = await start("a", []);
  const sites = [a, await start("b", [a.here]), await start("c", [a.here])] as const;
  await until(() => sites.every((of) => allHold(sites, "alive", of)));
  return sites;
}

describe("LIVE-AGENT-4: three live agents", () => {
  it("give nobody up while frames from one to another are lost", async () => {
    const [a, b, c] = await three();
    a.live.setLinkFaults({ blockedTargets: [b.self] });
    b.live.setLinkFaults({ blockedSources: [a.self] });
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(a.live.status()?.host.linkFaults?.blocked).toBeGreaterThan(0);
    for (const site of [a, b, c]) {
      expect(site.events.map(({ kind }) => kind)).not.toContain("member-died");
    }
    a.live.setLinkFaults({});
    b.live.setLinkFaults({});
    await until(() => [a, b, c].every((of) => allHold([a, b, c], "alive", of)));
  });

  it("give up one whose frames are all lost, and take it back when they are not", async () => {
    const [a, b, c] = await three();
    c.live.setLinkFaults({ loss: 1 });
    await until(() => allHold([a, b], "dead", c));
    c.live.setLinkFaults({});
    await until(() => [a, b, c].every((of) => allHold([a, b, c], "alive", of)));
    expect(a.events.map(({ kind }) => kind)).toContain("member-returned");
  });
});
