/** Why a link could not be opened, for the one line that a person gets to read. */
import type { HostPort } from "./peer-addresses.js";

export type LinkOpenReason =
  | "in-use"
  | "not-our-address"
  | "not-permitted"
  | "not-found"
  | "no-ipv6"
  | "other";

const reasons: Readonly<Record<string, LinkOpenReason>> = {
  EADDRINUSE: "in-use",
  EADDRNOTAVAIL: "not-our-address",
  EACCES: "not-permitted",
  EPERM: "not-permitted",
  ENOTFOUND: "not-found",
  EAI_AGAIN: "not-found",
  EAFNOSUPPORT: "no-ipv6",
  EPROTONOSUPPORT: "no-ipv6",
};

const explanations: Readonly<Record<LinkOpenReason, string>> = {
  "in-use": "another process has it",
  "not-our-address": "it is not an address of this machine",
  "not-permitted": "this user may not listen there",
  "not-found": "the name was not found",
  "no-ipv6": "this machine has no IPv6",
  other: "the system refused it",
};

export const linkOpenReason = (code: string): LinkOpenReason => reasons[code] ?? "other";

/** The link is not open, and holds nothing. */
export class LinkOpenFailure extends Error {
  override readonly name = "LinkOpenFailure";
  readonly bind: HostPort;
  readonly reason: LinkOpenReason;

  /** @param code the system's own, for instance `EADDRINUSE` */
  constructor(bind: HostPort, reason: LinkOpenReason, code: string) {
    const host = bind.address.includes(":") ? `[${bind.address}]` : bind.address;
    super(`cannot listen on ${host}:${bind.port}: ${explanations[reason]} (${code})`);
    this.bind = bind;
    this.reason = reason;
  }
}
