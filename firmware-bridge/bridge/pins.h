/**
 * What each pin is used for, and what it does when nobody speaks for it. An output is driven by a
 * command until the command's hold is over, and then takes its safe state. Its initial value is
 * such a command too. Every output takes its safe state when supervision fails. Safe states are
 * told to the store and applied at the next start.
 */
#ifndef PINS_H
#define PINS_H

#include <stdbool.h>
#include <stdint.h>

#include "hardware.h"
#include "hello.h"

typedef enum {
    USE_OFF = 0,
    USE_INPUT = 1,
    USE_OUTPUT = 2,
    USE_ANALOG = 3,
    USE_PWM = 4,
} pin_use;

#define USE_LAST USE_PWM

#define FLAG_PULL_UP 1u
#define FLAG_ACTIVE_LOW 2u
#define FLAG_EDGES 4u
#define FLAG_SAMPLE 8u
#define FLAGS_ALL 15u

typedef enum {
    SAFE_INPUT = 0,
    SAFE_VALUE = 1,
    SAFE_HOLD = 2,
} safe_kind;

#define SAFE_LAST SAFE_HOLD

/** Milliseconds. */
#define HOLD_MAX 60000u
/** Milliseconds for which the initial value of an output stands, if nobody speaks for it. */
#define INITIAL_HOLD 1000u

/** A digital output is on from here. */
#define VALUE_ON 32768u

/** As `configure` has it. */
typedef struct {
    uint8_t use;
    uint8_t flags;
    uint16_t initial;
    uint8_t safe_kind;
    uint16_t safe_value;
    /** Milliseconds. */
    uint8_t debounce;
} pin_setting;

/** Bytes of the safe state of all pins, as they are stored. */
#define SAFE_STATE_BYTES 4u
#define PINS_STORED (PINS * SAFE_STATE_BYTES)

/** Applies the safe states that were stored. No pin is configured yet. */
void pins_begin(const uint8_t *stored);

/** Writes the safe states as they are now, PINS_STORED bytes. */
void pins_store(uint8_t *stored);

bool pin_exists(uint8_t pin);

/** Refusals change nothing. */
result pin_configure(uint8_t pin, const pin_setting *setting, moment now);
result pin_set(uint8_t pin, uint16_t value, uint16_t hold, moment now);
result pin_release(uint8_t pin);

void pins_release_all(void);

/** Ends the commands whose hold is over. */
void pins_poll(moment now);

/** True once one is configured since the start. */
bool pins_configured(void);

/** USE_OFF for one that the host has not configured. The pin exists. */
uint8_t pin_use_of(uint8_t pin);
uint8_t pin_flags_of(uint8_t pin);

#endif
