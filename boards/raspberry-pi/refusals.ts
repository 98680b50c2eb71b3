/** Refusals of this room: a reason, and a sentence that says what to do. */
import { constants } from "node:os";
import type { MachineView } from "../../src/host/doctor/machine-view.js";
import type { PinRefusal, PinRefusalReason } from "../pin-board.js";

export const refused = (reason: PinRefusalReason, message: string): PinRefusal => ({
  ok: false,
  reason,
  message,
});

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** `EBUSY` for its number; numbers that the C library does not know have none. */
export const errorName = (errno: number): string => names.get(errno) ?? `error ${errno}`;

/** The code of what a call of Node's has thrown, or its text. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    return error.code;
  }
  return error instanceof Error ? error.message : String(error);
}

/** Who may open `path`, and what to do to be one of them. */
export function permissionAdvice(machine: MachineView, path: string): string {
  const access = machine.access(path);
  if (access === null) return `nobody may open ${path}`;
  const { owner, group, mode } = access;
  const who = `${path} is of ${owner}:${group}, with mode ${mode}`;
  const groupMay = (Number.parseInt(mode, 8) & 0o060) === 0o060;
  return group === "root" || !groupMay
    ? `${who}: a udev rule such as SUBSYSTEM=="gpio", GROUP="gpio", MODE="0660" gives it to a group`
    : `${who}: \`sudo usermod -aG ${group} $USER\`, and log in again`;
}

export const noPermission = (machine: MachineView, path: string, what: string): PinRefusal =>
  refused("no-permission", `${what}: no permission; ${permissionAdvice(machine, path)}`);
