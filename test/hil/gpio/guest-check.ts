/** A check that is made in a guest, beside those of the contract of pin boards. */
import type { SimChip } from "./sim-chips.js";
import type { SimLines } from "./sim-lines.js";

export interface Site {
  readonly gpio: "chardev" | "sysfs";
  readonly chip: SiteChip;
  readonly lines: SimLines;
}

/** The header's chip, which a check may remove and make again, with another number perhaps. */
export interface SiteChip extends Pick<SimChip, "base" | "label" | "lines" | "name"> {
  remove(): void;
  remake(): SimChip;
}

export interface GuestCheck {
  readonly name: string;
  /** @throws AssertionError where it is not so */
  run(site: Site): Promise<void>;
}
