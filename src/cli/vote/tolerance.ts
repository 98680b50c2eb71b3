/** What voting a recording assumes of it unless told. */

/**
 * Chosen on two recorded triples of temperature sensors, whose members are at most 0.6 degrees
 * apart without any fault. It is a number of degrees: of another quantity the user says his own.
 */
export const toleranceDefault = 0.75;
