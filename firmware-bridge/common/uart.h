/**
 * Serial lines with rings in both directions, moved by interrupts. Nothing here waits: whoever
 * writes asks for room first, and a byte that arrives at a full ring is lost and counted.
 *
 * An interrupt takes less than 80 cycles, the time of a byte at 2 Mbit/s.
 */
#ifndef UART_H
#define UART_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __AVR_ATmega2560__
#define UART_PORTS 4u
#else
#define UART_PORTS 1u
#endif

/** Powers of two; one place of a ring stays empty. */
#define UART_RX_BYTES 128u
#define UART_TX_BYTES 256u

void uart_begin(uint8_t port);

/** False where nothing has arrived. */
bool uart_take(uint8_t port, uint8_t *byte);

bool uart_has(uint8_t port);

/** How many bytes may be put at once. */
uint8_t uart_room(uint8_t port);

/** There is room for them. */
void uart_put(uint8_t port, const uint8_t *bytes, uint8_t length);

/** Bytes lost in the chip or for want of room. Saturates. */
uint16_t uart_overruns(uint8_t port);

#endif
