/**
 * Tables that stay in flash: an AVR would copy a plain constant into its little RAM. On any other
 * machine a table is a table, so that the pure files compile there for the tests.
 */
#ifndef ROM_H
#define ROM_H

#include <stdint.h>

#ifdef __AVR__
#include <avr/pgmspace.h>
#define ROM PROGMEM
#define ROM_U8(table, index) pgm_read_byte(&(table)[index])
#define ROM_U32(table, index) pgm_read_dword(&(table)[index])
#else
#define ROM
#define ROM_U8(table, index) ((table)[index])
#define ROM_U32(table, index) ((table)[index])
#endif

#endif
