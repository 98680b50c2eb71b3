/**
 * What differs between the architectures of Linux: the numbers of system calls, and how wide the
 * two parts of a `timespec` are. Asking for the wrong number does something else, and a `timespec`
 * of the wrong width sleeps for years or not at all, so an architecture that is not in the table is
 * refused. Numbers: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h and
 * arch/arm/tools/syscall.tbl of the kernel.
 */

export interface Abi {
  /** Of a C `long`, and so of each part of a `timespec`, in bytes. */
  readonly longBytes: 4 | 8;
  readonly gettid: number;
  readonly futex: number;
  readonly schedSetscheduler: number;
  readonly schedSetaffinity: number;
}

export type AbiResult =
  | { readonly ok: true; readonly abi: Abi }
  | { readonly ok: false; readonly reason: string };

/** All of them are little-endian, on which `TimeSpec` relies. */
const abis: Readonly<Record<string, Abi>> = {
  x64: { longBytes: 8, gettid: 186, futex: 202, schedSetscheduler: 144, schedSetaffinity: 203 },
  arm64: { longBytes: 8, gettid: 178, futex: 98, schedSetscheduler: 119, schedSetaffinity: 122 },
  arm: { longBytes: 4, gettid: 224, futex: 240, schedSetscheduler: 156, schedSetaffinity: 241 },
};

/** @param architecture as in `process.arch` */
export function abiOf(architecture: string): AbiResult {
  const abi = Object.hasOwn(abis, architecture) ? abis[architecture] : undefined;
  if (abi !== undefined) return { ok: true, abi };
  const known = Object.keys(abis).join(", ");
  const reason = `the system calls of ${architecture} are not known here, only those of ${known}`;
  return { ok: false, reason };
}
