# Read in by the script of every scenario.
say() { echo "$BOOT $(cut -d' ' -f1 /proc/uptime) $*" >> /out/story; }

watchdog=/sys/class/watchdog/watchdog0

# What the driver says of the last reset, and of now.
say_watchdog() {
  say "bootstatus $(cat $watchdog/bootstatus)"
  say "state $(cat $watchdog/state)"
}
