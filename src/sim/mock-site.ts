/**
 * The site of a simulation: the mock plant with its wiring, which lives on true time, and mock
 * boards, which live on the clocks of their nodes.
 */
import { Site as MockPlantSite } from "../../boards/mock/site.js";
import type { Prng } from "../kernel/prng.js";
import type { ClusterSettings } from "../node/settings.js";
import type { Site } from "./run.js";
import { worldBegins } from "./true-time.js";

/** @param dice one draw of it is the seed of the sensors' offsets and noise */
export function makeMockSite(settings: ClusterSettings, dice: Prng): Site {
  const site = new MockPlantSite({
    declarations: settings.app,
    seed: dice.next(),
    begins: worldBegins,
    loop: "closed",
  });
  return {
    plant: site,
    makeBoard: (node, clock, now) =>
      site.makeBoard(node, { begins: now, toTrue: (instant) => clock.trueTimeOf(instant) }),
  };
}
