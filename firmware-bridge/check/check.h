/** What the tests in C share: checks that count, hex digits, and the runner of the vectors. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "moment.h"

/** Prints the place and the name of the test at hand where it fails; the test goes on. */
#define CHECK(fact) check((fact), #fact, __FILE__, __LINE__)

void check(bool fact, const char *text, const char *file, int line);

/** Of the test at hand. */
void check_named(const char *name);

/** 0 if nothing failed; prints how much was checked. */
int check_ended(const char *suite);

/** A generator of its own, so that a failure comes again: xorshift, 32 bits. */
uint32_t dice(void);
uint32_t dice_below(uint32_t limit);

/** Bytes of hex digits; returns how many. */
uint16_t from_hex(const char *hex, uint8_t *bytes, uint16_t limit);

/** Two digits for a byte, `..` for any; `*` at the end for any bytes more. */
bool matches(const char *pattern, const uint8_t *bytes, uint8_t length);

typedef struct {
    const char *name;
    const char *payload;
    const char *line;
} vector_frame;

typedef struct {
    const char *name;
    const char *line;
    /** Payloads with a space between. */
    const char *payloads;
    uint16_t bad;
} vector_stream;

typedef enum { STEP_SEND, STEP_LINE, STEP_WAIT, STEP_COMES, STEP_NEVER } step_kind;

typedef struct {
    step_kind kind;
    uint8_t place;
    /** Milliseconds, of the last three kinds. */
    uint16_t time;
    const char *hex;
} vector_step;

typedef struct {
    const char *name;
    uint16_t count;
    const vector_step *steps;
} vector_sequence;

/** The device under test: powered on with an empty EEPROM; a byte of a line; a millisecond. */
typedef struct {
    void (*power_on)(void);
    void (*byte)(uint8_t place, uint8_t byte);
    void (*tick)(void);
} device;

/** What the device says, by the fake hardware. */
void heard(uint8_t place, const uint8_t *payload, uint8_t length);
void heard_nothing_yet(void);

/** Has it said what matches, since what was looked for last? */
bool told(uint8_t place, const char *pattern);

void run_sequences(const device *under_test, const vector_sequence *all, uint16_t count);

/** EEPROM for store.c: a write takes so many ticks. */
void eeprom_erase(void);
void eeprom_tick(void);
extern uint32_t eeprom_writes;

#define COUNT(array) ((uint16_t)(sizeof(array) / sizeof((array)[0])))

#endif
