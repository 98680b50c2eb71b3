/** UDP addresses as people write them: `host:port`, and `[v6]:port` for IPv6. */
import { isIPv6 } from "node:net";

/** A host and a UDP port. */
export interface HostPort {
  /** An IPv4 or IPv6 address (without brackets), or a name for the resolver. */
  readonly address: string;
  readonly port: number;
}

export type AddressParsed =
  | { readonly ok: true; readonly value: HostPort }
  /** `expected` completes "expected ...". */
  | { readonly ok: false; readonly expected: string };

export const addressExpected =
  "an address such as 192.168.1.11:7400, pi-a.local:7400 or [fe80::1]:7400";

/** Names as RFC 1123 allows them; an IPv4 address passes, too. */
const hostPattern =
  /^(?=.{1,253}$)[a-zA-Z0-9]([a-zA-Z0-9-]{0,62})(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,62}))*$/;

export function parseAddress(input: unknown): AddressParsed {
  const match = typeof input === "string" ? /^(.+):([0-9]{1,5})$/.exec(input) : null;
  const [, host = "", digits = ""] = match ?? [];
  const port = Number(digits);
  if (match === null) return { ok: false, expected: addressExpected };
  // Port 0 would mean "any", and the peers could not know which.
  if (port < 1 || port > 65_535) return { ok: false, expected: "a port from 1 to 65535" };
  if (isIPv6(host)) return { ok: false, expected: `brackets around IPv6: [${host}]:${port}` };
  const address = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  const good = address === host ? isHost(host) : isIPv6(address);
  return good ? { ok: true, value: { address, port } } : { ok: false, expected: addressExpected };
}

/** Four numbers with dots are meant as an IPv4 address, so each must fit into a byte. */
function isHost(host: string): boolean {
  if (!hostPattern.test(host)) return false;
  if (!/^[0-9.]+$/.test(host)) return true;
  const parts = host.split(".");
  return parts.length === 4 && parts.every((part) => Number(part) <= 255);
}

/** Writes an address so that `parseAddress` reads it back. */
export const formatAddress = ({ address, port }: HostPort): string =>
  address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;

const mappedPrefix = "::ffff:";

/**
 * Where a datagram came from, as `parseAddress` reads it. A socket for both families shows an IPv4
 * peer under its mapped address (RFC 4291 section 2.5.5.2); people and other members know it by the
 * IPv4 one.
 */
export function formatOrigin(address: string, port: number): string {
  const isMapped = address.startsWith(mappedPrefix) && address.includes(".");
  return formatAddress({ address: isMapped ? address.slice(mappedPrefix.length) : address, port });
}
