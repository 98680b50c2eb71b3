# Read in by scenarios with simulated pins.
. "$ROOT/scripts/hil/guest/begin.sh"

chips=/sys/kernel/config/gpio-sim

# make_chip <name> <label> <lines>: chips are numbered in the order in which they are made.
make_chip() {
  mkdir "$chips/$1" "$chips/$1/bank"
  echo "$3" > "$chips/$1/bank/num_lines"
  echo "$2" > "$chips/$1/bank/label"
  echo 1 > "$chips/$1/live"
  say "chip $2 is $(cat "$chips/$1/bank/chip_name")"
}
