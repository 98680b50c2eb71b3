/** Payloads on a serial line: what is said goes out whole or not at all. */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

/** Room that only a heartbeat may take, so that nothing else that is said delays one. */
#define LINE_KEPT_FOR_BEAT 40u

/** Is there room for an answer of so many bytes, and for a heartbeat after it? */
bool line_has_room(uint8_t port, uint8_t payload_bytes);

/** False, and nothing is sent, where there is no room. */
bool line_send(uint8_t port, const uint8_t *payload, uint8_t length);

/** The same, and it may take the room that is kept. */
bool line_send_beat(uint8_t port, const uint8_t *payload, uint8_t length);

/**
 * Takes bytes that have arrived until a frame is complete; at most those of one ring, so that the
 * main loop comes around. Returns the length of its payload, which is in `reader->plain`, or 0.
 */
uint8_t line_take(uint8_t port, frame_reader *reader);

#endif
