/**
 * The body of a heartbeat frame: an array whose first field is the count of the beat since its
 * sender's start. Fields after it are for later versions and are not looked at.
 */
import { asInteger, asList } from "../../wire/shape.js";

/** A body with more fields than this is refused. */
export const beatFieldsMax = 8;

export const beatBody = (count: number): unknown => [count];

/** The count of the beat, or `null` for a body that is no beat; then nothing has changed. */
export function parseBeat(body: unknown): number | null {
  const fields = asList(body, beatFieldsMax);
  return fields === null ? null : asInteger(fields[0], 1, Number.MAX_SAFE_INTEGER);
}
