/** What goes into the machine that holds the right to drive, and what comes out of it. */
import type { NodeId } from "../../kernel/ids.js";
import type { Instant } from "../../kernel/time.js";
import type { ClientReply, ClientRequest } from "../../replication/service/ports.js";

/** The lock that stands for the outputs, all of them. */
export const driveLock = "outputs/drive";

/** Why the node itself wants to be rid of the right. */
export type GiveUpReason =
  | "released"
  | "late"
  | "voter-fault"
  | "state-fault"
  | "app-fault"
  /** A person asked for a reboot of the board. */
  | "reboot";

export type RightLossReason =
  | GiveUpReason
  /** No majority has confirmed in time that it is still ours; it may be, and then comes back. */
  | "expired"
  /** The replicated state says that it is not ours any more. */
  | "session-lost";

export type RightInput =
  /** What the own replica answers to our requests. */
  | { readonly kind: "reply"; readonly reply: ClientReply }
  /** Whether this replica may ask for the right and hold it. At first it may not. */
  | { readonly kind: "eligible"; readonly eligible: boolean }
  | { readonly kind: "give-up"; readonly reason: GiveUpReason };

export type RightOutput =
  /** To the own replica. */
  | { readonly kind: "request"; readonly request: ClientRequest }
  /**
   * The outputs may be driven while this node's clock shows less than `until`. Told again after a
   * heal, with the same token where nobody had the right in between.
   */
  | { readonly kind: "acquired"; readonly token: number; readonly until: Instant }
  | { readonly kind: "extended"; readonly token: number; readonly until: Instant }
  /**
   * From now on the outputs must not be driven. Comes before the request by which another may get
   * the right.
   */
  | { readonly kind: "lost"; readonly reason: RightLossReason };

/** For the dashboard; `holder` is whom this node believes to have the right. */
export interface RightView {
  readonly self: boolean;
  readonly holder: NodeId | null;
  /** That of the holder; 0 where nobody ever had it, as far as is known here. */
  readonly token: number;
  /** Until when it is ours; null where it is not. */
  readonly until: Instant | null;
}
