/**
 * Why a board on a serial line cannot be had, as a refusal of pins: for the codes of our own
 * opener, whose messages name the line and say what to do, and for those of the system.
 */
import type { PinRefusal, PinRefusalReason } from "../../../boards/pin-board.js";
import { systemCode } from "../udp-socket.js";
import type { SerialOpenReason } from "./serial-open-failure.js";

/** A record: the compiler asks for a reason that is new. */
const ownReasons: Readonly<Record<SerialOpenReason, PinRefusalReason>> = {
  "no-such-port": "lost",
  ambiguous: "lost",
  "not-permitted": "no-permission",
  "in-use": "in-use",
  "not-a-serial-line": "not-able",
  "rate-not-possible": "not-able",
  "package-missing": "not-supported",
  other: "system-error",
};

const group = "; join the group dialout (sudo usermod -aG dialout $USER) and log in anew";
const plug = "; is it plugged in?";

/** Of another opener. */
const systemReasons: ReadonlyMap<string, readonly [PinRefusalReason, string]> = new Map([
  ["EACCES", ["no-permission", group]],
  ["EPERM", ["no-permission", group]],
  ["EBUSY", ["in-use", "; another program has it open"]],
  ["ENOENT", ["lost", plug]],
  ["ENODEV", ["lost", plug]],
  ["ENXIO", ["lost", plug]],
]);

/** The `serialport` package gives words and no code. */
const words: readonly (readonly [RegExp, string])[] = [
  [/permission denied/i, "EACCES"],
  [/cannot lock port/i, "EBUSY"],
  [/no such file/i, "ENOENT"],
];

/**
 * @param error what the opener rejected with
 * @param name of the line, where there is one to put before words that may not have it
 */
export function lineRefusal(error: unknown, name: string | null = null): PinRefusal {
  const code = systemCode(error);
  const text = error instanceof Error ? error.message : String(error);
  if (isOwn(code)) return { ok: false, reason: ownReasons[code], message: text };
  const [, worded = code] = words.find(([word]) => word.test(text)) ?? [];
  const [reason, whatToDo] =
    systemReasons.get(code) ?? systemReasons.get(worded) ?? (["system-error", ""] as const);
  const head = name === null ? "" : `${name}: `;
  return { ok: false, reason, message: `${head}the line cannot be opened: ${text}${whatToDo}` };
}

const isOwn = (code: string): code is SerialOpenReason => Object.hasOwn(ownReasons, code);
