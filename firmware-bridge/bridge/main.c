/**
 * The main loop: one frame from the host, then what time brings, then sleep until an interrupt.
 * It alone pets the hardware watchdog.
 */
#include <avr/interrupt.h>

#include "bridge.h"
#include "chip.h"
#include "clock.h"
#include "hardware.h"
#include "line.h"
#include "uart.h"

#define HOST 0u

static frame_reader reader;

bool host_send(const uint8_t *payload, uint8_t length)
{
    return line_send(HOST, payload, length);
}

bool host_send_beat(const uint8_t *payload, uint8_t length)
{
    return line_send_beat(HOST, payload, length);
}

uint16_t host_overruns(void)
{
    return uart_overruns(HOST);
}

/** One frame at most: time goes on between two. */
static void take_frame(void)
{
    if (line_has_room(HOST, BRIDGE_ANSWER_MAX)) {
        const uint8_t length = line_take(HOST, &reader);
        if (length > 0u) {
            bridge_take(reader.plain, length, clock_now());
        }
    }
}

static bool busy(void)
{
    return uart_has(HOST) || hardware_woke();
}

int main(void)
{
    const start_facts start = chip_begin();
    hardware_begin();
    clock_begin();
    uart_begin(HOST);
    sei();
    bridge_begin(&start, clock_now());
    for (;;) {
        chip_pet();
        take_frame();
        bridge_poll(reader.bad, clock_now());
#ifdef WITH_FAULTS
        while (bridge_hung()) {
            /* For ever: the watchdog ends it. */
        }
#endif
        chip_sleep_unless(busy);
    }
}
