/**
 * Notices that an open line has gone where nobody tells: its name was taken away, or given to
 * another device, or the kernel hung it up while it was being read. In that case the `serialport`
 * package reads nothing, again and again, for ever. Looking costs a `stat` of a file that is in
 * memory, and a write of no bytes.
 */
import type { Duplex } from "node:stream";
import type { Duration } from "../../kernel/time.js";
import { SerialLoss } from "./port-stream.js";
import type { DeviceNode, PortView } from "./port-view.js";

export interface NodeWatchOptions {
  /** What is looked at: it may be a link to the device. */
  readonly path: string;
  /** What it was when the line was opened. */
  readonly opened: DeviceNode;
  /** Asks the line itself. */
  readonly isHungUp: () => boolean;
  readonly every: Duration;
  readonly view: PortView;
}

/** Until the stream is closed; it is destroyed with a `SerialLoss`. */
export function watchNode(stream: Duplex, options: NodeWatchOptions): void {
  const timer = setInterval(() => {
    const loss = lossOf(options);
    if (loss === null) return;
    clearInterval(timer);
    stream.destroy(loss);
  }, options.every / 1_000).unref();
  stream.once("close", () => clearInterval(timer));
}

function lossOf({ path, opened, isHungUp, view }: NodeWatchOptions): SerialLoss | null {
  if (isHungUp()) return new SerialLoss("disconnected", `${path} was hung up`);
  const node = view.node(path);
  if (node === null) return new SerialLoss("device-gone", `${path} is gone`);
  if (isSame(node, opened)) return null;
  return new SerialLoss("device-gone", `${path} is another device now`);
}

const isSame = (one: DeviceNode, other: DeviceNode): boolean =>
  one.inode === other.inode && one.major === other.major && one.minor === other.minor;
