/**
 * CRC-32C takes four bits at a time: a table of 64 bytes, and half the steps of the bitwise loop.
 * CRC-8 is computed for two bytes ten times a second, and needs no table.
 */
#include "crc.h"

#include "rom.h"

/** The register after each nibble, reflected polynomial 82F63B78. */
static const uint32_t nibbles[16] ROM = {
    0x00000000ul, 0x105EC76Ful, 0x20BD8EDEul, 0x30E349B1ul,
    0x417B1DBCul, 0x5125DAD3ul, 0x61C69362ul, 0x7198540Dul,
    0x82F63B78ul, 0x92A8FC17ul, 0xA24BB5A6ul, 0xB21572C9ul,
    0xC38D26C4ul, 0xD3D3E1ABul, 0xE330A81Aul, 0xF36E6F75ul,
};

uint32_t crc32c(const uint8_t *bytes, uint8_t length)
{
    uint32_t crc = 0xFFFFFFFFul;
    for (uint8_t at = 0; at < length; at++) {
        crc ^= bytes[at];
        crc = ROM_U32(nibbles, crc & 0x0Fu) ^ (crc >> 4);
        crc = ROM_U32(nibbles, crc & 0x0Fu) ^ (crc >> 4);
    }
    return crc ^ 0xFFFFFFFFul;
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
