/** A check of a firmware in simavr. */
import type { HexFiles } from "./hex-files.js";

export interface AvrCheck {
  readonly name: string;
  /** @throws AssertionError where it is not so */
  run(files: HexFiles): Promise<void>;
}
