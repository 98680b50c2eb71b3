/** Outputs that all detectors have. */
import type { NodeId } from "../kernel/ids.js";
import type { DetectorOutput } from "./detector.js";

export const nothing: readonly DetectorOutput[] = [];

/** Nothing at all where there are no targets. */
export const sendTo = (targets: readonly NodeId[], body: unknown): readonly DetectorOutput[] =>
  targets.length === 0 ? nothing : [{ kind: "send", targets, body }];

export const refusal = (from: NodeId): readonly DetectorOutput[] => [{ kind: "refused", from }];
