/** The JSON Schema of `holdfast.yaml`, for editors: they then complete keys and mark mistakes. */
import { z } from "zod";
import { fileSchema } from "./schema.js";

export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(fileSchema, { io: "input", target: "draft-7" });
  return { ...schema, title: "holdfast.yaml" };
}
