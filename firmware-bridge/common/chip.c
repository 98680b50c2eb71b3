#include "chip.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>

#include "clock.h"

#define WATCHDOG WDTO_250MS
#define CAUSES 0x0Fu

/** A reset leaves this memory alone; `boots_check` tells it from what was there at power-on. */
static uint16_t boots __attribute__((section(".noinit")));
static uint16_t boots_check __attribute__((section(".noinit")));
static uint8_t cause __attribute__((section(".noinit")));

/**
 * Before the C program starts: a chip that its watchdog has reset has it armed still, with 16 ms
 * to go. A boot loader that has cleared MCUSR leaves it in r2.
 */
void chip_early(void) __attribute__((naked, used, section(".init3")));
void chip_early(void)
{
    uint8_t left;
    __asm__ volatile("mov %0, r2" : "=r"(left));
    cause = MCUSR;
    if (cause == 0u) {
        cause = left;
    }
    MCUSR = 0;
    wdt_enable(WATCHDOG);
}

start_facts chip_begin(void)
{
    cause &= CAUSES;
    const bool power = (cause & _BV(PORF)) != 0u;
    const bool counted = boots_check == (uint16_t)~boots;
    if (power || !counted) {
        boots = 0;
    }
    if (boots != UINT16_MAX) {
        boots++;
    }
    boots_check = (uint16_t)~boots;
    wdt_reset();
    const start_facts facts = {cause, boots};
    return facts;
}

void chip_pet(void)
{
    static uint8_t ticks;
    const uint8_t now = clock_ticks();
    if (now != ticks) {
        ticks = now;
        wdt_reset();
    }
}

void chip_sleep_unless(bool (*busy)(void))
{
    /* Idle: the clock and the lines go on. */
    SMCR = 0;
    cli();
    if (!busy()) {
        sleep_enable();
        /* No interrupt runs between these two: none is lost. */
        sei();
        sleep_cpu();
        sleep_disable();
    }
    sei();
}
