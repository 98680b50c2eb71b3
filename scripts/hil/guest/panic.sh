# Petted for twice its timeout, so that it is the panic that ends the petting.
. "$ROOT/scripts/hil/guest/begin.sh"
say_watchdog
[ "$BOOT" -ge 2 ] && exit 0
exec 3> /dev/watchdog0
for _ in 1 2 3 4 5 6 7 8; do
  printf . >&3
  sleep 1
done
say "petted for 8 s"
(while :; do printf . >&3; sleep 1; done) &
echo c > /proc/sysrq-trigger
