/** Agents on a network in memory that loses nothing and takes no time, in virtual time. */
import { detectors } from "../../src/detection/detectors.js";
import type { NodeId } from "../../src/kernel/ids.js";
import { timeout } from "../../src/kernel/machine.js";
import { Prng } from "../../src/kernel/prng.js";
import { type Instant, instant, seconds } from "../../src/kernel/time.js";
import { Membership } from "../../src/membership/membership.js";
import { profileOf } from "../../src/membership/profiles.js";
import { Agent, type AgentInput, type AgentOutput } from "../../src/node/agent.js";
import type { AgentEvent } from "../../src/node/agent-events.js";
import { checksumMac } from "../../src/wire/mac.js";

export const groupMac = checksumMac(new Uint8Array(16).fill(4));
export const groupCluster = "group";
export const groupMembersMax = 64;

const { settings, detectorSettings, latenessMax } = profileOf("lan");
const swim = detectors.get("swim");

interface Place {
  readonly agent: Agent;
  readonly routes: Map<NodeId, string>;
}

interface Letter {
  readonly to: string;
  readonly from: string;
  readonly bytes: Uint8Array;
}

export class AgentGroup {
  now: Instant = instant(seconds(10));
  readonly events: { readonly node: NodeId; readonly at: Instant; readonly event: AgentEvent }[] =
    [];
  /** Sees every frame that an agent sends; what it says is lost. */
  loses: (letter: Letter) => boolean = () => false;
  readonly #places = new Map<string, Place>();
  readonly #letters: Letter[] = [];

  start(self: NodeId, address: string, life = 1_000): void {
    const agent = new Agent({
      ...{ now: this.now, cluster: groupCluster, self, bootId: life, mac: groupMac, latenessMax },
      membersMax: groupMembersMax,
      makeMembership: (now) =>
        new Membership({
          ...{ now, self, life, address: null, roster: [self], rosterStarts: "expected" },
          settings: { ...settings, admission: { kind: "open", membersMax: groupMembersMax } },
          detector: swim ?? expectSwim(),
          detectorSettings,
          dice: new Prng(life).split(self),
        }),
    });
    this.#places.set(address, { agent, routes: new Map() });
    this.feed(address, timeout);
  }

  /** As by a power cut. */
  stop(address: string): void {
    this.#places.delete(address);
  }

  at(address: string): Agent {
    return this.#places.get(address)?.agent ?? expectSwim();
  }

  feed(address: string, input: AgentInput | typeof timeout): readonly AgentOutput[] {
    const outputs = this.#step(address, input);
    this.#deliver();
    return outputs;
  }

  /** Lets time pass, and wakes each agent when it wants to be woken. */
  run(us: number): void {
    const until = instant(this.now + us);
    for (;;) {
      const next = this.#nextDeadline();
      if (next === null || next.at > until) break;
      this.now = instant(Math.max(this.now, next.at));
      this.feed(next.address, timeout);
    }
    this.now = until;
  }

  /** How the member stands in the view of the agent at the address. */
  standing(address: string, member: NodeId): string | null {
    return this.at(address).member(member)?.state ?? null;
  }

  #nextDeadline(): { readonly address: string; readonly at: Instant } | null {
    let first: { readonly address: string; readonly at: Instant } | null = null;
    for (const [address, { agent }] of this.#places) {
      const at = agent.deadline();
      if (at !== null && (first === null || at < first.at)) first = { address, at };
    }
    return first;
  }

  #step(address: string, input: AgentInput | typeof timeout): readonly AgentOutput[] {
    const place = this.#places.get(address);
    if (place === undefined) return [];
    const outputs = place.agent.step(this.now, input);
    for (const output of outputs) this.#carry(address, place, output);
    return outputs;
  }

  #carry(address: string, { agent, routes }: Place, output: AgentOutput): void {
    switch (output.kind) {
      case "send":
        for (const target of output.targets) {
          const to = routes.get(target);
          if (to !== undefined) this.#post({ to, from: address, bytes: output.bytes });
        }
        break;
      case "send-to-address":
        this.#post({ to: output.address, from: address, bytes: output.bytes });
        break;
      case "route":
        if (output.address === null) routes.delete(output.member);
        else routes.set(output.member, output.address);
        break;
      case "report": {
        const node = agent.status(this.now).node;
        this.events.push({ node, at: this.now, event: output.event });
        break;
      }
    }
  }

  #post(letter: Letter): void {
    if (!this.loses(letter)) this.#letters.push(letter);
  }

  #deliver(): void {
    for (let letter = this.#letters.shift(); letter !== undefined; letter = this.#letters.shift()) {
      this.#step(letter.to, { kind: "datagram", bytes: letter.bytes, origin: letter.from });
    }
  }
}

function expectSwim(): never {
  throw new Error("no such agent or detector");
}
