/** Arms a bridge as a watchdog of this host, and waits until it says that it is. */
import type { Clock } from "../../src/host/monotonic-clock.js";
import { type TellWatchdog, WatchdogRefusal } from "../../src/host/watchdog/watchdog-device.js";
import { after, type Duration, due, seconds } from "../../src/kernel/time.js";
import type { BridgeBoard } from "./bridge-board.js";
import {
  type BridgeWatchdog,
  bridgeDevice,
  bridgeTimeoutMax,
  bridgeTimeoutMin,
} from "./bridge-watchdog.js";

export interface BridgeArming {
  readonly clock: Clock;
  /** From the last pet to the safe outputs, at most. */
  readonly timeout: Duration;
  readonly tell: TellWatchdog;
}

const answerTimeout = seconds(1);

/** In milliseconds. */
const lookEvery = 5;

/** Rejects with a `WatchdogRefusal`; then it is not armed. */
export async function armBridgeWatchdog(
  board: BridgeBoard,
  { clock, timeout, tell }: BridgeArming,
): Promise<BridgeWatchdog> {
  if (timeout < bridgeTimeoutMin || timeout > bridgeTimeoutMax) {
    const [least, most] = [bridgeTimeoutMin / seconds(1), bridgeTimeoutMax / seconds(1)];
    const found = `${timeout / seconds(1)} s`;
    const message = `it can wait from ${least} to ${most} s, not ${found}`;
    throw new WatchdogRefusal(bridgeDevice, "timeout", message);
  }
  const watchdog = board.armWatchdog(timeout, tell);
  const until = after(clock.now(), answerTimeout);
  while (!watchdog.isArmed && !due(until, clock.now())) {
    await new Promise((resolve) => setTimeout(resolve, lookEvery));
  }
  if (watchdog.isArmed) return watchdog;
  await watchdog.close();
  const health = board.health(clock.now());
  const why = health.kind === "lost" ? health.message : `the bridge is ${health.kind}`;
  throw new WatchdogRefusal(bridgeDevice, "other", `it did not confirm: ${why}`);
}
