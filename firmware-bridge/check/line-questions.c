/** The question-and-answer watchdog, and its settings. */
#include <string.h>

#include "check.h"
#include "crc.h"
#include "line-parts.h"
#include "question-answer.h"

static const question_settings usual = {40, 100, 500, 3, 2, 7, 1};

static bool say(question_watchdog *dog, uint8_t index, moment now)
{
    const uint8_t of[2] = {dog->question, index};
    const uint8_t answer[ANSWER_BYTES] = {0x41, dog->sequence, index, crc8(of, 2)};
    (void)question_poll(dog, now);
    return question_answered(dog, answer, ANSWER_BYTES, now);
}

/** It has taken its first answer at 100 ms: sequence 1, 2 errors. `from` is near the wrap. */
static void started(question_watchdog *dog, const question_settings *settings, moment from)
{
    question_arm(dog, settings, from);
    for (uint8_t index = 0; index < 4u; index++) {
        (void)say(dog, index, from + UINT32_C(100000));
    }
}

static void questions_are_all_255(void)
{
    check_named("ASK-1, ASK-2");
    const uint8_t first[8] = {0x01, 0xb8, 0x5c, 0x2e, 0x17, 0xb3, 0xe1, 0xc8};
    bool asked[256] = {false};
    question_watchdog dog;
    const question_settings easy = {0, 100, 100, 0, 1, 255, 1};
    question_arm(&dog, &easy, 0);
    for (uint16_t count = 0; count < 255u; count++) {
        CHECK(!asked[dog.question]);
        CHECK((count >= 8u) || (dog.question == first[count]));
        asked[dog.question] = true;
        for (uint8_t index = 0; index < 4u; index++) {
            dog.first = true;
            (void)say(&dog, index, 0);
        }
    }
    CHECK(dog.question == 1u);
    CHECK(!asked[0]);
}

static void answers_are_those_of_the_readme(void)
{
    const uint8_t table[3][5] = {
        {0x01, 0xf2, 0xef, 0xc8, 0xd5},
        {0xb8, 0xec, 0xf1, 0xd6, 0xcb},
        {0xff, 0xff, 0xe2, 0xc5, 0xd8},
    };
    check_named("ASK-2");
    for (uint8_t row = 0; row < 3u; row++) {
        for (uint8_t index = 0; index < 4u; index++) {
            const uint8_t of[2] = {table[row][0], index};
            CHECK(crc8(of, 2) == table[row][index + 1u]);
        }
    }
}

static void a_right_answer_counts_down(moment from)
{
    check_named("ASK-3");
    question_watchdog dog;
    uint8_t payload[QUESTION_BYTES];
    const uint8_t wanted[QUESTION_BYTES] = {0x51, 2, 0x5c, 1};
    started(&dog, &usual, from);
    CHECK(dog.errors == 2u);
    for (uint8_t index = 0; index < 3u; index++) {
        CHECK(!say(&dog, index, from + UINT32_C(139999)));
    }
    CHECK(say(&dog, 3, from + UINT32_C(140000)));
    question_payload(&dog, payload);
    CHECK(memcmp(payload, wanted, QUESTION_BYTES) == 0);
}

static void wrong_answers_count_up(moment from)
{
    /** The time in milliseconds, and the bytes that come then; the last one is wrong. */
    static const struct {
        const char *name;
        uint16_t time;
        uint8_t count;
        uint8_t indexes[4];
        bool spoilt;
    } cases[] = {
        {"ASK-4: wrong", 110, 1, {0}, true},
        {"ASK-4: out of order", 110, 1, {1}, false},
        {"ASK-4: the same twice", 110, 2, {0, 0}, false},
        {"ASK-4: too early", 139, 4, {0, 1, 2, 3}, false},
        {"ASK-4: too late", 140, 1, {0}, false},
        {"ASK-4: timeout", 200, 0, {0}, false},
    };
    for (uint8_t at = 0; at < COUNT(cases); at++) {
        check_named(cases[at].name);
        question_watchdog dog;
        uint8_t payload[QUESTION_BYTES];
        const uint8_t wanted[QUESTION_BYTES] = {0x51, 2, 0xb8, 4};
        started(&dog, &usual, from);
        const moment now = from + cases[at].time * UINT32_C(1000);
        bool asks = question_poll(&dog, now);
        for (uint8_t index = 0; index < cases[at].count; index++) {
            if (cases[at].spoilt) {
                const uint8_t answer[ANSWER_BYTES] = {0x41, 1, 0, 0};
                asks = question_answered(&dog, answer, ANSWER_BYTES, now);
            } else {
                asks = say(&dog, cases[at].indexes[index], now);
            }
        }
        CHECK(asks);
        question_payload(&dog, payload);
        CHECK(memcmp(payload, wanted, QUESTION_BYTES) == 0);
    }
}

static void no_answer_bites_in_the_end(moment from)
{
    check_named("ASK-5, ASK-6");
    question_watchdog dog;
    question_settings settings = usual;
    settings.errors_at_start = 4;
    started(&dog, &settings, from);
    CHECK(dog.errors == 3u);
    CHECK(!question_poll(&dog, from + UINT32_C(199999)));
    CHECK(question_poll(&dog, from + UINT32_C(200000)));
    CHECK(question_poll(&dog, from + UINT32_C(300000)));
    CHECK((dog.errors == 7u) && !dog.bitten);
    CHECK(!question_poll(&dog, from + UINT32_C(400000)));
    CHECK((dog.errors == 9u) && dog.bitten);
    CHECK(!say(&dog, 0, from + UINT32_C(400001)));
    CHECK(!question_poll(&dog, from + UINT32_C(900000)));
    CHECK(dog.errors == 9u);
}

static void what_is_no_answer_changes_nothing(moment from)
{
    check_named("ASK-7");
    static const struct {
        uint8_t length;
        uint8_t bytes[5];
    } none[] = {
        {0, {0}}, {3, {0x41, 1, 0}}, {4, {0x41, 1, 4, 0}}, {4, {0x51, 1, 0, 0}},
        {5, {0x41, 1, 0, 0, 0}}, {4, {0x41, 0, 0, 0}}, {4, {0x41, 2, 0, 0}},
    };
    question_watchdog dog;
    started(&dog, &usual, from);
    const question_watchdog before = dog;
    for (uint8_t at = 0; at < COUNT(none); at++) {
        CHECK(!question_answered(&dog, none[at].bytes, none[at].length, from + UINT32_C(110000)));
        CHECK(memcmp(&dog, &before, sizeof dog) == 0);
    }
}

static void the_first_sequence_is_one_window(moment from)
{
    check_named("ASK-8");
    question_watchdog dog;
    question_arm(&dog, &usual, from);
    CHECK(!question_poll(&dog, from + UINT32_C(499999)));
    for (uint8_t index = 0; index < 3u; index++) {
        CHECK(!say(&dog, index, from + UINT32_C(499999)));
    }
    CHECK(say(&dog, 3, from + UINT32_C(499999)));
    question_arm(&dog, &usual, from);
    CHECK(question_poll(&dog, from + UINT32_C(500000)));
    CHECK(dog.errors == 5u);
}

static void settings_are_checked(void)
{
    check_named("settings of the questions");
    CHECK(question_settings_valid(&usual));
    question_settings one = usual;
    one.opens = 100;
    CHECK(!question_settings_valid(&one));
    one = usual;
    one.first_timeout = 99;
    CHECK(!question_settings_valid(&one));
    one = usual;
    one.error_step = 0;
    CHECK(!question_settings_valid(&one));
    one = usual;
    one.errors_at_start = 8;
    CHECK(!question_settings_valid(&one));
    one = usual;
    one.seed = 0;
    CHECK(!question_settings_valid(&one));
    one = usual;
    one.errors_max = 255;
    one.error_step = 255;
    question_watchdog dog;
    question_arm(&dog, &one, 0);
    CHECK(!question_poll(&dog, UINT32_C(500000)));
    CHECK(dog.bitten && (dog.errors == 255u));
}

void line_questions(void)
{
    const moment begins[] = BEGINS;
    questions_are_all_255();
    answers_are_those_of_the_readme();
    settings_are_checked();
    for (uint8_t at = 0; at < COUNT(begins); at++) {
        a_right_answer_counts_down(begins[at]);
        wrong_answers_count_up(begins[at]);
        no_answer_bites_in_the_end(begins[at]);
        what_is_no_answer_changes_nothing(begins[at]);
        the_first_sequence_is_one_window(begins[at]);
    }
}
