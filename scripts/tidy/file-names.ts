/** Rules of names of files and folders. */
import type { Complaint, SourceText } from "./complaint.js";
import { publicFace } from "./rooms.js";

/**
 * Names that say nothing: what is put there could stand anywhere, and so everything ends up there.
 */
const emptyWords: readonly string[] = [
  "util",
  "utils",
  "helper",
  "helpers",
  "common",
  "manager",
  "base",
];

const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** What may stand between a file's name and the end: `run.test.ts`, `vitest.config.ts`. */
const fileEnd = /(\.(test|config))?\.(ts|mjs|js)$/;

export function checkFileName(source: SourceText): Complaint[] {
  const parts = source.path.replace(fileEnd, "").split("/");
  return parts.flatMap((part) => objections(part)).map((text) => atFile(source, text));
}

function objections(part: string): string[] {
  if (!kebabCase.test(part)) return [`${part}: names of files and folders are in kebab-case`];
  const empty = part.split("-").filter((word) => emptyWords.includes(word));
  return empty.map((word) => `"${word}" in a name says nothing: say what is in it`);
}

export function checkIndexFile(source: SourceText): Complaint[] {
  const isIndex = /(^|\/)index\.(ts|mjs|js)$/.test(source.path);
  if (!isIndex || source.path === publicFace) return [];
  return [atFile(source, `an index file: only ${publicFace} is a face; import the file itself`)];
}

const atFile = (source: SourceText, text: string): Complaint => ({
  path: source.path,
  line: 1,
  text,
});
