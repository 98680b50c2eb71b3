/*
 * A microcontroller in simavr, moved by lines of text. It is a test program of its own, built when
 * the lane runs and never published: libsimavr, which it is linked with, is under the GPLv3.
 *
 * Time is the microcontroller's. It stands still until `run` lets some of it pass, and a firmware
 * that sleeps costs no time of ours, so a busy machine changes nothing.
 *
 *   simavr-harness <processor> <hertz> <hex file> <uarts, as 0 or 123>
 *
 *   run <microseconds>              lets so much time pass; then answers `ran`
 *   say <uart> <bytes, hex>         to a UART, at the pace of its line; at most sayMax wait
 *   volts <channel> <millivolts>    at an input of the analog converter
 *   pin <port> <bit> <level>        from outside, for instance `pin D 2 1`
 *   peek <address, hex>             a byte of the registers or the memory: `peeked <value, hex>`
 *
 *   heard <uart> <microseconds> <bytes, hex>   what a UART said until then, as it comes
 *   ran <microseconds> <running, sleeping, stopped or crashed>
 *   refused <line>                             what was not understood
 */
#include <simavr/avr_adc.h>
#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_hex.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    uartsMax = 4,
    sayMax = 65536,    /* bytes that wait for a UART */
    heardMax = 256,    /* bytes of one `heard` */
    lineMax = 8192,    /* characters of a command */
    sliceMicros = 250, /* so often UARTs are served: two or three bytes at 115,200 baud */
    millivolts = 5000
};

/* One UART: what waits for it, a ring, and what it said since the last slice. */
typedef struct {
    char name;
    bool ready; /* it has room for a byte */
    avr_irq_t *input;
    uint8_t waiting[sayMax];
    uint32_t first;
    uint32_t count;
    uint8_t heard[heardMax];
    uint32_t heardCount;
} Uart;

static avr_t *avr;
static Uart uarts[uartsMax];
static uint32_t uartCount;

static uint64_t micros(void) {
    return avr->cycle / (avr->frequency / 1000000u);
}

static void flush(Uart *uart) {
    if (uart->heardCount == 0) {
        return;
    }
    printf("heard %c %llu ", uart->name, (unsigned long long)micros());
    for (uint32_t at = 0; at < uart->heardCount; at += 1) {
        printf("%02x", uart->heard[at]);
    }
    printf("\n");
    uart->heardCount = 0;
}

static void onOutput(avr_irq_t *irq, uint32_t value, void *param) {
    Uart *uart = param;
    (void)irq;
    if (uart->heardCount == heardMax) {
        flush(uart);
    }
    uart->heard[uart->heardCount] = (uint8_t)value;
    uart->heardCount += 1;
}

static void onRoom(avr_irq_t *irq, uint32_t value, void *param) {
    (void)irq;
    (void)value;
    ((Uart *)param)->ready = true;
}

static void onFull(avr_irq_t *irq, uint32_t value, void *param) {
    (void)irq;
    (void)value;
    ((Uart *)param)->ready = false;
}

static void feed(Uart *uart) {
    while (uart->ready && uart->count > 0) {
        uint8_t byte = uart->waiting[uart->first];
        uart->first = (uart->first + 1) % sayMax;
        uart->count -= 1;
        avr_raise_irq(uart->input, byte);
    }
}

/* simavr would print what a UART says, and would sleep when a firmware waits for a byte. */
static void plainUart(char name) {
    uint32_t flags = 0;
    avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS(name), &flags);
    flags &= ~(uint32_t)(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS(name), &flags);
}

static bool addUart(char name) {
    uint32_t ctl = AVR_IOCTL_UART_GETIRQ(name);
    Uart *uart = &uarts[uartCount];
    uart->name = name;
    uart->ready = true;
    uart->input = avr_io_getirq(avr, ctl, UART_IRQ_INPUT);
    if (uart->input == NULL) {
        return false;
    }
    plainUart(name);
    avr_irq_register_notify(avr_io_getirq(avr, ctl, UART_IRQ_OUTPUT), onOutput, uart);
    avr_irq_register_notify(avr_io_getirq(avr, ctl, UART_IRQ_OUT_XON), onRoom, uart);
    avr_irq_register_notify(avr_io_getirq(avr, ctl, UART_IRQ_OUT_XOFF), onFull, uart);
    uartCount += 1;
    return true;
}

static Uart *uartNamed(char name) {
    for (uint32_t at = 0; at < uartCount; at += 1) {
        if (uarts[at].name == name) {
            return &uarts[at];
        }
    }
    return NULL;
}

static bool isOver(int state) {
    return state == cpu_Done || state == cpu_Crashed;
}

static const char *stateName(int state) {
    switch (state) {
        case cpu_Running:
            return "running";
        case cpu_Sleeping:
            return "sleeping";
        case cpu_Crashed:
            return "crashed";
        default:
            return "stopped";
    }
}

/* simavr's word for the end of a slice: it must not run beyond it in its sleep by much. */
static void runUntil(avr_cycle_count_t end) {
    int state = avr->state;
    while (avr->cycle < end && !isOver(state)) {
        state = avr_run(avr);
    }
}

static void run(uint64_t wanted) {
    uint64_t perMicro = avr->frequency / 1000000u;
    avr_cycle_count_t end = avr->cycle + wanted * perMicro;
    while (avr->cycle < end && !isOver(avr->state)) {
        avr_cycle_count_t slice = avr->cycle + sliceMicros * perMicro;
        for (uint32_t at = 0; at < uartCount; at += 1) {
            feed(&uarts[at]);
        }
        runUntil(slice < end ? slice : end);
        for (uint32_t at = 0; at < uartCount; at += 1) {
            flush(&uarts[at]);
        }
    }
    printf("ran %llu %s\n", (unsigned long long)micros(), stateName(avr->state));
}

static int digit(char c) {
    const char *digits = "0123456789abcdef";
    const char *found = c == '\0' ? NULL : strchr(digits, c);
    return found == NULL ? -1 : (int)(found - digits);
}

/* All of it, or nothing. */
static bool say(Uart *uart, const char *hex) {
    size_t length = strlen(hex);
    if (uart == NULL || length % 2 != 0 || length / 2 > sayMax - uart->count) {
        return false;
    }
    if (strspn(hex, "0123456789abcdef") != length) {
        return false;
    }
    for (size_t at = 0; at < length; at += 2) {
        uint32_t place = (uart->first + uart->count) % sayMax;
        uart->waiting[place] = (uint8_t)(digit(hex[at]) * 16 + digit(hex[at + 1]));
        uart->count += 1;
    }
    return true;
}

static bool raise(avr_irq_t *irq, uint32_t value) {
    if (irq == NULL) {
        return false;
    }
    avr_raise_irq(irq, value);
    return true;
}

static bool peek(uint32_t address) {
    if (address > avr->ramend) {
        return false;
    }
    printf("peeked %02x\n", avr->data[address]);
    return true;
}

static bool obey(const char *line) {
    static char hex[lineMax];
    unsigned long long wanted = 0;
    unsigned first = 0;
    unsigned second = 0;
    char letter = 0;
    if (sscanf(line, "run %llu", &wanted) == 1) {
        run(wanted);
        return true;
    }
    if (sscanf(line, "say %c %8191s", &letter, hex) == 2) {
        return say(uartNamed(letter), hex);
    }
    if (sscanf(line, "volts %u %u", &first, &second) == 2) {
        return raise(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, (int)first), second);
    }
    if (sscanf(line, "pin %c %u %u", &letter, &first, &second) == 3 && first < 8) {
        return raise(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ(letter), (int)first), second);
    }
    if (sscanf(line, "peek %x", &first) == 1) {
        return peek(first);
    }
    return false;
}

static void noSleep(avr_t *sleeper, avr_cycle_count_t cycles) {
    (void)sleeper;
    (void)cycles;
}

/* stdout is ours. */
static void toStderr(avr_t *speaker, const int level, const char *format, va_list words) {
    (void)speaker;
    if (level <= LOG_WARNING) {
        vfprintf(stderr, format, words);
    }
}

static bool load(const char *processor, uint32_t frequency, const char *path) {
    elf_firmware_t firmware = {0};
    firmware.flash = read_ihex_file(path, &firmware.flashsize, &firmware.flashbase);
    if (firmware.flash == NULL) {
        fprintf(stderr, "%s cannot be read\n", path);
        return false;
    }
    avr = avr_make_mcu_by_name(processor);
    if (avr == NULL) {
        fprintf(stderr, "simavr has no %s\n", processor);
        return false;
    }
    avr_init(avr);
    firmware.frequency = frequency;
    firmware.vcc = firmware.avcc = firmware.aref = millivolts;
    avr_load_firmware(avr, &firmware);
    avr->sleep = noSleep;
    return true;
}

int main(int count, char **words) {
    static char line[lineMax];
    avr_global_logger_set(toStderr);
    if (count != 5 || !load(words[1], (uint32_t)strtoul(words[2], NULL, 10), words[3])) {
        fprintf(stderr, "usage: simavr-harness <processor> <hertz> <hex file> <uarts>\n");
        return 2;
    }
    for (const char *name = words[4]; *name != '\0'; name += 1) {
        if (uartCount == uartsMax || !addUart(*name)) {
            fprintf(stderr, "%s has no UART %c\n", words[1], *name);
            return 2;
        }
    }
    setvbuf(stdout, NULL, _IOFBF, 65536);
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (!obey(line)) {
            printf("refused %s\n", line);
        }
        fflush(stdout);
    }
    return 0;
}
