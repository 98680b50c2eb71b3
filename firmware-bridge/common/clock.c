#include "clock.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>

#if F_CPU != 16000000ul
#error "the steps of the clock are those of a crystal of 16 MHz"
#endif

#define TOP (CLOCK_STEPS - 1u)
#define STEPS_PER_MICROSECOND 2u

static volatile moment tick_at;
static volatile uint8_t ticks;

ISR(TIMER1_OVF_vect)
{
    tick_at += MILLISECOND;
    ticks++;
}

void clock_begin(void)
{
    TCCR1B = 0;
    TCNT1 = 0;
    ICR1 = TOP;
    TIFR1 = _BV(TOV1);
    TIMSK1 = _BV(TOIE1);
    TCCR1A = _BV(WGM11);
    TCCR1B = _BV(WGM13) | _BV(WGM12) | _BV(CS11);
}

moment clock_now_quiet(void)
{
    const uint16_t steps = TCNT1;
    moment now = tick_at;
    /* The counter began anew and the interrupt has not run yet. At TOP itself the flag may be up
     * before the counter is at 0. */
    if (((TIFR1 & _BV(TOV1)) != 0u) && (steps < (TOP / 2u))) {
        now += MILLISECOND;
    }
    return now + steps / STEPS_PER_MICROSECOND;
}

moment clock_now(void)
{
    moment now;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        now = clock_now_quiet();
    }
    return now;
}

uint8_t clock_ticks(void)
{
    return ticks;
}
