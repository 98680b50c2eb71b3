#!/usr/bin/env node
/** The `holdfast` program: this process's streams, and the exit code of what it was asked to do. */
import { processIo } from "./io.js";
import { runCli } from "./run-cli.js";

/** What a shell reports of a program that wrote into a closed pipe: 128 + SIGPIPE. */
const brokenPipeExit = 141;

// `holdfast vote FILE | head` closes the pipe early. That is no failure worth a word, but it ends
// the program, as it ends `git log`: nobody reads on. Node ignores SIGPIPE and tells it as EPIPE; a
// terminal that was closed tells it as EIO.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || error.code === "EIO") process.exit(brokenPipeExit);
    throw error;
  });
}

// Not `process.exit`, which would cut off what still waits to be written to a pipe.
process.exitCode = await runCli(process.argv.slice(2), processIo());
