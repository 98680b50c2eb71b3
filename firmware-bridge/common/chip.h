/** The chip itself: why it started, its watchdog, its sleep. */
#ifndef CHIP_H
#define CHIP_H

#include <stdbool.h>

#include "hello.h"

/** First of all. Arms the watchdog (250 ms). */
start_facts chip_begin(void);

/** Of the main loop alone; it pets only if the clock has moved since the last time. */
void chip_pet(void);

/** Until the next interrupt, unless `busy`, which is asked with interrupts disabled. */
void chip_sleep_unless(bool (*busy)(void));

#endif
