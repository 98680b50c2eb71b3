/** What happened to a device, for logs; each once when it begins, and not while it lasts. */
import { unreachable } from "../../src/kernel/assert.js";
import { resetCauses, results } from "./frames.js";

export type BridgeEvent =
  | { readonly kind: "line-lost"; readonly code: string }
  | { readonly kind: "line-restored" }
  /** Bytes come, and no frames. */
  | { readonly kind: "line-garbled"; readonly hint: string }
  /** It was started again without being asked; bits of `resetCauses`. */
  | { readonly kind: "reset"; readonly cause: number; readonly boots: number }
  | { readonly kind: "silent" }
  /** It is heard, and takes commands. */
  | { readonly kind: "live" }
  /** It is heard, and does not answer commands. */
  | { readonly kind: "deaf" }
  | { readonly kind: "unusable"; readonly message: string }
  /** The device found this host hung: its outputs are safe. */
  | { readonly kind: "supervision-failed" }
  | { readonly kind: "supervision-armed" }
  | { readonly kind: "pin-refused"; readonly pin: string; readonly result: number };

export const eventLevel = (event: BridgeEvent): "info" | "warn" =>
  event.kind === "live" || event.kind === "line-restored" || event.kind === "supervision-armed"
    ? "info"
    : "warn";

export function eventText(event: BridgeEvent): string {
  switch (event.kind) {
    case "line-lost":
      return `its line was lost (${event.code}); it is opened again and again`;
    case "line-restored":
      return "its line is there again";
    case "line-garbled":
      return `what comes over its line is no frame: ${event.hint}`;
    case "reset":
      return `it was reset (${causeText(event.cause)}), start ${event.boots} since power came on`;
    case "silent":
      return "it is silent: hung, in its reset, or the wire from it is broken";
    case "live":
      return "it is live";
    case "deaf":
      return "it is heard and answers no command: check the wire to it";
    case "unusable":
      return event.message;
    case "supervision-failed":
      return "it found this host hung, and made its outputs safe";
    case "supervision-armed":
      return "it supervises this host";
    case "pin-refused":
      return `it refuses ${event.pin}: ${resultText(event.result)}`;
    default:
      return unreachable(event);
  }
}

/** What a device means by a result, in the words of its page. */
export const resultText = (result: number): string => resultTexts.get(result) ?? `result ${result}`;

const resultTexts: ReadonlyMap<number, string> = new Map([
  [results.anotherCluster, "it is bound to another cluster"],
  [results.noSuchPin, "no such pin, or not configured for that"],
  [results.outOfRange, "out of range"],
  [results.supervisionFailed, "it found this host hung, and is to be armed again"],
  [results.notBound, "it is bound to no cluster yet"],
  [results.staleToken, "by a right to drive that is older than one that it has seen"],
]);

const causeWords: readonly (readonly [number, string])[] = [
  [resetCauses.power, "power"],
  [resetCauses.external, "reset pin"],
  [resetCauses.brownOut, "brown-out"],
  [resetCauses.watchdog, "watchdog"],
];

/** The words of the bits that are set; a boot loader may have cleared all of them. */
export function causesOf(bits: number): readonly string[] {
  const words = causeWords.filter(([bit]) => (bits & bit) !== 0).map(([, word]) => word);
  return words.length > 0 ? words : ["unknown cause"];
}

export const causeText = (bits: number): string => causesOf(bits).join(", ");
