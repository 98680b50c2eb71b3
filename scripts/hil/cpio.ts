/**
 * An archive in the format that the kernel takes as its first file system: cpio "newc" (Linux,
 * Documentation/driver-api/early-userspace/buffer-format.rst). A header is six bytes of magic and
 * thirteen numbers of eight hexadecimal digits; names and contents are padded to four bytes.
 */

export type CpioEntry =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "file"; readonly path: string; readonly content: Buffer };

const magic = "070701";
const trailer = "TRAILER!!!";
const folderMode = 0o040755;
const fileMode = 0o100755;
const alignment = 4;

/** Everything is root's, and may be run. A file's folders must stand before it. */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const parts = entries.map((entry, index) =>
    entry.kind === "folder"
      ? record(entry.path, folderMode, index + 1, Buffer.alloc(0))
      : record(entry.path, fileMode, index + 1, entry.content),
  );
  return Buffer.concat([...parts, record(trailer, 0, 0, Buffer.alloc(0))]);
}

function record(path: string, mode: number, inode: number, content: Buffer): Buffer {
  const name = Buffer.from(`${path}\0`);
  const [links, owner, time, device, check] = [1, 0, 0, 0, 0];
  const ids = [inode, mode, owner, owner, links, time, content.length];
  const numbers = [...ids, device, device, device, device, name.length, check];
  const header = magic + numbers.map((value) => value.toString(16).padStart(8, "0")).join("");
  return Buffer.concat([padded(Buffer.concat([Buffer.from(header), name])), padded(content)]);
}

const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((alignment - (bytes.length % alignment)) % alignment)]);
