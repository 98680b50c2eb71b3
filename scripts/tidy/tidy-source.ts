/** All rules, applied to one file. Each stands in docs/style.md with its reason. */
import { checkComments } from "./comments.js";
import { type Complaint, parseSource, type Rule } from "./complaint.js";
import { checkDeterminism } from "./determinism.js";
import { checkAny, checkDefaultExport } from "./exports.js";
import { checkFileName, checkIndexFile } from "./file-names.js";
import { checkFloors } from "./floors.js";
import { checkFileLength, checkFunctionLength, checkLineWidth, checkNesting } from "./measures.js";
import { checkSkippedTests } from "./test-code.js";

const rules: readonly Rule[] = [
  checkFloors,
  checkDeterminism,
  checkFileLength,
  checkFunctionLength,
  checkLineWidth,
  checkNesting,
  checkAny,
  checkDefaultExport,
  checkFileName,
  checkIndexFile,
  checkComments,
  checkSkippedTests,
];

/** @param path from the root of the repository, with `/` */
export function tidySource(path: string, text: string): Complaint[] {
  const source = parseSource(path, text);
  return rules.flatMap((rule) => rule(source)).sort((one, other) => one.line - other.line);
}

/** C has its compiler's warnings for the rest. */
export const tidyC = (path: string, text: string): Complaint[] =>
  [checkFileLength, checkLineWidth].flatMap((rule) => rule({ path, text }));
