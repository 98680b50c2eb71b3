/**
 * Linux's rt-tester, from ../shared/oracles/priority-inheritance.json: one test a scenario.
 *
 * There `lock` stops a woken waiter before it takes the lock, until `lockcont`; `locknowait` runs
 * on by itself. So of the waiters here, those that came by a "nowait" claim as soon as they are woken.
 * `signal` interrupts a wait, whose result is then EINTR.
 */
import { describe, expect, it } from "vitest";
import { Contention } from "../../../src/scheduling/contention/contention.js";
import { priority } from "../../../src/scheduling/priority.js";
import { readOracle } from "../../support/oracles.js";

type Step = readonly ["C" | "W" | "T", string, number, number];

interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly threads: number;
  readonly locks: number;
  readonly steps: readonly Step[];
}

const interrupted = -4;
const oracle = readOracle<{ readonly scenarios: readonly Scenario[] }>("priority-inheritance.json");
const taskOf = (thread: number): string => `T${thread}`;
const resourceOf = (lock: number): string => `L${lock}`;

class Tester {
  readonly #contention = new Contention();
  readonly #runsOn = new Set<string>();
  readonly #results = new Map<string, number>();

  constructor({ threads, locks }: Scenario) {
    for (let thread = 0; thread < threads; thread += 1)
      this.#contention.addTask(taskOf(thread), priority(0));
    for (let lock = 0; lock < locks; lock += 1)
      this.#contention.addResource({ name: resourceOf(lock), protocol: { kind: "inheritance" } });
  }

  play([kind, op, thread, arg]: Step): void {
    const task = taskOf(thread);
    const context = `${kind}: ${op}: ${thread}: ${arg}`;
    if (kind === "C") this.#command(op, task, arg);
    else expect(this.#seen(op, task, arg), context).toBe(true);
  }

  #command(op: string, task: string, arg: number): void {
    const resource = resourceOf(arg);
    switch (op) {
      case "schedother":
        this.#contention.setBase(task, priority(0));
        break;
      case "schedfifo":
        this.#contention.setBase(task, priority(arg));
        break;
      case "lock":
      case "lockint":
        this.#lock(task, resource, false);
        break;
      case "locknowait":
      case "lockintnowait":
        this.#lock(task, resource, true);
        break;
      case "lockcont":
        this.#contention.claim(task, resource);
        break;
      case "unlock":
        this.#unlock(task, resource);
        break;
      case "signal":
        this.#results.set(task, interrupted);
        this.#run(this.#contention.stopWaiting(task), resource);
        break;
      default:
        expect.unreachable(`a command that is not known: ${op}`);
    }
  }

  #lock(task: string, resource: string, runsOn: boolean): void {
    if (runsOn) this.#runsOn.add(task);
    else this.#runsOn.delete(task);
    expect(this.#contention.lock(task, resource).kind).not.toBe("refused");
  }

  #unlock(task: string, resource: string): void {
    const answer = this.#contention.unlock(task, resource);
    expect(answer.kind).toBe("unlocked");
    if (answer.kind === "unlocked") this.#run(answer.woken, resource);
  }

  #run(woken: string | null, resource: string): void {
    if (woken !== null && this.#runsOn.has(woken)) this.#contention.claim(woken, resource);
  }

  #seen(op: string, task: string, arg: number): boolean {
    switch (op) {
      case "prioeq":
        return this.#contention.effective(task) === arg;
      case "priolt":
        return this.#contention.effective(task) < arg;
      case "opcodeeq":
        return this.#results.get(task) === arg;
      default:
        return this.#lockState(task, resourceOf(arg)) === op;
    }
  }

  #lockState(task: string, resource: string): string {
    if (this.#contention.holder(resource) === task) return "locked";
    if (!this.#contention.waiters(resource).includes(task)) return "unlocked";
    return this.#contention.isWoken(task) ? "blockedwake" : "blocked";
  }
}

describe.skipIf(oracle === null)("INHERIT-1: rt-tester", () => {
  for (const scenario of oracle?.scenarios ?? []) {
    it(`${scenario.name}: ${scenario.about}`, () => {
      const tester = new Tester(scenario);
      for (const step of scenario.steps) tester.play(step);
      expect(scenario.steps.length).toBeGreaterThan(0);
    });
  }
});
