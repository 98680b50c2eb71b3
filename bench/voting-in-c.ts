/** Mid-value select of three and its tally, as one writes it in C. */

/**
 * A program `vote FILE ROWS TOLERANCE RUNS` on three columns of doubles, one after the other. It
 * writes the nanoseconds a row of the fastest run, and the sum of the masks of who agrees.
 */
export const threeInC = `
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void vote(const double *a, const double *b, const double *c, long rows, double tolerance,
                 double *values, uint32_t *agreeing) {
  for (long row = 0; row < rows; row += 1) {
    double low = a[row] < b[row] ? a[row] : b[row];
    double high = a[row] < b[row] ? b[row] : a[row];
    double upper = high < c[row] ? high : c[row];
    double middle = low > upper ? low : upper;
    uint32_t near = (fabs(a[row] - middle) <= tolerance ? 1u : 0u) |
                    (fabs(b[row] - middle) <= tolerance ? 2u : 0u) |
                    (fabs(c[row] - middle) <= tolerance ? 4u : 0u);
    int stands = (near & (near - 1)) != 0;
    values[row] = stands ? middle : NAN;
    agreeing[row] = stands ? near : 0;
  }
}

static int ascending(const void *one, const void *other) {
  double difference = *(const double *)one - *(const double *)other;
  return (difference > 0) - (difference < 0);
}

int main(int count, char **words) {
  if (count != 5) return 2;
  long rows = atol(words[2]);
  double tolerance = atof(words[3]);
  int runs = atoi(words[4]);
  double *columns = malloc(3 * rows * sizeof(double));
  double *values = malloc(rows * sizeof(double));
  uint32_t *agreeing = malloc(rows * sizeof(uint32_t));
  double *times = malloc(runs * sizeof(double));
  FILE *file = fopen(words[1], "rb");
  if (!columns || !values || !agreeing || !times || !file) return 1;
  if (fread(columns, sizeof(double), 3 * rows, file) != (size_t)(3 * rows)) return 1;
  for (int run = 0; run < runs; run += 1) {
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    vote(columns, columns + rows, columns + 2 * rows, rows, tolerance, values, agreeing);
    clock_gettime(CLOCK_MONOTONIC, &end);
    times[run] = ((end.tv_sec - begin.tv_sec) * 1e9 + (end.tv_nsec - begin.tv_nsec)) / rows;
  }
  double found = 0;
  for (long row = 0; row < rows; row += 1) found += agreeing[row];
  qsort(times, runs, sizeof(double), ascending);
  printf("%f %.0f\\n", times[0], found);
  return 0;
}
`;
