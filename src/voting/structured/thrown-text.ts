/** What was thrown by code that is not ours, as text: it may be anything, and may throw again. */

const unitsMax = 300;

export function thrownText(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown).slice(0, unitsMax);
  } catch {
    return "something that has no text";
  }
}
