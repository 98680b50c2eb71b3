/**
 * The bounds of the service. Each is part of the replicated state's rules: a command past one is
 * refused as `limit` by every replica alike, so two replicas of one group must run the same bounds.
 */
import { millis, seconds } from "../../kernel/time.js";

/** Sessions that are open at a time; one more is refused until another ends. */
export const sessionsMax = 1_024;
/** The lease of a session: shorter ones would end in a stall of a card, longer ones hold up all. */
export const sessionLeaseMin = millis(20);
export const sessionLeaseMax = seconds(600);

export const keysMax = 65_536;
/** Bytes of all keys and values, and `keyOverheadBytes` for each key. */
export const keyBytesMax = 24 * 1_024 * 1_024;
/** What a key takes in a snapshot beside its name and value, at most. */
export const keyOverheadBytes = 32;

/** Locks that are remembered; the free one that was held longest ago makes room for a new one. */
export const locksMax = 1_024;
/** Sessions that wait for one lock. */
export const waitersMax = 64;
/** Chubby's own bound is one minute (section 2.4). */
export const lockDelayMax = seconds(60);

/** Bytes of the app's state as text (see plain-text.ts). */
export const appStateBytesMax = 64 * 1_024;

/** Keys in one page of a listing, and the bytes after which a page ends with `more`. */
export const pageKeysMax = 1_000;
export const pageBytesMax = 256 * 1_024;

/** Letters of the detail of a refusal. */
export const detailLengthMax = 200;

/** Letters of the detail, and of the leader's name or address, in a refusal of a request. */
export const refusalDetailLengthMax = 1_000;

/** Watches of all clients of one replica, and of one of them. */
export const watchesMax = 1_024;
export const watchesOfClientMax = 64;

/** The newest events that a watch can go back to, and their bytes in memory, about. */
export const historyEventsMax = 8_192;
export const historyBytesMax = 8 * 1_024 * 1_024;
