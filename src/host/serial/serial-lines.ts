/** The serial lines of a cluster, as all its replicas know them. */
import type { NodeId } from "../../kernel/ids.js";

export interface SerialLine {
  /** For messages and counts; each once. */
  readonly name: string;
  /** In bits per second; a byte takes ten of them, with a start and a stop bit. */
  readonly baudRate: number;
  /**
   * By node, its port: `/dev/...` or `usb:vendor:product[:serial]`. Two nodes are a line of wires
   * each way, more are a bus that they share.
   */
  readonly ports: ReadonlyMap<NodeId, string>;
}

/** What UARTs and USB adapters do; another rate may work, if both ends do it. */
export const usualBaudRates: readonly number[] = [
  ...[1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 500_000],
  ...[576_000, 921_600, 1_000_000, 1_152_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000],
  ...[3_500_000, 4_000_000],
];

const bitsPerByte = 10;

/** What a node may send: on a bus, its share. */
export const bytesPerSecondOf = ({ baudRate, ports }: SerialLine): number =>
  baudRate / bitsPerByte / (ports.size === 2 ? 1 : ports.size);

/** Those that a node is on. */
export const linesOf = (lines: readonly SerialLine[], node: NodeId): readonly SerialLine[] =>
  lines.filter(({ ports }) => ports.has(node));
