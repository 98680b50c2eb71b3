/**
 * docs/config.md documents every key, and the schema is what holds: this keeps them together.
 * `UPDATE_DOCS=1 npx vitest run test/config/docs.test.ts` writes the table anew.
 */
import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { singleKeys, variableOf } from "../../src/config/environment.js";
import { configJsonSchema } from "../../src/config/json-schema.js";
import { parseDuration } from "../../src/config/quantity.js";
import { fileSchema } from "../../src/config/schema.js";
import { type SchemaKey, schemaKeys } from "../../src/config/schema-keys.js";
import { healthOptions } from "../../src/voting/health/options.js";

const begin = "<!-- keys: begin -->\n";
const end = "<!-- keys: end -->";

function row(key: SchemaKey): string {
  const absent = key.required ? "required" : (key.fallback ?? "");
  const cell = (text: string) => text.replaceAll("|", "\\|");
  return `| \`${key.path}\` | ${cell(key.expected)} | ${cell(absent)} | ${cell(key.description)} |`;
}

const table = [
  "| key | expected | when absent | meaning |",
  "|---|---|---|---|",
  ...schemaKeys.map(row),
  "",
].join("\n");

/** Defaults that the table has words for, of a tolerance of 1. */
const said: Readonly<Record<string, string>> = {
  "a tenth of the tolerance": "0.1",
  "the tolerance": "1",
  "twice the tolerance": "2",
  "no limit": "Infinity",
  none: "",
};

describe("the documentation of the keys (CONFIG-10)", () => {
  it("has the table of the schema", async () => {
    const text = await readFile("docs/config.md", "utf8");
    const [head = "", rest = ""] = text.split(begin);
    const [documented = "", tail = ""] = rest.split(end);
    if (process.env["UPDATE_DOCS"] === "1") {
      await writeFile("docs/config.md", `${head}${begin}${table}${end}${tail}`);
      return;
    }
    expect(documented).toBe(table);
  });

  it("every single value has a meaning", () => {
    for (const key of schemaKeys.filter(({ kind }) => kind !== "mapping" && kind !== "list")) {
      expect(key.description, key.path).not.toBe("");
    }
    expect(singleKeys.map(({ path }) => variableOf(path))).toContain("HOLDFAST_BOARD_KIND");
  });

  it("an editor gets a JSON Schema that refuses unknown keys (CONFIG-7)", () => {
    const schema = configJsonSchema();
    expect(schema).toMatchObject({
      $schema: expect.stringContaining("json-schema.org"),
      type: "object",
      additionalProperties: false,
      required: ["cluster", "app", "nodes", "board"],
    });
    const properties = schema["properties"] as Record<string, unknown>;
    expect(Object.keys(properties)).toEqual(Object.keys(fileSchema.shape));
    expect(properties["timing"]).toMatchObject({ additionalProperties: false });
  });

  it("the options of channel health are those of the voting room", () => {
    const options = healthOptions({}, 1);
    const path = "voting.*.health.";
    const keys = schemaKeys.filter((key) => key.path.startsWith(path));
    expect(keys.map((key) => key.path.slice(path.length)).sort()).toEqual(
      Object.keys(options).sort(),
    );
    for (const key of keys) {
      const name = key.path.slice(path.length) as keyof typeof options;
      const fallback = key.fallback ?? "";
      const length = parseDuration(fallback);
      expect(said[fallback] ?? (length.ok ? length.value : fallback), name).toBe(
        length.ok ? options[name] : String(options[name]),
      );
    }
  });
});
