/**
 * CRC-32C takes four bits at a time: a table of 64 bytes, and half the steps of the bitwise loop.
 * CRC-8 is computed for two bytes ten times a second, and needs no table.
 */
#include "crc.h"

#include "rom.h"

/** The register after each nibble, reflected polynomial 82F63B78. */
static const uint32_t nibbles[16] ROM = {
    UINT32_C(0x00000000), UINT32_C(0x105EC76F), UINT32_C(0x20BD8EDE), UINT32_C(0x30E349B1),
    UINT32_C(0x417B1DBC), UINT32_C(0x5125DAD3), UINT32_C(0x61C69362), UINT32_C(0x7198540D),
    UINT32_C(0x82F63B78), UINT32_C(0x92A8FC17), UINT32_C(0xA24BB5A6), UINT32_C(0xB21572C9),
    UINT32_C(0xC38D26C4), UINT32_C(0xD3D3E1AB), UINT32_C(0xE330A81A), UINT32_C(0xF36E6F75),
};

uint32_t crc32c(const uint8_t *bytes, uint8_t length)
{
    uint32_t crc = UINT32_C(0xFFFFFFFF);
    for (uint8_t at = 0; at < length; at++) {
        crc ^= bytes[at];
        crc = ROM_U32(nibbles, crc & 0x0Fu) ^ (crc >> 4);
        crc = ROM_U32(nibbles, crc & 0x0Fu) ^ (crc >> 4);
    }
    return crc ^ UINT32_C(0xFFFFFFFF);
}

uint8_t crc8(const uint8_t *bytes, uint8_t length)
{
    uint8_t crc = 0xFFu;
    for (uint8_t at = 0; at < length; at++) {
        crc ^= bytes[at];
        for (uint8_t bit = 0; bit < 8u; bit++) {
            const uint8_t taps = ((crc & 0x80u) != 0u) ? 0x1Du : 0u;
            crc = (uint8_t)((uint8_t)(crc << 1) ^ taps);
        }
    }
    return crc ^ 0xFFu;
}
