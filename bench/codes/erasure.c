/*
 * Sums of products in GF(256)/11D as one would write them in plain C: a table of all products, a
 * row of it a factor, a byte at a time. Usage: program (inputs) (outputs) (bytes) (times).
 *
 * The factors are not those of a code, which does not change the time; none of them is 0 or 1.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint8_t products[256][256];

static void fill_products(void) {
  for (int left = 0; left < 256; left++)
    for (int right = 0; right < 256; right++) {
      int product = 0;
      for (int bit = 0; bit < 8; bit++) product ^= ((right >> bit) & 1) * (left << bit);
      for (int bit = 14; bit >= 8; bit--) product ^= ((product >> bit) & 1) * (0x11d << (bit - 8));
      products[left][right] = (uint8_t)product;
    }
}

static void add(const uint8_t *row, const uint8_t *restrict in, uint8_t *restrict out,
                size_t length) {
  for (size_t at = 0; at < length; at++) out[at] ^= row[in[at]];
}

static void set(const uint8_t *row, const uint8_t *restrict in, uint8_t *restrict out,
                size_t length) {
  for (size_t at = 0; at < length; at++) out[at] = row[in[at]];
}

int main(int count, char **words) {
  if (count != 5) return 2;
  int inputs = atoi(words[1]), outputs = atoi(words[2]);
  size_t length = strtoul(words[3], NULL, 10);
  long times = strtol(words[4], NULL, 10);
  uint8_t *in = malloc(inputs * length), *out = malloc(outputs * length);
  if (in == NULL || out == NULL) return 1;
  for (size_t at = 0; at < inputs * length; at++) in[at] = (uint8_t)(at * 151 >> 3);
  fill_products();
  struct timespec began, ended;
  clock_gettime(CLOCK_MONOTONIC, &began);
  for (long time = 0; time < times; time++)
    for (int output = 0; output < outputs; output++) {
      set(products[2 + output], in, out + output * length, length);
      for (int input = 1; input < inputs; input++)
        add(products[2 + output + 7 * input], in + input * length, out + output * length, length);
    }
  clock_gettime(CLOCK_MONOTONIC, &ended);
  unsigned sum = 0;
  for (size_t at = 0; at < outputs * length; at++) sum += out[at];
  long long took = (ended.tv_sec - began.tv_sec) * 1000000000ll + ended.tv_nsec - began.tv_nsec;
  printf("%lld %u\n", took, sum);
  free(in);
  free(out);
  return 0;
}
