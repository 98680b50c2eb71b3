#include <avr/eeprom.h>

#include "store.h"

bool eeprom_ready(void)
{
    return eeprom_is_ready();
}

uint8_t eeprom_get(uint16_t address)
{
    return eeprom_read_byte((const uint8_t *)address);
}

void eeprom_put(uint16_t address, uint8_t byte)
{
    eeprom_write_byte((uint8_t *)address, byte);
}
