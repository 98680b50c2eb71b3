import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ClosableLink } from "../../src/host/addressed-link.js";
import { LateLink, type LateLinkTrouble, reconnectAfter } from "../../src/host/late-link.js";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import type { LinkCounts } from "../../src/wire/link.js";

const [n1, n2] = [nodeId("n1"), nodeId("n2")];
const frame = new Uint8Array([1]);

class CountingLink implements ClosableLink {
  sent = 0;
  closed = false;

  send(targets: readonly NodeId[]): void {
    this.sent += targets.length;
  }

  counts(): LinkCounts {
    return { sent: this.sent, received: 1, dropped: 0, failed: 0, tooLong: 0 };
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

/** A link whose attempts a test lets fail. */
async function rig(failures: number) {
  const links: CountingLink[] = [];
  const fails: ((reason: string) => void)[] = [];
  const troubles: LateLinkTrouble[] = [];
  let left = failures;
  const late = await LateLink.open({
    connect: async (onFailed) => {
      left -= 1;
      if (left >= 0) throw new Error("in use");
      fails.push(onFailed);
      const link = new CountingLink();
      links.push(link);
      return link;
    },
    onTrouble: (trouble) => troubles.push(trouble),
  });
  return { late, links, fails, troubles };
}

describe("LATE-1: a link that may not be there", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is opened again until it is, told once, and counts what could not be sent", async () => {
    const { late, links, troubles } = await rig(3);
    late.send([n1, n2], frame);
    expect(late.counts()).toMatchObject({ sent: 0, failed: 2 });
    await vi.advanceTimersByTimeAsync(2 * reconnectAfter);
    expect(troubles).toEqual([{ kind: "link-absent", reason: "in use" }]);
    await vi.advanceTimersByTimeAsync(reconnectAfter);
    expect(troubles.at(-1)).toEqual({ kind: "link-there" });
    late.send([n1], frame);
    expect(links[0]?.sent).toBe(1);
    expect(late.counts()).toMatchObject({ sent: 1, failed: 2, received: 1 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is there at once where it can be, and says nothing", async () => {
    const { late, links, troubles } = await rig(0);
    late.send([n1], frame);
    expect([links.length, links[0]?.sent, troubles.length]).toEqual([1, 1, 0]);
  });

  it("is closed and opened again when it has failed, its counts kept", async () => {
    const { late, links, fails, troubles } = await rig(0);
    late.send([n1], frame);
    fails[0]?.("EIO");
    fails[0]?.("EIO");
    expect(troubles).toEqual([{ kind: "link-absent", reason: "EIO" }]);
    late.send([n1], frame);
    await vi.advanceTimersByTimeAsync(reconnectAfter);
    late.send([n1], frame);
    expect([links[0]?.closed, links.length]).toEqual([true, 2]);
    expect(late.counts()).toMatchObject({ sent: 2, failed: 1, received: 2 });
  });

  it("opens nothing after its close, and leaves no timer", async () => {
    const { late, links } = await rig(1);
    await late.close();
    await vi.advanceTimersByTimeAsync(10 * reconnectAfter);
    expect([links.length, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it("closes what opens too late", async () => {
    const opened = new CountingLink();
    let open: (link: ClosableLink) => void = () => {};
    let attempts = 0;
    const late = await LateLink.open({
      connect: () => {
        attempts += 1;
        if (attempts === 1) return Promise.reject(new Error("in use"));
        return new Promise((resolve) => {
          open = resolve;
        });
      },
      onTrouble: () => {},
    });
    await vi.advanceTimersByTimeAsync(reconnectAfter);
    await late.close();
    open(opened);
    await vi.advanceTimersByTimeAsync(1);
    expect(opened.closed).toBe(true);
  });
});
