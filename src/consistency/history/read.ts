/** What reading a history's text comes to, whatever the format. */
import type { FailureMeaning, History, Operation, OperationStatus } from "../operation.js";
import type { Value } from "../value.js";

export interface ReadHistory {
  readonly ok: true;
  readonly history: History;
  /** By which it is meant to be judged. */
  readonly model: string;
  /** What a person should know of how it was read. */
  readonly notes: readonly string[];
  /** Whether its times are microseconds; others are only known to be comparable. */
  readonly microseconds: boolean;
  /** Of an operation of the history: the line of the file where it is called, from 1. */
  lineOf(operation: Operation): number;
}

export interface ReadProblem {
  readonly ok: false;
  /** From 1. */
  readonly line: number;
  /** Within the line or the file, such as `ops[3].call`; empty: all of it. */
  readonly path: string;
  readonly expected: string;
}

export type HistoryRead = ReadHistory | ReadProblem;

/** Bounds of what is read: a check of more would not end. */
export const processLengthMax = 128;

/** Deeper values are refused: they are nobody's, and walking them would end the program. */
export const depthMax = 32;

export function isDeep(value: Value | undefined, left = depthMax): boolean {
  if (typeof value !== "object" || value === null) return false;
  return left === 0 || Object.values(value).some((inner) => isDeep(inner, left - 1));
}

export const deepExpected = `a value that is nested at most ${depthMax} deep`;

export const statusOf = (value: Value | undefined): OperationStatus | null => {
  // `info` is what Jepsen calls an unknown outcome.
  if (value === "info") return "unknown";
  return value === "ok" || value === "fail" || value === "unknown" ? value : null;
};

export const failureOf = (value: Value | undefined): FailureMeaning | null => {
  if (value === "cas-mismatch" || value === "observed") return "observed";
  return value === "removed" || value === "n/a" ? "removed" : null;
};

export const processOf = (value: Value | undefined): string | null => {
  const named = typeof value === "string" || typeof value === "number";
  return named && `${value}`.length <= processLengthMax ? `${value}` : null;
};
