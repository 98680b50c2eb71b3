/** The section `hooks` of `holdfast.yaml`: commands that follow the right to drive. */
import { z } from "zod";
import { duration, mapping } from "./schema-parts.js";

const command = (description: string) =>
  z
    .array(z.string({ error: "a list of words" }), { error: "a list: a program and its words" })
    .min(1, { error: "at least a program" })
    .meta({ description, "x-default": "none" });

export const hooks = mapping({
  gain: command(
    "A program and its words, without a shell. It runs whenever this replica gets the right to " +
      "drive, again too, with HOLDFAST_TOKEN: so it must be idempotent.",
  ),
  loss: command("The same for when it loses the right, and for when it starts."),
  timeout: duration("A hook that takes longer is ended, and counts as failed.", "10s"),
}).partial();

export type HooksContent = z.output<typeof hooks>;
