/** A frame, from the envelope to the answer. */
import { unreachable } from "../kernel/assert.js";
import type { Frame } from "./hearing.js";
import { type Message, parseMessage } from "./messages.js";
import type { Parts } from "./parts.js";
import type { MembershipInput } from "./ports.js";

export type FrameInput = Extract<MembershipInput, { kind: "message" }>;

export class Receiving {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  receive(frame: FrameInput): void {
    const { view, own } = this.#parts;
    if (frame.from === view.names.nameOf(view.self)) {
      // Frames of our own come back to us, or of somebody who has our name.
      if (frame.life > own.life) this.#loseIdentity(frame.life, frame.origin);
      return;
    }
    const message = frame.life > 0 ? parseMessage(frame.body) : null;
    if (message === null) {
      view.refuse(frame.from, "malformed");
      return;
    }
    const heard = this.#parts.hearing.hear(frame, message);
    switch (heard.kind) {
      case "refused":
        view.refuse(frame.from, heard.reason);
        break;
      case "outlived":
        this.#onOutlived(heard.number);
        break;
      case "member":
        this.#onMember(frame, message, heard.number, heard.isBehind);
        break;
      default:
        unreachable(heard);
    }
  }

  /** It does not know that it was replaced: it is told what we have heard ourselves. */
  #onOutlived(number: number): void {
    const { answers, view, speaking } = this.#parts;
    if (!answers.take(number, view.now)) return;
    const life = view.table.lifeOf(number);
    speaking.say(number, { kind: "outlived", life }, []);
  }

  #onMember(frame: FrameInput, message: Message, number: number, isBehind: boolean): void {
    const { view, hearing, own, speaking } = this.#parts;
    const { content } = message;
    const isList = content.kind === "sync-request" || content.kind === "sync-reply";
    const malformed = message.malformedClaims > 0 ? "malformed" : null;
    const refused = hearing.takeClaims(frame, message.claims, isList) ?? malformed;
    if (refused !== null) view.refuse(frame.from, refused);
    // Its own claims may have made room with its tombstone.
    if (view.names.numberOf(frame.from) !== number) return;
    hearing.seen(number, frame.origin);
    own.settle();
    this.#onContent(frame, message, number);
    this.#parts.carrying.carryAll();
    if (isBehind || speaking.isAccused(number) || this.#saidToHaveLeft(frame, message, number)) {
      speaking.warn(number);
    }
  }

  #onContent(frame: Frame, { content }: Message, number: number): void {
    const { view, watching, lists, joining, answers, speaking, own } = this.#parts;
    if (content.kind !== "outlived") own.spokenTo();
    switch (content.kind) {
      case "carry":
        if (content.detector === null || !this.#isWatched(number)) return;
        watching.feed({ kind: "message", from: frame.from, body: content.detector });
        break;
      case "sync-request":
        lists.requested(number, content.page);
        break;
      case "sync-reply":
        joining.done();
        break;
      case "ask":
        if (!answers.take(number, view.now)) return;
        speaking.tell(number, { kind: "carry", detector: null });
        break;
      case "outlived":
        if (!own.isOutlived(frame.from, content.life)) return;
        this.#loseIdentity(content.life, null);
        break;
      default:
        unreachable(content);
    }
  }

  /** It speaks, so it has not left; unless this is the goodbye itself, or comes after it. */
  #saidToHaveLeft({ from }: Frame, { claims }: Message, number: number): boolean {
    if (this.#parts.view.table.stateOf(number) !== "left") return false;
    return claims.every(({ status, member }) => status !== "left" || member !== from);
  }

  #isWatched(number: number): boolean {
    const state = this.#parts.view.table.stateOf(number);
    return state !== "dead" && state !== "left";
  }

  #loseIdentity(life: number, address: string | null): void {
    this.#parts.speaking.fallSilent();
    this.#parts.view.event({ kind: "identity-lost", life, address });
  }
}
