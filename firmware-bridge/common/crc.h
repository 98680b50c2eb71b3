/** The two checks of the line and of the questions; see src/codes/crc for the model they follow. */
#ifndef CRC_H
#define CRC_H

#include <stdint.h>

/** CRC-32C (Castagnoli). Of "123456789" it is E3069283. */
uint32_t crc32c(const uint8_t *bytes, uint8_t length);

/** CRC-8 SAE J1850. Of "123456789" it is 4B. */
uint8_t crc8(const uint8_t *bytes, uint8_t length);

#endif
