/**
 * Notices that the device of an open line has gone where the kernel tells nothing: its name was
 * taken away, or given to another one. Looking costs a `stat` of a file that is in memory.
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
  readonly every: Duration;
  readonly view: PortView;
}

/** Until the stream is closed; it is destroyed with a `SerialLoss`. */
export function watchNode(stream: Duplex, { path, opened, every, view }: NodeWatchOptions): void {
  const timer = setInterval(() => {
    const node = view.node(path);
    if (node !== null && isSame(node, opened)) return;
    clearInterval(timer);
    const what = node === null ? "is gone" : "is another device now";
    stream.destroy(new SerialLoss("device-gone", `${path} ${what}`));
  }, every / 1_000).unref();
  stream.once("close", () => clearInterval(timer));
}

const isSame = (one: DeviceNode, other: DeviceNode): boolean =>
  one.inode === other.inode && one.major === other.major && one.minor === other.minor;
