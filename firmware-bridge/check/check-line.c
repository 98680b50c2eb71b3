/** Framing, checksums, the question-and-answer watchdog and the store. */
#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "check.h"
#include "crc.h"
#include "frame.h"
#include "hello.h"
#include "question-answer.h"
#include "store.h"

#include "../vectors/vectors.h"

#define FUZZ_BYTES UINT32_C(4000000)

static void checks_of_the_catalogue(void)
{
    check_named("checksums");
    const uint8_t digits[] = "123456789";
    CHECK(crc32c(digits, 9) == UINT32_C(0xE3069283));
    CHECK(crc8(digits, 9) == 0x4Bu);
    CHECK(crc32c(digits, 0) == 0ul);
}

static void frames_go_over_the_line(void)
{
    for (uint16_t at = 0; at < COUNT(frames); at++) {
        check_named(frames[at].name);
        uint8_t payload[FRAME_PAYLOAD_MAX];
        uint8_t wanted[FRAME_LINE_MAX];
        uint8_t line[FRAME_LINE_MAX];
        frame_reader reader;
        memset(&reader, 0, sizeof reader);
        const uint8_t length = (uint8_t)from_hex(frames[at].payload, payload, sizeof payload);
        const uint16_t count = from_hex(frames[at].line, wanted, sizeof wanted);
        CHECK(frame_write(payload, length, line) == count);
        CHECK(memcmp(line, wanted, count) == 0);
        uint8_t taken = 0;
        for (uint16_t next = 0; next < count; next++) {
            taken = frame_read(&reader, wanted[next]);
            CHECK((taken == 0u) || (next == (count - 1u)));
        }
        CHECK(taken == length);
        CHECK(memcmp(reader.plain, payload, length) == 0);
        CHECK(reader.bad == 0u);
    }
}

static void streams_are_taken_apart(void)
{
    for (uint16_t at = 0; at < COUNT(streams); at++) {
        check_named(streams[at].name);
        uint8_t line[1024];
        uint8_t wanted[FRAME_PAYLOAD_MAX];
        frame_reader reader;
        memset(&reader, 0, sizeof reader);
        const char *next = streams[at].payloads;
        const uint16_t count = from_hex(streams[at].line, line, sizeof line);
        for (uint16_t byte = 0; byte < count; byte++) {
            const uint8_t length = frame_read(&reader, line[byte]);
            if (length > 0u) {
                CHECK(from_hex(next, wanted, sizeof wanted) == length);
                CHECK(memcmp(wanted, reader.plain, length) == 0);
                next += 2u * length + ((next[2u * length] == ' ') ? 1u : 0u);
            }
        }
        CHECK(*next == '\0');
        CHECK(reader.bad == streams[at].bad);
    }
}

/** Plain as the paper: all bytes between two zeros at once. Returns the payload's length. */
static uint8_t naive_unstuff(const uint8_t *stuffed, uint16_t count, uint8_t *plain)
{
    uint16_t length = 0;
    uint16_t at = 0;
    if ((count == 0u) || (count > FRAME_STUFFED_MAX)) {
        return 0;
    }
    while (at < count) {
        const uint16_t code = stuffed[at];
        if ((at + code) > count) {
            return 0;
        }
        memcpy(&plain[length], &stuffed[at + 1u], code - 1u);
        length = (uint16_t)(length + code - 1u);
        at = (uint16_t)(at + code);
        if ((at < count) && (code < 255u)) {
            plain[length++] = 0;
        }
    }
    if (length < 5u) {
        return 0;
    }
    const uint8_t payload = (uint8_t)(length - 4u);
    return (get_u32(&plain[payload]) == crc32c(plain, payload)) ? payload : 0;
}

/** A good frame now and then, whole or damaged, in bytes by chance. */
static uint16_t some_bytes(uint8_t *bytes)
{
    uint16_t count = 0;
    if (dice_below(3) > 0u) {
        uint8_t payload[FRAME_PAYLOAD_MAX];
        const uint8_t length = (uint8_t)(1u + dice_below(FRAME_PAYLOAD_MAX));
        for (uint8_t at = 0; at < length; at++) {
            payload[at] = (uint8_t)((dice_below(4) == 0u) ? 0u : dice());
        }
        count = frame_write(payload, length, bytes);
        if (dice_below(4) == 0u) {
            bytes[dice_below(count)] ^= (uint8_t)(1u << dice_below(8));
        }
        if (dice_below(8) == 0u) {
            count--;
        }
    } else {
        count = (uint16_t)dice_below(120);
        for (uint16_t at = 0; at < count; at++) {
            bytes[at] = (uint8_t)((dice_below(20) == 0u) ? 0u : dice());
        }
    }
    return count;
}

static void any_bytes_are_read_as_by_the_paper(void)
{
    check_named("fuzz of frames");
    static uint8_t between[256];
    uint8_t bytes[256];
    uint8_t plain[512];
    uint16_t kept = 0;
    uint32_t taken = 0;
    uint32_t bad = 0;
    frame_reader reader;
    memset(&reader, 0, sizeof reader);
    for (uint32_t seen = 0; seen < FUZZ_BYTES;) {
        const uint16_t count = some_bytes(bytes);
        for (uint16_t at = 0; at < count; at++) {
            const uint16_t bad_before = reader.bad;
            const uint8_t length = frame_read(&reader, bytes[at]);
            if (bytes[at] != 0u) {
                CHECK(length == 0u);
                kept = (uint16_t)((kept < sizeof between) ? (kept + 1u) : kept);
                between[kept - 1u] = bytes[at];
                continue;
            }
            const uint8_t wanted = naive_unstuff(between, kept, plain);
            CHECK(length == wanted);
            CHECK((wanted == 0u) || (memcmp(plain, reader.plain, wanted) == 0));
            const bool counted = (wanted == 0u) && (kept > 0u);
            CHECK(reader.bad == (counted ? count_up(bad_before) : bad_before));
            taken += (wanted > 0u) ? 1u : 0u;
            bad += counted ? 1u : 0u;
            kept = 0;
        }
        seen += count;
    }
    CHECK(taken > 10000u);
    CHECK(bad > 10000u);
}

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
        {0x01, 0xf2, 0xef, 0xc8, 0xd5}, {0xb8, 0xec, 0xf1, 0xd6, 0xcb}, {0xff, 0xff, 0xe2, 0xc5, 0xd8},
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

static void sequences_wrap(void)
{
    check_named("sequences");
    CHECK(sequence_result(false, 5, 5) == RESULT_DONE);
    CHECK(sequence_result(true, 5, 5) == RESULT_REPEATED);
    CHECK(sequence_result(true, 5, 6) == RESULT_DONE);
    CHECK(sequence_result(true, 5, 4) == RESULT_OLD);
    CHECK(sequence_result(true, 65535, 0) == RESULT_DONE);
    CHECK(sequence_result(true, 0, 32767) == RESULT_DONE);
    CHECK(sequence_result(true, 0, 32768) == RESULT_OLD);
}

#define BODY 20u

/** Ticks until `stop` bytes were written, or for so long; returns how long. */
static uint16_t let_it_write(uint8_t *body, moment *now, uint32_t stop, uint16_t limit)
{
    uint16_t time = 0;
    while ((time < limit) && (eeprom_writes < stop)) {
        eeprom_tick();
        *now += UINT32_C(1000);
        if (store_poll(*now)) {
            store_write(body, BODY, *now);
        }
        time++;
    }
    return time;
}

static void a_change_is_kept_and_nothing_else_written(moment now)
{
    check_named("BRIDGE-7: the store");
    uint8_t body[BODY];
    uint8_t loaded[BODY];
    eeprom_erase();
    CHECK(!store_load(body, BODY));
    body[3] = 7;
    store_changed();
    (void)let_it_write(body, &now, UINT32_MAX, 500);
    const uint32_t first = eeprom_writes;
    CHECK(first >= BODY);
    CHECK(store_load(loaded, BODY));
    CHECK(memcmp(body, loaded, BODY) == 0);
    store_changed();
    (void)let_it_write(body, &now, UINT32_MAX, 3000);
    CHECK(eeprom_writes == first);
    body[3] = 8;
    store_changed();
    (void)let_it_write(body, &now, UINT32_MAX, 500);
    const uint32_t second = eeprom_writes;
    CHECK(second > first);
    body[3] = 9;
    store_changed();
    (void)let_it_write(body, &now, UINT32_MAX, 400);
    CHECK(eeprom_writes == second);
    (void)let_it_write(body, &now, UINT32_MAX, 1000);
    CHECK(eeprom_writes > second);
    /* The slot had 7: the generation, the byte and the checksum differ. */
    CHECK(eeprom_writes <= second + 6u);
    CHECK(store_load(loaded, BODY));
    CHECK(loaded[3] == 9u);
}

/** Power fails after each byte that is written: the settings are the old or the new ones. */
static void power_may_fail_at_any_byte(void)
{
    check_named("BRIDGE-7: power fails");
    for (uint32_t cut = 1; cut < 26u; cut++) {
        uint8_t body[BODY];
        uint8_t loaded[BODY];
        moment now = 0;
        eeprom_erase();
        (void)store_load(body, BODY);
        memset(body, 0x11, BODY);
        store_changed();
        (void)let_it_write(body, &now, UINT32_MAX, 2000);
        memset(body, 0x22, BODY);
        store_changed();
        eeprom_writes = 0;
        (void)let_it_write(body, &now, cut, 2000);
        for (uint8_t wait = 0; wait < 10u; wait++) {
            eeprom_tick();
        }
        CHECK(store_load(loaded, BODY));
        CHECK((loaded[0] == 0x11u) || (loaded[0] == 0x22u));
        for (uint8_t at = 1; at < BODY; at++) {
            CHECK(loaded[at] == loaded[0]);
        }
        CHECK((loaded[0] == 0x22u) == (cut == 25u));
    }
}

static void generations_wrap(void)
{
    check_named("BRIDGE-7: generations");
    uint8_t body[BODY];
    uint8_t loaded[BODY];
    moment now = 0;
    eeprom_erase();
    (void)store_load(body, BODY);
    for (uint16_t change = 1; change < 600u; change++) {
        put_u16(body, change);
        store_changed();
        (void)let_it_write(body, &now, UINT32_MAX, 1200);
        if ((change % 3u) == 0u) {
            CHECK(store_load(loaded, BODY));
            CHECK(get_u16(loaded) == change);
        }
    }
}

int main(void)
{
    const moment begins[] = {0, UINT32_C(0x7FFFFFFF) - UINT32_C(150000), UINT32_C(0xFFFFFFFF) - UINT32_C(150000), UINT32_C(0xFFFFFFFF)};
    checks_of_the_catalogue();
    frames_go_over_the_line();
    streams_are_taken_apart();
    any_bytes_are_read_as_by_the_paper();
    questions_are_all_255();
    answers_are_those_of_the_readme();
    settings_are_checked();
    sequences_wrap();
    for (uint8_t at = 0; at < COUNT(begins); at++) {
        a_right_answer_counts_down(begins[at]);
        wrong_answers_count_up(begins[at]);
        no_answer_bites_in_the_end(begins[at]);
        what_is_no_answer_changes_nothing(begins[at]);
        the_first_sequence_is_one_window(begins[at]);
        a_change_is_kept_and_nothing_else_written(begins[at]);
    }
    power_may_fail_at_any_byte();
    generations_wrap();
    (void)bridge_sequences;
    (void)voter_sequences;
    return check_ended("line");
}
