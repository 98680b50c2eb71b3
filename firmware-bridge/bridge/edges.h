/**
 * Edges of inputs with their times, from the interrupt to the line. An edge without debounce is
 * one that the interrupt saw. With debounce a level counts when it has stood for so long, and its
 * edge has the time since which it stands.
 *
 * Each edge is counted per pin, also one that found the ring full: the host sees the gap.
 */
#ifndef EDGES_H
#define EDGES_H

#include <stdbool.h>
#include <stdint.h>

#include "moment.h"

/** A power of two; one place stays empty. */
#define EDGES_WAITING 32u

void edges_begin(void);

/**
 * From now on the pin's edges are counted from 1, those before are forgotten.
 *
 * @param debounce milliseconds, 0 for none
 */
void edges_watch(uint8_t pin, uint8_t debounce, bool told);

void edges_forget(uint8_t pin);

/** From the interrupt: the pin changed to this level. */
void edge_seen(uint8_t pin, bool high, moment at);

/** The level that counts: with debounce the one that has stood. */
bool edges_high(uint8_t pin);

/** Judges the levels that are bouncing, and sends what waits, one frame at most. */
void edges_poll(moment now);

/** Does one wait to be sent? Asked with interrupts disabled. */
bool edges_waiting(void);

#endif
