/**
 * The bridge: takes the host's commands, checks them, and tells what the pins have. It asks
 * hardware.h for everything that is not arithmetic.
 */
#ifndef BRIDGE_H
#define BRIDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "hello.h"
#include "moment.h"

/** No answer to the host is longer: the main loop takes no frame before there is room for it. */
#define BRIDGE_ANSWER_MAX HELLO_BYTES

/** Applies the stored safe states, then says hello. */
void bridge_begin(const start_facts *start, moment now);

/** Takes a payload from the host. */
void bridge_take(const uint8_t *payload, uint8_t length, moment now);

/** Everything that time brings; each time around the main loop. `bad` frames so far. */
void bridge_poll(uint16_t bad, moment now);

#ifdef WITH_FAULTS
/** `hang` has come: the main loop is to stop. */
bool bridge_hung(void);
#endif

#endif
