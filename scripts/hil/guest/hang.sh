# A replica whose event loop hangs; after the reset it starts again, and is stopped in good order.
. "$ROOT/scripts/hil/guest/replica.sh"
say_watchdog
if [ "$BOOT" -ge 2 ]; then
  start_replica
  await 30 log "boot reason"
  say "$(grep -o "boot reason [a-z]*" "/out/log.$BOOT" | head -n 1)"
  stop_replica
  exit 0
fi
start_replica 10
await 90 said "hangs now"
say "hangs"
if [ "$DEVICES" != /dev/watchdog0 ]; then
  await_end 30
  say "was killed"
fi
sleep 60
say "still here"
exit 1
