# SIGKILL: nobody gives the chip the word that disarms it.
. "$ROOT/scripts/hil/guest/replica.sh"
say_watchdog
[ "$BOOT" -ge 2 ] && exit 0
start_replica
kill -KILL "$replica"
say "killed"
sleep 60
say "still here"
exit 1
