/**
 * What the parts of a client share: its requests, its outputs of this step, and how it stands with
 * its session.
 */
import { type Duration, type Instant, micros } from "../../../kernel/time.js";
import type { Command } from "../ports.js";
import { type CallOutcome, refusedBy, type ServiceClientOutput } from "./calls.js";
import { changesSomething, type Draft, type Job, type Purpose } from "./job.js";
import type { Requests } from "./requests.js";
import type { SessionBelief } from "./session-belief.js";

export type SessionState =
  | { readonly kind: "none" }
  | { readonly kind: "opening" }
  | { readonly kind: "open"; readonly belief: SessionBelief }
  /** Its last command is on its way. */
  | { readonly kind: "closing"; readonly belief: SessionBelief }
  /** The user has to open another before any command is taken. */
  | { readonly kind: "lost" };

export class Desk {
  readonly requests: Requests;
  readonly #attemptMax: Duration;
  session: SessionState = { kind: "none" };
  #outputs: ServiceClientOutput[] = [];

  constructor(requests: Requests, attemptMax: Duration) {
    this.requests = requests;
    this.#attemptMax = attemptMax;
  }

  takeOutputs(): readonly ServiceClientOutput[] {
    const outputs = this.#outputs;
    for (const request of this.requests.takeSends()) outputs.push({ kind: "send", request });
    if (this.requests.takeReconnect()) outputs.push({ kind: "reconnect" });
    this.#outputs = [];
    return outputs;
  }

  emit(output: ServiceClientOutput): void {
    this.#outputs.push(output);
  }

  tell(call: number, outcome: CallOutcome): void {
    this.emit({ kind: "outcome", call, outcome });
  }

  /** The belief in the session, while there is one. */
  get belief(): SessionBelief | null {
    return this.session.kind === "open" || this.session.kind === "closing"
      ? this.session.belief
      : null;
  }

  /** Why a session's command is not taken; null where it is. */
  get sessionRefusal(): CallOutcome | null {
    switch (this.session.kind) {
      case "opening":
      case "open":
        return null;
      case "none":
        return refusedBy("not-in-session", "open a session first");
      default:
        return refusedBy("session-lost", "the session has ended: open another one first");
    }
  }

  /** @param attemptMax how long an answer may take, where it is less than for others */
  send(
    now: Instant,
    purpose: Purpose,
    draft: Draft,
    givenUpAt: Instant,
    attemptMax: Duration = this.#attemptMax,
  ): Job {
    const numbered = draft.kind === "command" && draft.numbered;
    const repeats = numbered || purpose.kind === "open" || !changesSomething(draft);
    const job: Job = {
      purpose,
      draft,
      repeats,
      insists: purpose.kind === "release",
      // What is sent once only is waited for as long as its caller does.
      attemptMax: repeats ? attemptMax : micros(Math.max(givenUpAt - now, 0)),
      givenUpAt,
      attempt: null,
      earlier: [],
      unanswered: 0,
      sentAfter: 0,
      notBefore: now,
      refusals: 0,
      doubtful: false,
      told: false,
      lastRefusal: null,
    };
    this.requests.add(now, job);
    return job;
  }

  /** A command of the session. */
  sendNumbered(now: Instant, purpose: Purpose, command: Command, givenUpAt: Instant): void {
    this.send(now, purpose, { kind: "command", numbered: true, command }, givenUpAt);
  }
}
