/**
 * Frames on the line: 00 | COBS( payload | CRC-32C ) | 00. See protocol.md; the same as
 * src/wire/byte-stream.ts on the other side.
 */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stdint.h>

#define FRAME_PAYLOAD_MAX 64u
#define FRAME_CRC_BYTES 4u
#define FRAME_PLAIN_MAX (FRAME_PAYLOAD_MAX + FRAME_CRC_BYTES)
/** COBS adds one byte to so few; no piece ever reaches the code FF. */
#define FRAME_STUFFED_MAX (FRAME_PLAIN_MAX + 1u)
/** On the line, with both zeros. */
#define FRAME_LINE_MAX (FRAME_STUFFED_MAX + 2u)
/** What a frame is longer on the line than its payload. */
#define FRAME_OVERHEAD 7u

/** Begins as zeros. */
typedef struct {
    uint8_t plain[FRAME_PLAIN_MAX];
    /** Bytes in `plain`. */
    uint8_t length;
    /** Stuffed bytes since the last zero. */
    uint8_t seen;
    /** Bytes still to come of the piece that is being read. */
    uint8_t left;
    /** Too long: skipped up to the next zero. */
    bool skipping;
    /** Frames that were none, told to the host. Saturates. */
    uint16_t bad;
} frame_reader;

/**
 * Takes the next byte of the line. Returns the length of the payload that it completes, which then
 * stands in `plain` until the next call; 0 where it completes none.
 */
uint8_t frame_read(frame_reader *reader, uint8_t byte);

/**
 * Writes the frame of a payload of 1 to FRAME_PAYLOAD_MAX bytes to `line`, which has room for
 * FRAME_LINE_MAX. Returns its length.
 */
uint8_t frame_write(const uint8_t *payload, uint8_t length, uint8_t *line);

#endif
