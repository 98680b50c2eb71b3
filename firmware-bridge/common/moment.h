/**
 * Device time: microseconds since the start, modulo 2^32. Two moments are compared by their
 * difference, so they must lie less than 35 minutes apart: whoever keeps one for longer keeps a
 * flag beside it instead.
 */
#ifndef MOMENT_H
#define MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#define MILLISECOND UINT32_C(1000)

typedef uint32_t moment;

static inline bool is_due(moment when, moment now)
{
    return (uint32_t)(now - when) < 0x80000000ul;
}

static inline moment after_ms(moment now, uint16_t milliseconds)
{
    return now + (uint32_t)milliseconds * MILLISECOND;
}

#endif
