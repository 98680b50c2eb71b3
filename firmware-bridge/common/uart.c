#include "uart.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>

#include "bytes.h"

#ifndef BAUD
#define BAUD 115200ul
#endif

/** With U2X: 8 clocks for a bit, rounded to the nearest. */
#define DIVIDER ((F_CPU + 4ul * BAUD) / (8ul * BAUD) - 1ul)
#define RX_MASK (UART_RX_BYTES - 1u)

/** Each index has one writer: the interrupt has rx_in and tx_out, the main loop the others. */
typedef struct {
    volatile uint8_t rx_in;
    volatile uint8_t rx_out;
    volatile uint8_t tx_in;
    volatile uint8_t tx_out;
    volatile uint16_t overruns;
    volatile uint8_t rx[UART_RX_BYTES];
    volatile uint8_t tx[UART_TX_BYTES];
} uart;

static uart uarts[UART_PORTS];

/** The registers of each port lie in the same order from its UCSRnA on. */
enum { STATUS = 0, CONTROL = 1, FORMAT = 2, RATE_LOW = 4, RATE_HIGH = 5, DATA = 6 };

static volatile uint8_t *registers_of(uint8_t port)
{
    volatile uint8_t *at = &UCSR0A;
#if UART_PORTS > 1
    if (port == 1u) {
        at = &UCSR1A;
    } else if (port == 2u) {
        at = &UCSR2A;
    } else if (port == 3u) {
        at = &UCSR3A;
    } else {
        /* Port 0. */
    }
#else
    (void)port;
#endif
    return at;
}

static inline void received(uart *line, uint8_t status, uint8_t byte)
{
    const uint8_t in = line->rx_in;
    const uint8_t next = (uint8_t)(in + 1u) & RX_MASK;
    const bool full = next == line->rx_out;
    if (!full) {
        line->rx[in] = byte;
        line->rx_in = next;
    }
    if (full || ((status & _BV(DOR0)) != 0u)) {
        line->overruns = count_up(line->overruns);
    }
}

/**
 * It is enabled only while a byte waits, and the last one disables it: an interrupt that wrote
 * nothing would cost time, and a simulator takes the empty register for served by it.
 */
static inline void send_next(uart *line, volatile uint8_t *data, volatile uint8_t *control)
{
    const uint8_t out = line->tx_out;
    const uint8_t next = (uint8_t)(out + 1u);
    *data = line->tx[out];
    line->tx_out = next;
    if (next == line->tx_in) {
        *control &= (uint8_t)~_BV(UDRIE0);
    }
}

/** The status is read before the byte: reading the byte takes it away. */
#define UART_INTERRUPTS(port, rx_vector, empty_vector)                                             \
    ISR(rx_vector)                                                                                 \
    {                                                                                              \
        const uint8_t status = UCSR##port##A;                                                      \
        const uint8_t byte = UDR##port;                                                            \
        received(&uarts[port], status, byte);                                                      \
    }                                                                                              \
    ISR(empty_vector)                                                                              \
    {                                                                                              \
        send_next(&uarts[port], &UDR##port, &UCSR##port##B);                                       \
    }

#if UART_PORTS > 1
UART_INTERRUPTS(0, USART0_RX_vect, USART0_UDRE_vect)
UART_INTERRUPTS(1, USART1_RX_vect, USART1_UDRE_vect)
UART_INTERRUPTS(2, USART2_RX_vect, USART2_UDRE_vect)
UART_INTERRUPTS(3, USART3_RX_vect, USART3_UDRE_vect)
#else
UART_INTERRUPTS(0, USART_RX_vect, USART_UDRE_vect)
#endif

void uart_begin(uint8_t port)
{
    volatile uint8_t *const at = registers_of(port);
    at[CONTROL] = 0;
    at[STATUS] = _BV(U2X0);
    at[FORMAT] = _BV(UCSZ01) | _BV(UCSZ00);
    at[RATE_HIGH] = (uint8_t)(DIVIDER >> 8);
    at[RATE_LOW] = (uint8_t)DIVIDER;
    at[CONTROL] = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
}

bool uart_has(uint8_t port)
{
    return uarts[port].rx_in != uarts[port].rx_out;
}

bool uart_take(uint8_t port, uint8_t *byte)
{
    uart *const line = &uarts[port];
    const uint8_t out = line->rx_out;
    const bool some = out != line->rx_in;
    if (some) {
        *byte = line->rx[out];
        line->rx_out = (uint8_t)(out + 1u) & RX_MASK;
    }
    return some;
}

uint8_t uart_room(uint8_t port)
{
    const uint8_t out = uarts[port].tx_out;
    const uint8_t in = uarts[port].tx_in;
    return (uint8_t)((uint8_t)(out - in) - 1u);
}

void uart_put(uint8_t port, const uint8_t *bytes, uint8_t length)
{
    uart *const line = &uarts[port];
    volatile uint8_t *const at = registers_of(port);
    uint8_t in = line->tx_in;
    for (uint8_t next = 0; next < length; next++) {
        line->tx[in] = bytes[next];
        in++;
    }
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        line->tx_in = in;
        at[CONTROL] |= _BV(UDRIE0);
    }
}

uint16_t uart_overruns(uint8_t port)
{
    uint16_t overruns;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        overruns = uarts[port].overruns;
    }
    return overruns;
}
