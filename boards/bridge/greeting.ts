/**
 * Who is at the other end: the device is asked until it says `hello`, and what it says must fit. A
 * hello that nobody asked for is that of a device which was started again, and so is one with
 * another count of starts, or with a time that is not where it should be: an answer and a start
 * may look alike.
 */
import { unreachable } from "../../src/kernel/assert.js";
import { after, type Duration, due, type Instant, millis, seconds } from "../../src/kernel/time.js";
import type { PinRefusal } from "../pin-board.js";
import { clusterTag, noCluster, tagText } from "./cluster-tag.js";
import type { DeviceClock } from "./device-clock.js";
import { deviceKinds, type Hello, protocolVersion } from "./frames.js";
import { hostFrame } from "./host-frame.js";

/** A board that is reset by the opening of its port takes a second or two until it hears. */
const askEvery: Duration = millis(250);

/** The clocks of both may differ by so much between an ask and its answer. */
export const deviationMax: Duration = seconds(1);

export type DeviceName = keyof typeof deviceKinds;

export interface GreetingOptions {
  readonly expected: DeviceName;
  readonly cluster: string;
  readonly clock: DeviceClock;
  /** A device of another cluster is no reason to refuse it; left out, it is. */
  readonly rebind?: boolean;
  readonly send: (payload: Uint8Array) => void;
}

/** `first`: known now. `same`: the answer of the device that is known. */
export type Greeted = "first" | "same" | "reset" | "refused";

export class Greeting {
  readonly #options: GreetingOptions;
  readonly #tag: number;
  #hello: Hello | null = null;
  #refusal: PinRefusal | null = null;
  /** Null while there is nothing to ask. */
  #askAt: Instant | null = null;
  /** Answers that may still come. */
  #asked = 0;

  constructor(options: GreetingOptions) {
    this.#options = options;
    this.#tag = clusterTag(options.cluster);
  }

  get hello(): Hello | null {
    return this.#hello;
  }

  /** Why it cannot be used; null while that is not known, or it can. */
  get refusal(): PinRefusal | null {
    return this.#refusal;
  }

  /** Asks from now on, until there is an answer; what was known is compared with it. */
  begin(now: Instant): void {
    this.#askAt = now;
    this.#asked = 0;
    this.#refusal = null;
  }

  get asks(): boolean {
    return this.#askAt !== null;
  }

  stop(): void {
    this.#askAt = null;
  }

  tick(now: Instant): void {
    if (!due(this.#askAt, now)) return;
    this.#askAt = after(now, askEvery);
    this.#asked += 1;
    this.#options.send(hostFrame({ kind: "ask" }));
  }

  onOtherVersion(version: number): Greeted {
    this.#askAt = null;
    this.#refusal = refuse(
      `the firmware speaks protocol ${version}, and this Holdfast ${protocolVersion}: ` +
        "flash the firmware that came with it (firmware-bridge/hex)",
    );
    return "refused";
  }

  onHello(now: Instant, hello: Hello): Greeted {
    const greeted = this.#compare(now, hello);
    this.#askAt = null;
    this.#asked = Math.max(0, this.#asked - 1);
    this.#hello = hello;
    this.#refusal = this.#judge(hello);
    return this.#refusal === null ? greeted : "refused";
  }

  #compare(now: Instant, hello: Hello): Greeted {
    const known = this.#hello;
    if (known === null) return "first";
    const deviation = this.#options.clock.deviation(now, hello.time);
    const isLater = deviation !== null && deviation <= deviationMax;
    const isSame = this.#asked > 0 && hello.boots === known.boots && isLater;
    return isSame ? "same" : "reset";
  }

  #judge({ device, cluster }: Hello): PinRefusal | null {
    const { expected, cluster: name, rebind = false } = this.#options;
    if (device !== deviceKinds[expected]) return refuse(wrongDevice(expected, device));
    if (cluster === noCluster || cluster === this.#tag || rebind) return null;
    const [found, ours] = [tagText(cluster), tagText(this.#tag)];
    return refuse(
      `the firmware belongs to another cluster (${found}; ${name} is ${ours}): check the cables, ` +
        howToBind(expected, found),
    );
  }
}

function howToBind(expected: DeviceName, found: string): string {
  switch (expected) {
    case "bridge":
      return `or bind it anew with holdfast firmware bind --from ${found}`;
    case "voter":
      return "or let two of the replicas bind it anew with rebind: true";
    default:
      return unreachable(expected);
  }
}

function wrongDevice(expected: DeviceName, found: number): string {
  switch (expected) {
    case "bridge":
      return found === deviceKinds.voter
        ? "an output voter is on the line where a bridge should be: check the cables, or the port"
        : `a device of kind ${found} is on the line where a bridge should be: flash the bridge`;
    case "voter":
      return found === deviceKinds.bridge
        ? "a bridge is on the line where an output voter should be: check the cables, or the port"
        : `a device of kind ${found} is on the line where an output voter should be: flash it`;
    default:
      return unreachable(expected);
  }
}

const refuse = (message: string): PinRefusal => ({ ok: false, reason: "not-supported", message });
