/*
 * A firmware for the tests of the simulated microcontroller: small, and about the peripherals.
 *
 * Every 50 ms it says, on UART 0: 'T', the count of beats, the ADC's channel 0 (two bytes), the pin
 * D2 and the errors of the receiver. It starts with 'B', MCUSR and a count that a reset leaves
 * alone. Commands: 'h' hangs with interrupts on, 'w' switches the watchdog off, 'o' and 'c' drive
 * D8 high and low, 'p' and a byte set the duty of the PWM, 'e' and a byte write the EEPROM and read
 * it back, 's' does not read the receiver for 2 ms, any other byte comes back plus one. UARTs 1 to
 * 3 of a 2560 echo what they get.
 *
 * Build: see README.md in this folder.
 */
#include <avr/eeprom.h>
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <util/delay.h>

#define BEAT_COUNTS 12500u /* 50 ms at 16 MHz / 64 */

static volatile uint8_t beatDue;
static uint8_t beats;
static uint8_t errors;
static uint8_t resetCause;
static uint8_t starts __attribute__((section(".noinit")));

ISR(TIMER1_COMPA_vect) { beatDue = 1; }

static void send(uint8_t byte)
{
  while ((UCSR0A & _BV(UDRE0)) == 0) { }
  UDR0 = byte;
}

static uint16_t convert(void)
{
  ADMUX = _BV(REFS0);
  ADCSRA = _BV(ADEN) | _BV(ADSC) | 7;
  while ((ADCSRA & _BV(ADSC)) != 0) { }
  return ADC;
}

static void watchdogOff(void)
{
  wdt_reset();
  MCUSR = 0;
  WDTCSR = _BV(WDCE) | _BV(WDE);
  WDTCSR = 0;
}

#if defined(__AVR_ATmega2560__)
#define INPUT_LEVEL ((PINE >> PE4) & 1)
static void setOutput(uint8_t on)
{
  DDRH |= _BV(PH5);
  if (on) { PORTH |= _BV(PH5); } else { PORTH &= (uint8_t)~_BV(PH5); }
}
/* D5 is OC3A. */
static void setDuty(uint8_t duty)
{
  DDRE |= _BV(PE3);
  TCCR3A = _BV(COM3A1) | _BV(WGM30);
  TCCR3B = _BV(CS31) | _BV(CS30);
  OCR3A = duty;
}
static void startOthers(void)
{
  UBRR1 = 16; UCSR1A = _BV(U2X1); UCSR1B = _BV(RXEN1) | _BV(TXEN1) | _BV(RXCIE1);
  UBRR2 = 16; UCSR2A = _BV(U2X2); UCSR2B = _BV(RXEN2) | _BV(TXEN2) | _BV(RXCIE2);
  UBRR3 = 16; UCSR3A = _BV(U2X3); UCSR3B = _BV(RXEN3) | _BV(TXEN3) | _BV(RXCIE3);
}
ISR(USART1_RX_vect) { UDR1 = UDR1; }
ISR(USART2_RX_vect) { UDR2 = UDR2; }
ISR(USART3_RX_vect) { UDR3 = UDR3; }
#else
#define INPUT_LEVEL ((PIND >> PD2) & 1)
static void setOutput(uint8_t on)
{
  DDRB |= _BV(PB0);
  if (on) { PORTB |= _BV(PB0); } else { PORTB &= (uint8_t)~_BV(PB0); }
}
/* D6 is OC0A. */
static void setDuty(uint8_t duty)
{
  DDRD |= _BV(PD6);
  TCCR0A = _BV(COM0A1) | _BV(WGM01) | _BV(WGM00);
  TCCR0B = _BV(CS01) | _BV(CS00);
  OCR0A = duty;
}
static void startOthers(void) { }
#endif

static volatile uint8_t received;
static volatile uint8_t isReceived;
static volatile uint8_t isWaitingForArgument;

ISR(USART_RX_VECTOR)
{
  uint8_t status = UCSR0A;
  received = UDR0;
  isReceived = 1;
  if ((status & (_BV(FE0) | _BV(DOR0))) != 0) { errors += 1; }
}

static uint8_t commandWithArgument;

static void obeyWith(uint8_t command, uint8_t argument)
{
  if (command == 'p') { setDuty(argument); return; }
  eeprom_write_byte((uint8_t *)3, argument);
  eeprom_busy_wait();
  send(eeprom_read_byte((uint8_t *)3));
}

static void obey(uint8_t byte)
{
  if (commandWithArgument != 0) {
    uint8_t command = commandWithArgument;
    commandWithArgument = 0;
    obeyWith(command, byte);
    return;
  }
  switch (byte) {
    case 'h': for (;;) { }
    case 'w': cli(); watchdogOff(); sei(); break;
    case 'o': setOutput(1); break;
    case 'c': setOutput(0); break;
    case 'p': case 'e': commandWithArgument = byte; break;
    case 's': cli(); _delay_ms(2); sei(); break;
    default: send((uint8_t)(byte + 1)); break;
  }
}

static void beat(void)
{
  uint16_t value = convert();
  beats += 1;
  send('T');
  send(beats);
  send((uint8_t)(value >> 8));
  send((uint8_t)value);
  send(INPUT_LEVEL);
  send(errors);
}

int main(void)
{
  resetCause = MCUSR;
  watchdogOff();
  if ((resetCause & _BV(PORF)) != 0) { starts = 0; }
  starts += 1;
  UBRR0 = 16; /* 115,200 at 16 MHz, doubled */
  UCSR0A = _BV(U2X0);
  UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
  startOthers();
  OCR1A = BEAT_COUNTS - 1;
  TCCR1B = _BV(WGM12) | _BV(CS11) | _BV(CS10);
  TIMSK1 = _BV(OCIE1A);
  send('B');
  send(resetCause);
  send(starts);
  wdt_enable(WDTO_250MS);
  set_sleep_mode(SLEEP_MODE_IDLE);
  for (;;) {
    cli();
    if (beatDue == 0 && isReceived == 0) { sleep_enable(); sei(); sleep_cpu(); sleep_disable(); }
    sei();
    if (isReceived != 0) {
      uint8_t byte = received;
      isReceived = 0;
      obey(byte);
    }
    if (beatDue != 0) { beatDue = 0; wdt_reset(); beat(); }
  }
}
