/** The archive against a reader that knows only the format's description. */
import { describe, expect, it } from "vitest";
import { cpioArchive } from "../../../scripts/hil/cpio.js";

function* readArchive(archive: Buffer) {
  for (let at = 0; at < archive.length; ) {
    const field = (index: number) =>
      Number.parseInt(archive.toString("latin1", at + 6 + 8 * index, at + 14 + 8 * index), 16);
    const [mode, size, nameSize] = [field(1), field(6), field(11)];
    const magic = archive.toString("latin1", at, at + 6);
    const name = archive.toString("latin1", at + 110, at + 110 + nameSize - 1);
    const start = Math.ceil((at + 110 + nameSize) / 4) * 4;
    yield { magic, mode, name, content: archive.toString("latin1", start, start + size) };
    at = Math.ceil((start + size) / 4) * 4;
  }
}

describe("an archive for the kernel", () => {
  it.each(["", "1", "12", "123", "1234"])("holds folders and the file %j", (content) => {
    const archive = cpioArchive([
      { kind: "folder", path: "bin" },
      { kind: "file", path: `bin/f${content}`, content: Buffer.from(content) },
    ]);
    expect(archive.length % 4).toBe(0);
    expect([...readArchive(archive)]).toEqual([
      { magic: "070701", mode: 0o040755, name: "bin", content: "" },
      { magic: "070701", mode: 0o100755, name: `bin/f${content}`, content },
      { magic: "070701", mode: 0, name: "TRAILER!!!", content: "" },
    ]);
  });
});
