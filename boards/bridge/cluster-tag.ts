/** The two bytes by which a firmware knows its cluster; see firmware-bridge/protocol.md. */
import { crc16CcittFalse } from "../../src/codes/crc/catalogue.js";

/** A firmware that is bound to none. */
export const noCluster = 0;

/** Stands for a name whose checksum is 0, which would mean "none". */
const insteadOfNone = 0xffff;

export function clusterTag(name: string): number {
  const checksum = crc16CcittFalse(new TextEncoder().encode(name));
  return checksum === noCluster ? insteadOfNone : checksum;
}

export const tagText = (tag: number): string => tag.toString(16).toUpperCase().padStart(4, "0");
