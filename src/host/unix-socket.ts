/**
 * Listening on a unix socket by a file name. Who may open the file is decided by its mode: only the
 * user of the process. A file that a killed process left behind is replaced; one behind which
 * somebody answers is not.
 */
import { chmod, lstat, unlink } from "node:fs/promises";
import { createConnection, type Server } from "node:net";

export type SocketOpenReason = "path-too-long" | "in-use" | "not-permitted" | "other";

/** The socket is not open. */
export class SocketOpenFailure extends Error {
  override readonly name = "SocketOpenFailure";
  readonly reason: SocketOpenReason;

  constructor(reason: SocketOpenReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** `sun_path` of the kernel has 108 bytes with its end (104 on a Mac); longer ones would be cut. */
export const socketPathBytesMax = process.platform === "linux" ? 107 : 103;

/** Rejects with a `SocketOpenFailure`. The socket keeps no process alive. */
export async function listenAt(server: Server, path: string): Promise<void> {
  const length = Buffer.byteLength(path);
  if (length > socketPathBytesMax) {
    const limit = `a socket's path has at most ${socketPathBytesMax} bytes`;
    throw new SocketOpenFailure(
      "path-too-long",
      `${path}: ${limit}, this one has ${length}; choose a shorter stateDir`,
    );
  }
  await bindOrReplace(server, path);
  server.on("error", () => undefined);
  await chmod(path, 0o600);
  server.unref();
}

async function bindOrReplace(server: Server, path: string): Promise<void> {
  try {
    await bind(server, path);
  } catch (error) {
    if (codeOf(error) !== "EADDRINUSE" || !(await isLeftBehind(path))) throw failureOf(path, error);
    await unlink(path).catch(() => undefined);
    await bind(server, path).catch((again) => {
      throw failureOf(path, again);
    });
  }
}

function bind(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** A socket on which nobody accepts. Connecting to a file of another kind is refused as well. */
async function isLeftBehind(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => null);
  if (found?.isSocket() !== true) return false;
  return new Promise((resolve) => {
    const probe = createConnection(path, () => {
      probe.destroy();
      resolve(false);
    });
    probe.on("error", (error) => resolve(codeOf(error) === "ECONNREFUSED"));
  });
}

function failureOf(path: string, error: unknown): SocketOpenFailure {
  const code = codeOf(error);
  if (code === "EADDRINUSE") {
    return new SocketOpenFailure(
      "in-use",
      `${path}: another replica of this node runs, or the file is none of ours`,
    );
  }
  if (code === "EACCES" || code === "EPERM") {
    return new SocketOpenFailure("not-permitted", `${path}: this user may not make it (${code})`);
  }
  const why = code === "EROFS" ? ", its file system is read-only: see dmesg" : "";
  return new SocketOpenFailure("other", `${path}: cannot be made${why} (${code})`);
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
