/** The serial lines between the replicas. Every error text here completes "expected ...". */
import { z } from "zod";
import { mapping, named, text, whole } from "./schema-parts.js";

/** Two lines between each two of fifteen nodes would be more; nobody has so many ports. */
export const serialLinesMax = 105;

const portExpected =
  "a device such as /dev/serial/by-id/... or /dev/ttyAMA0, or usb:vendor:product[:serial number]";

const portPattern = /^(\/\S.*|[uU][sS][bB]:[0-9a-fA-F]{4}:[0-9a-fA-F]{4}(:\S.*)?)$/;

const line = mapping({
  name: text("a name of letters, digits, - and _, at most 32", /^[A-Za-z0-9_-]{1,32}$/, {
    description: "What messages call the line.",
    fallback: "its nodes, joined with -",
  }).optional(),
  baudRate: whole("a whole number from 300 to 4000000, such as 115200", 300, 4_000_000, {
    description: "Its rate in bits per second, the same at all its ends.",
  }),
  ports: named(
    text(portExpected, portPattern, {
      description: "Where the node of that name has the line. Three nodes or more share it: a bus.",
    }),
  ),
});

export const serial = z
  .array(line, { error: "a list of lines, each with baudRate and ports" })
  .max(serialLinesMax, { error: `at most ${serialLinesMax} lines` });
