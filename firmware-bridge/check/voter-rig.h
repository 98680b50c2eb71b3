/** The voter over fake outputs, and what its tests say to it and see of it. */
#ifndef VOTER_RIG_H
#define VOTER_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "check.h"
#include "frame.h"
#include "hardware.h"
#include "output.h"
#include "place.h"
#include "voter.h"

#define CLUSTER 0x1234u

typedef enum { LET_GO, LEVEL, MODULATED } drive_mode;

typedef struct {
    drive_mode mode;
    uint16_t value;
} fake_output;

extern fake_output fake[OUTPUTS];

extern moment now;
/** The newest verdict that each place was told. */
extern uint8_t newest[PLACES][FRAME_PAYLOAD_MAX];

extern const device voter_device;

void start(uint8_t cause, uint16_t boots);
/** A byte from a place. */
void byte(uint8_t place, uint8_t one);
/** A millisecond. */
void tick(void);
void ticks(uint16_t count);

/** Powered on with an empty EEPROM. */
void fresh(const char *name);

/** A declaration by one place; returns the result that it was told. */
uint8_t declare_for(uint16_t cluster, uint8_t at, uint8_t number, const declaration *as);
/** By places 0 and 2, in CLUSTER. */
void declare_by_two(uint8_t number, const declaration *as);

/** A vote; returns the result that the place was told. */
uint8_t say(uint8_t at, uint8_t number, uint16_t sequence, uint16_t value, uint16_t hold);

/** An order by the right `token`; returns the result that the place was told. */
uint8_t order(uint8_t at, uint8_t number, uint16_t token, uint16_t value, uint16_t hold);

/** From the newest verdict, which must have come after what is asked about. */
uint8_t state_told(uint8_t number);
uint8_t replica_told(uint8_t at);

typedef struct {
    bool majority;
    uint16_t value;
} naive_outcome;

/** As the page has it: some pair agrees; then the middle of three, or the smaller of two. */
naive_outcome naive_rule(const bool *standing, const uint16_t *value, uint16_t tolerance);

/** What each file beside check-voter.c checks. */
void voter_rule(void);
void voter_outputs(void);
void voter_fence(void);
void voter_declarations(void);
void voter_replicas(void);
void voter_wrap(void);
void voter_model(void);
void voter_chance(void);

#endif
