/** The contract of a link over the real thing: serial ports of the package, on a triangle. */
import { expect, onTestFinished } from "vitest";
import { openSerialPort } from "../../../src/host/serial/open-serial-port.js";
import { crossTerminals } from "../../../src/host/serial/pseudo-terminal.js";
import { type LineOptions, StreamLink } from "../../../src/host/stream-link.js";
import type { NodeId } from "../../../src/kernel/ids.js";
import { linkContract, type OpenLinks } from "../../contracts/link.js";
import { terminal, whyNoTerminals } from "./support/cable.js";

/** Nothing is held back to a rate here: a pseudo terminal has none. */
const bytesPerSecond = 10_000_000;

const lineTo = (path: string, peer: NodeId): LineOptions => ({
  ...{ name: `to ${peer}`, peers: [peer], bytesPerSecond },
  open: () => openSerialPort({ path, baudRate: 115_200 }),
});

const openTriangle: OpenLinks = async (nodes, onDatagram) => {
  const lines = new Map<NodeId, LineOptions[]>(nodes.map((node) => [node, []]));
  for (const [index, one] of nodes.entries()) {
    for (const other of nodes.slice(index + 1)) {
      const [here, there] = [terminal(), terminal()];
      crossTerminals(here, there);
      lines.get(one)?.push(lineTo(here.path, other));
      lines.get(other)?.push(lineTo(there.path, one));
    }
  }
  const links = new Map<NodeId, StreamLink>();
  for (const [self, own] of lines) {
    const link = await StreamLink.open({
      ...{ self, lines: own, onTrouble: (trouble) => expect.fail(JSON.stringify(trouble)) },
      onDatagram: (bytes) => onDatagram(self, bytes),
    });
    onTestFinished(() => link.close());
    links.set(self, link);
  }
  return links;
};

const why = whyNoTerminals();
if (why === null) linkContract("SERIAL-4: serial ports on a triangle", openTriangle);
else console.warn(`SKIPPED, no pseudo terminals here: ${why}`);
