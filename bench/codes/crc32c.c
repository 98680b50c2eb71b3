/*
 * CRC-32C twice, as one would write it in plain C: a byte at a time with one table, and eight at a
 * time with eight ("slicing by 8"). Usage: program (byte|slicing) (bytes) (times).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint32_t tables[8][256];

static void fill_tables(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0x82f63b78u);
    tables[0][byte] = crc;
  }
  for (int slice = 1; slice < 8; slice++)
    for (int byte = 0; byte < 256; byte++) {
      uint32_t shorter = tables[slice - 1][byte];
      tables[slice][byte] = (shorter >> 8) ^ tables[0][shorter & 0xff];
    }
}

static uint32_t by_byte(const uint8_t *bytes, size_t length, uint32_t crc) {
  for (size_t at = 0; at < length; at++) crc = (crc >> 8) ^ tables[0][(crc ^ bytes[at]) & 0xff];
  return crc;
}

static uint32_t by_slicing(const uint8_t *bytes, size_t length, uint32_t crc) {
  size_t at = 0;
  for (; at + 8 <= length; at += 8) {
    uint32_t low, high;
    memcpy(&low, bytes + at, 4);
    memcpy(&high, bytes + at + 4, 4);
    low ^= crc;
    crc = tables[7][low & 0xff] ^ tables[6][(low >> 8) & 0xff] ^ tables[5][(low >> 16) & 0xff] ^
          tables[4][low >> 24] ^ tables[3][high & 0xff] ^ tables[2][(high >> 8) & 0xff] ^
          tables[1][(high >> 16) & 0xff] ^ tables[0][high >> 24];
  }
  return by_byte(bytes + at, length - at, crc);
}

int main(int count, char **words) {
  if (count != 4) return 2;
  int slicing = strcmp(words[1], "slicing") == 0;
  size_t length = strtoul(words[2], NULL, 10);
  long times = strtol(words[3], NULL, 10);
  uint8_t *bytes = malloc(length);
  if (bytes == NULL) return 1;
  for (size_t at = 0; at < length; at++) bytes[at] = (uint8_t)(at * 151 >> 3);
  fill_tables();
  uint32_t crc = 0;
  struct timespec began, ended;
  clock_gettime(CLOCK_MONOTONIC, &began);
  for (long time = 0; time < times; time++) {
    /* The compiler must not find out that all times are the same. */
    __asm__ volatile("" : : "r"(bytes) : "memory");
    crc = ~(slicing ? by_slicing(bytes, length, ~0u) : by_byte(bytes, length, ~0u));
  }
  clock_gettime(CLOCK_MONOTONIC, &ended);
  long long took = (ended.tv_sec - began.tv_sec) * 1000000000ll + ended.tv_nsec - began.tv_nsec;
  printf("%lld %u\n", took, crc);
  free(bytes);
  return 0;
}
