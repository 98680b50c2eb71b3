import { describe, expect, it } from "vitest";
import { formatAddress, parseAddress } from "../../src/host/address.js";

describe("addresses (CONFIG-1)", () => {
  it.each([
    ["10.0.0.1:7400", "10.0.0.1", 7400],
    ["pi-a.local:1", "pi-a.local", 1],
    ["localhost:65535", "localhost", 65_535],
    ["[::1]:7400", "::1", 7400],
    ["[fe80::1%eth0]:7400", "fe80::1%eth0", 7400],
  ])("reads %s, and writes it back", (text, address, port) => {
    expect(parseAddress(text)).toEqual({ ok: true, value: { address, port } });
    expect(formatAddress({ address, port })).toBe(text);
  });

  it.each([
    ["10.0.0.1", "an address such as"],
    ["10.0.0.1:", "an address such as"],
    [":7400", "an address such as"],
    ["10.0.0.256:7400", "an address such as"],
    ["10.0.1:7400", "an address such as"],
    ["a b:7400", "an address such as"],
    ["-a:7400", "an address such as"],
    ["[10.0.0.1]:7400", "an address such as"],
    ["[::1:7400", "an address such as"],
    ["10.0.0.1:0", "a port from 1 to 65535"],
    ["10.0.0.1:65536", "a port from 1 to 65535"],
    ["fe80::1:7400", "brackets around IPv6: [fe80::1]:7400"],
    [7400, "an address such as"],
  ])("refuses %j", (input, expected) => {
    const parsed = parseAddress(input);
    expect(parsed.ok ? "" : parsed.expected).toContain(expected);
  });
});
