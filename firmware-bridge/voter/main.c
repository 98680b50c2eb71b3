/**
 * The main loop: one frame from each place, then what time brings, then sleep until an interrupt.
 * It alone pets the hardware watchdog. UART 0 is left for a person.
 */
#include <avr/interrupt.h>

#include "chip.h"
#include "clock.h"
#include "hardware.h"
#include "line.h"
#include "uart.h"
#include "voter.h"

#define PORT_OF_PLACE_0 1u

static frame_reader readers[PLACES];

static uint8_t port_of(uint8_t at)
{
    return (uint8_t)(PORT_OF_PLACE_0 + at);
}

static void take_frames(void)
{
    for (uint8_t at = 0; at < PLACES; at++) {
        if (line_has_room(port_of(at), VOTER_ANSWER_MAX)) {
            const uint8_t length = line_take(port_of(at), &readers[at]);
            if (length > 0u) {
                voter_take(at, readers[at].plain, length, clock_now());
            }
        }
    }
}

static bool busy(void)
{
    static uint8_t ticks;
    const uint8_t now = clock_ticks();
    bool some = ticks != now;
    ticks = now;
    for (uint8_t at = 0; at < PLACES; at++) {
        some = some || uart_has(port_of(at));
    }
    return some;
}

int main(void)
{
    const start_facts start = chip_begin();
    hardware_begin();
    clock_begin();
    for (uint8_t at = 0; at < PLACES; at++) {
        uart_begin(port_of(at));
    }
    sei();
    voter_begin(&start, clock_now());
    for (;;) {
        chip_pet();
        take_frames();
        voter_poll(clock_now());
#ifdef WITH_FAULTS
        while (voter_hung()) {
            /* For ever: the watchdog ends it. */
        }
#endif
        chip_sleep_unless(busy);
    }
}
