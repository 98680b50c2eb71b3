/** The bridge over fake pins, and what its tests say to it and see of it. */
#ifndef BRIDGE_RIG_H
#define BRIDGE_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge.h"
#include "check.h"
#include "hardware.h"

typedef enum { LET_GO, ANALOG, DRIVEN, MODULATED } pin_mode;

typedef struct {
    pin_mode mode;
    bool pull_up;
    bool high;
    bool outside;
    bool watched;
    uint16_t duty;
} fake_pin;

extern fake_pin fake[PINS];

extern moment now;
extern uint8_t conversion_left;
extern bool line_full;
/** A pin that changes just before it is watched; 0: none. */
extern uint8_t changes_unseen;

#define FAKE(pin) fake[check_pin(pin) - PIN_FIRST]

uint8_t check_pin(uint8_t pin);

extern const device bridge_device;

void start(uint8_t cause, uint16_t boots);
/** A byte from the host. */
void byte(uint8_t place, uint8_t one);
/** A millisecond. */
void tick(void);
void ticks(uint16_t count);

/** A payload from the host. */
void take(const char *hex);

/** Powered on with an empty EEPROM, and bound to cluster 1234 by the command 1. */
void fresh(const char *name);

/** A level from outside, as the interrupt has it. */
void change(uint8_t pin, bool high, moment at);

/** Is it driven high? */
bool is_high(uint8_t pin);

/** A beat of the bridge is `number`, and says the time at hand; what is before it is skipped. */
bool beat_told(uint16_t number);

/** What each file beside check-bridge.c checks. */
void bridge_inputs(void);
void bridge_outputs(void);
void bridge_fence(void);
void bridge_supervision(void);
void bridge_wrap(void);
void bridge_chance(void);

#endif
