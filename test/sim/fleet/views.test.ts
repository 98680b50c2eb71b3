import { describe, expect, it } from "vitest";
import type { MembershipEvent } from "../../../src/membership/ports.js";
import { FleetViews, type ViewChange } from "../../../src/sim/fleet/views.js";
import { one, says, tell, two } from "./support/told.js";

const event = (told: MembershipEvent) => ({ kind: "event", event: told }) as const;

describe("views", () => {
  it("follow the events of each viewer, and tell each change once", () => {
    const views = new FleetViews();
    const changes: ViewChange[] = [];
    views.onChange((change) => changes.push(change));
    expect(views.regard(one, two)).toBe("trusted");
    tell(views, 1, one, says.suspects(two));
    tell(views, 2, one, says.suspects(two));
    tell(views, 3, one, says.unreachable(two));
    tell(views, 4, one, says.dead(two));
    expect(views.regard(one, two)).toBe("given-up");
    expect(views.regard(two, one)).toBe("trusted");
    tell(views, 5, one, event({ kind: "member-replaced", member: two, life: 2, formerLife: 1 }));
    expect(views.regard(one, two)).toBe("trusted");
    const path = changes.map(({ from, to }) => `${from} > ${to}`);
    expect(path).toEqual(["trusted > suspected", "suspected > given-up", "given-up > trusted"]);
  });

  it("take a goodbye and a forgotten tombstone for gone, and other events for nothing", () => {
    const views = new FleetViews();
    tell(views, 1, one, event({ kind: "leader-changed", leader: two }));
    tell(views, 1, one, event({ kind: "accusation-refuted", by: two, incarnation: 3 }));
    tell(views, 1, one, { kind: "completed" });
    expect(views.regard(one, two)).toBe("trusted");
    tell(views, 2, one, event({ kind: "member-left", member: two }));
    expect(views.regard(one, two)).toBe("given-up");
    tell(views, 3, one, event({ kind: "member-joined", member: two, life: 2 }));
    tell(views, 4, one, event({ kind: "member-forgotten", member: two }));
    expect(views.regard(one, two)).toBe("given-up");
  });

  it("of a member that begins anew are empty", () => {
    const views = new FleetViews();
    tell(views, 1, one, says.dead(two));
    views.forget(one);
    expect(views.regard(one, two)).toBe("trusted");
  });
});
