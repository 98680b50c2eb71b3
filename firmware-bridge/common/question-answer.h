/**
 * The question-and-answer watchdog: the device of src/watchdog/question-answer, byte for byte and
 * judgement for judgement. The README there is the specification.
 */
#ifndef QUESTION_ANSWER_H
#define QUESTION_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "moment.h"

#define QUESTION_BYTES 4u
#define ANSWER_BYTES 4u

/** Times in milliseconds. */
typedef struct {
    uint16_t opens;
    uint16_t timeout;
    uint16_t first_timeout;
    uint8_t errors_at_start;
    uint8_t error_step;
    uint8_t errors_max;
    uint8_t seed;
} question_settings;

typedef struct {
    question_settings settings;
    moment opens_at;
    moment ends_at;
    /** Stands at its end: on the line it is a byte. */
    uint8_t errors;
    uint8_t question;
    uint8_t sequence;
    /** Of the answer byte that is next. */
    uint8_t index;
    bool first;
    bool bitten;
} question_watchdog;

/** False for settings with which it would bite at once, or never. */
bool question_settings_valid(const question_settings *settings);

/** Arms it; the first question is to be sent now. The settings are valid. */
void question_arm(question_watchdog *dog, const question_settings *settings, moment now);

/** Judges a timeout. True if a new question is to be sent. */
bool question_poll(question_watchdog *dog, moment now);

/**
 * Takes a payload that may be an answer; poll comes before it. True if a new question is to be
 * sent. What is no answer, or one to another sequence, changes nothing.
 */
bool question_answered(question_watchdog *dog, const uint8_t *answer, uint8_t length, moment now);

/** The payload of the question that stands. */
void question_payload(const question_watchdog *dog, uint8_t *payload);

#endif
