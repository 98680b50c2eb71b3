/** Frames and checksums, with bytes by chance; then the files beside this one, by line-parts.h. */
#include <string.h>

#include "bytes.h"
#include "check.h"
#include "crc.h"
#include "frame.h"
#include "hello.h"
#include "line-parts.h"

#include "../vectors/frames.h"

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

int main(void)
{
    checks_of_the_catalogue();
    frames_go_over_the_line();
    streams_are_taken_apart();
    any_bytes_are_read_as_by_the_paper();
    sequences_wrap();
    line_questions();
    line_store();
    line_fence();
    return check_ended("line");
}
