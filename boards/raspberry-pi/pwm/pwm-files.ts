/** The files of /sys/class/pwm, behind an interface: a test has a kernel of its own. */
import { readFileSync, writeFileSync } from "node:fs";
import { pause } from "../pause.js";

export interface PwmFiles {
  /** Throws as `open` and `write`. */
  write(path: string, text: string): void;
  /** Without the line's end. Throws as `open`. */
  read(path: string): string;
  /** Holds this thread up for so many milliseconds. */
  pause(milliseconds: number): void;
}

export const systemPwmFiles: PwmFiles = {
  write: (path, text) => writeFileSync(path, text),
  read: (path) => readFileSync(path, "latin1").trim(),
  pause,
};
