/**
 * COBS is undone byte by byte as it arrives: each code byte but the first stands for the zero that
 * ended the piece before it. A code of FF, which would stand for none, cannot be complete within
 * FRAME_STUFFED_MAX bytes, so it needs no case of its own: such a frame ends too early or is too
 * long.
 */
#include "frame.h"

#include <string.h>

#include "bytes.h"
#include "crc.h"

static void forget(frame_reader *reader)
{
    reader->length = 0;
    reader->seen = 0;
    reader->left = 0;
    reader->skipping = false;
}

static void take(frame_reader *reader, uint8_t byte)
{
    if (reader->seen == FRAME_STUFFED_MAX) {
        reader->skipping = true;
        return;
    }
    if (reader->left > 0u) {
        reader->plain[reader->length++] = byte;
        reader->left--;
    } else {
        if (reader->seen > 0u) {
            reader->plain[reader->length++] = 0;
        }
        reader->left = (uint8_t)(byte - 1u);
    }
    reader->seen++;
}

/** The length of the payload; 0 where it is no frame. */
static uint8_t finish(const frame_reader *reader)
{
    uint8_t payload = 0;
    if (!reader->skipping && (reader->left == 0u) && (reader->length > FRAME_CRC_BYTES)) {
        payload = (uint8_t)(reader->length - FRAME_CRC_BYTES);
        if (get_u32(&reader->plain[payload]) != crc32c(reader->plain, payload)) {
            payload = 0;
        }
    }
    return payload;
}

uint8_t frame_read(frame_reader *reader, uint8_t byte)
{
    uint8_t payload = 0;
    if (byte != 0u) {
        take(reader, byte);
    } else {
        if (reader->seen > 0u) {
            payload = finish(reader);
            if (payload == 0u) {
                reader->bad = count_up(reader->bad);
            }
        }
        forget(reader);
    }
    return payload;
}

uint8_t frame_write(const uint8_t *payload, uint8_t length, uint8_t *line)
{
    uint8_t crc[FRAME_CRC_BYTES];
    put_u32(crc, crc32c(payload, length));
    uint8_t code_at = 1;
    uint8_t next = 2;
    line[0] = 0;
    for (uint8_t at = 0; at < length + FRAME_CRC_BYTES; at++) {
        const uint8_t byte = (at < length) ? payload[at] : crc[at - length];
        if (byte != 0u) {
            line[next++] = byte;
        } else {
            line[code_at] = (uint8_t)(next - code_at);
            code_at = next++;
        }
    }
    line[code_at] = (uint8_t)(next - code_at);
    line[next++] = 0;
    return next;
}
