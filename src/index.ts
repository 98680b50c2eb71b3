/**
 * The public face: what a user's own module imports. An app needs `defineApp`; whoever brings a
 * board of their own needs its contract. The rest is the toolbox by itself, for programs that are
 * no app: a voter of a sensor, forms of software and time redundancy, end-to-end protection. What
 * a replica has no use for has an entry of its own in package.json, so that it is not loaded there.
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
export { crc32c } from "./codes/crc32c.js";
export { type E2eCheck, type E2eReceiverOptions, e2eReceiver } from "./codes/e2e/receiver.js";
export { type E2eSenderOptions, e2eSender } from "./codes/e2e/sender.js";
export {
  type App,
  type AppDefinition,
  type ControlInput,
  type ControlOutput,
  defineApp,
  type OutputDeclaration,
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
export { type Batch, voteBatch } from "./voting/batch.js";
export {
  type Recovery,
  type RecoveryBlock,
  runRecoveryBlock,
} from "./voting/recovery-block/recovery-block.js";
export { SelfChecking, type SelfCheckingOptions } from "./voting/self-checking/self-checking.js";
export {
  type Closing,
  type HealthOptions,
  SensorVoter,
  type SensorVoterOptions,
} from "./voting/sensor-voter.js";
export {
  type StructuredElection,
  type StructuredOutcome,
  structuredVote,
} from "./voting/structured/structured-vote.js";
export { compileTolerance, type Tolerance } from "./voting/structured/tolerance.js";
export { type CheckedWord, checkedWord } from "./voting/time-redundancy/checked-word.js";
export { FaultHistory } from "./voting/time-redundancy/fault-history.js";
export { type Reread, reread } from "./voting/time-redundancy/re-reading.js";
export { type Repetition, repeatAndVote } from "./voting/time-redundancy/repeat.js";
export type { Sample, Verdict, Voter, VoteStatus, VotingEvent } from "./voting/voter.js";
export { voters } from "./voting/voters.js";
