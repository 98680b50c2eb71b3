/**
 * Settings that outlive a loss of power, in EEPROM. Two slots take turns, each with a generation
 * and a CRC-32C: while one is written the other is good, so a loss of power in between costs the
 * last change and never the settings. One byte is written per call at most, and never waited for;
 * a byte that is right already is not written. A change is written at most once a second.
 */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "moment.h"

#define STORE_BODY_MAX 100u

/** Takes the newest good slot into `body`. False, and all zeros, where there is none. */
bool store_load(uint8_t *body, uint8_t length);

/** The settings may have changed. */
void store_changed(void);

/**
 * Of the main loop, each time around. True when the store takes the settings as they are now, by
 * store_write.
 */
bool store_poll(moment now);

/** As long as what was loaded. What is stored already is not written again. */
void store_write(const uint8_t *body, uint8_t length, moment now);

/* What the hardware does for it: eeprom.c on the chip, arrays in the tests. */
bool eeprom_ready(void);
uint8_t eeprom_get(uint16_t address);
void eeprom_put(uint16_t address, uint8_t byte);

#endif
