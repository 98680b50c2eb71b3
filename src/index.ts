/**
 * The public face: what a user's own module imports. An app needs `defineApp`; the rest are the
 * types of what flows through it, and the contract for those who bring a board of their own.
 *
 * The toolbox by itself (a voter of a sensor, versions, recovery blocks, codes) has entries of its
 * own in package.json, each the file that holds it: an app must not wait for what it does not use.
 */
export type {
  Board,
  ChannelSpec,
  OutputSpec,
  Reading,
  SafeState,
  WriteRefusal,
  WriteResult,
} from "../boards/board.js";
export {
  type App,
  type AppDefinition,
  type ControlInput,
  type ControlOutput,
  defineApp,
  type OutputDeclaration,
  type ReplicatedCommand,
  type ReplicatedDeclaration,
  type ReplicatedOutcome,
  type SensorDeclaration,
  type VotedInput,
} from "./control/app.js";
export { AssertionFailure, UsageError } from "./kernel/assert.js";
export {
  type Duration,
  type Instant,
  instant,
  micros,
  millis,
  seconds,
} from "./kernel/time.js";
export type { Plain } from "./replication/service/ports.js";
export type { Sample, Verdict, VoteStatus } from "./voting/voter.js";
