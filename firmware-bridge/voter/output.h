/**
 * One output: declared by the replicas, driven by their majority, in its safe state without one.
 *
 *                      majority
 *     voteless, 4 -----------------> driven, 1 <---------+
 *       |     ^                        |   majority      |
 *       |     |  no vote stands        v  lost           |
 *       |     +--------------------- grace, 2 -----------+  majority
 *       v                              |  over           |
 *     no majority, 3 <-----------------+-----------------+
 *
 * One by right is driven by an order until its hold is over, and is voteless else: there is never
 * more than one order, so it knows neither grace nor want of a majority.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "ballot.h"
#include "moment.h"

typedef enum {
    OUTPUT_UNDECLARED = 0,
    OUTPUT_DRIVEN = 1,
    OUTPUT_GRACE = 2,
    OUTPUT_NO_MAJORITY = 3,
    OUTPUT_VOTELESS = 4,
} output_state;

#define USE_NONE 0u
#define USE_OUTPUT 2u
#define USE_PWM 4u
/** Beside one of the two: not voted, but driven by whoever has the right. */
#define USE_BY_RIGHT 8u

#define SAFE_INPUT 0u
#define SAFE_VALUE 1u
#define SAFE_HOLD 2u

/** Milliseconds. */
#define GRACE_MAX 1000u

/** As it is declared: in the page's order, after the number of the output. */
#define DECLARATION_BYTES 10u

typedef struct {
    /** USE_NONE: not declared. */
    uint8_t use;
    uint8_t safe_kind;
    uint16_t safe_value;
    uint16_t tolerance;
    uint16_t grace;
    uint16_t patience;
} declaration;

/** A place whose vote is outside the majority. */
typedef struct {
    bool outside;
    moment since;
    /** For longer than patience. */
    bool disagrees;
} dissent;

typedef struct {
    declaration as;
    uint8_t state;
    /** The last voted value, once there was one. */
    uint16_t value;
    bool voted;
    uint8_t agreeing;
    moment grace_until;
    dissent dissents[PLACES];
    /** Of an output by right: what stands, until when, and from which place. */
    bool ordered;
    uint16_t order;
    uint8_t order_from;
    moment order_until;
    /** The pin has what the state says. */
    bool applied;
} output;

declaration declaration_read(const uint8_t *bytes);
void declaration_write(const declaration *as, uint8_t *bytes);
bool declaration_valid(const declaration *as);

/** As it was declared before this start; into its safe state at once. */
void output_begin(output *one, uint8_t number, const declaration *as);

/** Declared anew. */
void output_declare(output *one, const declaration *as);

/** It is declared, and by right. */
bool output_by_right(const output *one);

/** Of an output by right: what it shall have for so many milliseconds; for 0 it is let go. */
void output_order(output *one, uint8_t from, uint16_t value, uint16_t hold, moment now);

/** Judges the votes, or what was ordered, and drives the pin where that changes anything. */
void output_step(output *one, uint8_t number, const ballot *votes, moment now);

/** What the pin has, as far as it is driven; else 0. */
uint16_t output_value(const output *one);

#endif
