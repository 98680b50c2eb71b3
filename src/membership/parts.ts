/** Builds the parts of a membership machine, each from those before it. */
import { type Duration, micros } from "../kernel/time.js";
import { Accusing } from "./accusing.js";
import { Admission } from "./admission.js";
import { Carrying } from "./carrying.js";
import { Gossiping } from "./gossiping.js";
import { Hearing } from "./hearing.js";
import { Joining } from "./joining.js";
import { Leads } from "./leads.js";
import { Leaving } from "./leaving.js";
import { ListExchange } from "./list-exchange.js";
import { OncePerPeriod } from "./once-per-period.js";
import type { MembershipOptions } from "./options.js";
import { OwnStanding } from "./own-standing.js";
import { Speaking } from "./speaking.js";
import { SyncSchedule } from "./sync-schedule.js";
import { Transitions } from "./transitions.js";
import { View } from "./view.js";
import { Watching } from "./watching.js";

export interface Parts {
  readonly view: View;
  readonly watching: Watching;
  readonly transitions: Transitions;
  readonly speaking: Speaking;
  readonly accusing: Accusing;
  readonly carrying: Carrying;
  readonly gossiping: Gossiping;
  readonly own: OwnStanding;
  readonly leads: Leads;
  readonly hearing: Hearing;
  readonly lists: ListExchange;
  readonly sync: SyncSchedule;
  readonly joining: Joining;
  readonly leaving: Leaving;
  /** Who asks for our life, or speaks out of an earlier life of its own, is answered. */
  readonly answers: OncePerPeriod;
  readonly outlived: OncePerPeriod;
  readonly period: Duration;
}

export function makeParts(options: MembershipOptions): Parts {
  const { settings, dice } = options;
  const period = micros(options.detectorSettings.period);
  const view = new View(options);
  const watching = makeWatching(options, view);
  const transitions = new Transitions(view, watching, settings, period);
  const speaking = new Speaking(view, settings, period);
  const accusing = new Accusing(view, watching, transitions);
  const carrying = new Carrying(view, watching, speaking, accusing);
  const gossipTimes = { period, every: settings.gossipEvery };
  const gossiping = new Gossiping(view, speaking, gossipTimes, dice.split("gossip"));
  const own = new OwnStanding(view, watching, period);
  const leads = new Leads(view, speaking);
  const admission = new Admission(view, transitions, settings, period, dice.split("admission"));
  const hearing = new Hearing({ view, transitions, admission, accusing, own, leads });
  const lists = new ListExchange(view, speaking, period);
  const sync = new SyncSchedule(view, lists, settings.syncEvery, dice.split("sync"));
  const asksSeats = options.rosterStarts === "expected";
  const joining = new Joining(view, lists, period, dice.split("join"), asksSeats);
  const leaving = new Leaving(view, speaking, dice.split("leave"));
  const answers = view.about(new OncePerPeriod(period));
  const outlived = view.about(new OncePerPeriod(period));
  return {
    ...{ view, watching, transitions, speaking, accusing, carrying, gossiping, own, leads },
    ...{ hearing, lists, sync, joining, leaving, answers, outlived, period },
  };
}

function makeWatching(options: MembershipOptions, view: View): Watching {
  const { now, self, roster, detector, detectorSettings, dice } = options;
  const isShared = detector.leavesSelfOut === true;
  const peers = isShared ? roster : roster.filter((peer) => peer !== self);
  const detectorDice = dice.split("detector");
  return new Watching(
    view,
    detector.make({ ...detectorSettings, now, self, peers, dice: detectorDice }),
  );
}
