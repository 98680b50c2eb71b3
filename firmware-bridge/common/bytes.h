/** Numbers in a payload: unsigned, big endian. The caller has checked the length. */
#ifndef BYTES_H
#define BYTES_H

#include <stdint.h>

static inline uint16_t get_u16(const uint8_t *at)
{
    return (uint16_t)(((uint16_t)at[0] << 8) | at[1]);
}

static inline uint32_t get_u32(const uint8_t *at)
{
    return ((uint32_t)get_u16(at) << 16) | get_u16(at + 2);
}

static inline void put_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void put_u32(uint8_t *at, uint32_t value)
{
    put_u16(at, (uint16_t)(value >> 16));
    put_u16(at + 2, (uint16_t)value);
}

/** Counters that are told to the host stand still at their end instead of beginning anew. */
static inline uint16_t count_up(uint16_t counter)
{
    return (counter == UINT16_MAX) ? counter : (uint16_t)(counter + 1u);
}

/** Of two such counters. */
static inline uint16_t sum(uint16_t a, uint16_t b)
{
    const uint32_t both = (uint32_t)a + b;
    return (uint16_t)((both > UINT16_MAX) ? UINT16_MAX : both);
}

#endif
