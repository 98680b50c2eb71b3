/**
 * The main loop: bytes from the host, what is to be reported, then sleep until an interrupt. It
 * alone pets the hardware watchdog.
 */
#include <avr/interrupt.h>

#include "chip.h"
#include "firmata.h"
#include "hardware.h"
#include "host.h"
#include "reports.h"
#include "uart.h"

#define HOST 0u

uint8_t host_room(void)
{
    return uart_room(HOST);
}

void host_put(const uint8_t *bytes, uint8_t length)
{
    uart_put(HOST, bytes, length);
}

/** At most those of one ring, so that the loop comes around. */
static void take_bytes(void)
{
    uint8_t byte;
    for (uint8_t count = 0; count < UART_RX_BYTES; count++) {
        if ((host_room() < FIRMATA_ANSWER_MAX) || !uart_take(HOST, &byte)) {
            break;
        }
        firmata_take(byte);
    }
}

static bool busy(void)
{
    return uart_has(HOST) || hardware_woke();
}

int main(void)
{
    (void)chip_begin();
    hardware_begin();
    uart_begin(HOST);
    sei();
    firmata_begin();
    for (;;) {
        chip_pet();
        take_bytes();
        reports_poll();
        chip_sleep_unless(busy);
    }
}
