#include "line.h"

#include "uart.h"

bool line_has_room(uint8_t port, uint8_t payload_bytes)
{
    return uart_room(port) >= payload_bytes + FRAME_OVERHEAD + LINE_KEPT_FOR_BEAT;
}

bool line_send(uint8_t port, const uint8_t *payload, uint8_t length)
{
    return line_has_room(port, length) && line_send_beat(port, payload, length);
}

bool line_send_beat(uint8_t port, const uint8_t *payload, uint8_t length)
{
    const bool fits = uart_room(port) >= length + FRAME_OVERHEAD;
    if (fits) {
        uint8_t line[FRAME_LINE_MAX];
        uart_put(port, line, frame_write(payload, length, line));
    }
    return fits;
}

uint8_t line_take(uint8_t port, frame_reader *reader)
{
    uint8_t length = 0;
    uint8_t byte = 0;
    for (uint8_t taken = 0; (taken < UART_RX_BYTES) && (length == 0u); taken++) {
        if (!uart_take(port, &byte)) {
            break;
        }
        length = frame_read(reader, byte);
    }
    return length;
}
