/** What the kernel says, as the port of a disk has it. */
import type { DiskFailure } from "../../recovery/disk.js";

export function failureOf(error: unknown): DiskFailure {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOSPC":
    case "EDQUOT":
      return "full";
    case "EROFS":
      return "read-only";
    case "ENOENT":
      return "absent";
    case "EACCES":
    case "EPERM":
    case "ELOOP":
      return "not-permitted";
    default:
      return "io";
  }
}
