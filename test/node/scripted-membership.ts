/** A membership that says what a test tells it to, and remembers what it was fed. */
import type { NodeId } from "../../src/kernel/ids.js";
import type { Timeout } from "../../src/kernel/machine.js";
import type { Instant } from "../../src/kernel/time.js";
import type {
  CaseFile,
  Member,
  MembershipInput,
  MembershipOutput,
} from "../../src/membership/ports.js";
import type { MembershipMachine } from "../../src/node/agent.js";

type Input = MembershipInput | Timeout;

export class ScriptedMembership implements MembershipMachine {
  readonly fed: Input[] = [];
  wakeAt: Instant | null = null;
  readonly cases = new Map<NodeId, CaseFile>();
  view: Member[] = [];
  /** Answers each input; by default with nothing. */
  answer: (input: Input, now: Instant) => readonly MembershipOutput[] = () => [];

  step(now: Instant, input: Input): readonly MembershipOutput[] {
    this.fed.push(input);
    if (input.kind === "timeout" && this.wakeAt !== null && this.wakeAt <= now) this.wakeAt = null;
    return this.answer(input, now);
  }

  deadline(): Instant | null {
    return this.wakeAt;
  }

  members = (): readonly Member[] => this.view;
  member = (id: NodeId): Member | null => this.view.find(({ member }) => member === id) ?? null;
  caseOf = (member: NodeId): CaseFile | null => this.cases.get(member) ?? null;
  leader = (): NodeId | null => null;
  healthScore = (): number => 0;
  detectorStanding = () => [];
}
