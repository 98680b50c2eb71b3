/**
 * The plant: the physical process behind the sensors and outputs of mock boards. It lives on true
 * time, in microseconds from any origin: the simulator's one time line, or the monotonic clock that
 * the processes of one machine share. Nodes' own clocks are the business of the boards.
 *
 * A plant answers by formula from the last change of an actuator, never by stepping along: what it
 * is at a time does not depend on who asked before, or how often. So two runs with the same
 * commands are equal to the last bit.
 */

/** Microseconds of true time; it need not be whole. */
export type PlantTime = number;

export interface Plant {
  /** What can be measured, by name. */
  readonly quantities: readonly string[];

  /**
   * From `at` on the actuator has this value. An actuator that the plant does not know changes
   * nothing: a lamp heats no water.
   *
   * @param at not before the last `at`
   */
  actuate(at: PlantTime, actuator: string, value: number): void;

  /**
   * What is true of a quantity, in its unit; also at a past time, as far back as the plant
   * remembers.
   *
   * @throws UsageError when there is no such quantity
   */
  truth(at: PlantTime, quantity: string): number;
}
