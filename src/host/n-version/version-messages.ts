/** What a version's thread or process and its keeper say to one another. */
import type { PlainLimits, PlainValue } from "../../voting/structured/plain-value.js";

/** Which version to serve: the first that is told. */
export interface VersionTask {
  /** The address of the module, as `import` takes it. */
  readonly href: string;
  /** What the module is called in messages. */
  readonly file: string;
  readonly answerLimits: PlainLimits;
}

/** To the version. It is busy with one at a time. */
export interface RunMessage {
  readonly call: number;
  readonly input: PlainValue;
}

/** From the version. */
export type VersionMessage =
  /** The module is loaded. Once, before all others. */
  | { readonly kind: "ready" }
  /** The module cannot be used; `message` says what was expected. It ends. */
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "answered"; readonly call: number; readonly value: unknown }
  | {
      readonly kind: "failed";
      readonly call: number;
      readonly reason: "threw" | "malformed";
      readonly message: string;
    };

/** The version shares the channel, and could say anything: what is no message is not heard. */
export function parseVersionMessage(message: unknown): VersionMessage | null {
  if (typeof message !== "object" || message === null) return null;
  const { kind, call, reason, message: text, value } = message as Record<string, unknown>;
  if (kind === "ready") return { kind };
  if (kind === "refused" && typeof text === "string") return { kind, message: text };
  if (typeof call !== "number") return null;
  if (kind === "answered") return { kind, call, value };
  const isReason = reason === "threw" || reason === "malformed";
  if (kind !== "failed" || !isReason || typeof text !== "string") return null;
  return { kind, call, reason, message: text };
}
