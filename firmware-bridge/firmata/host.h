/** The line to the host: main.c has it. */
#ifndef FIRMATA_HOST_H
#define FIRMATA_HOST_H

#include <stdint.h>

/** How many bytes may be put at once. */
uint8_t host_room(void);

/** There is room for them. */
void host_put(const uint8_t *bytes, uint8_t length);

#endif
