# Writes to a log on the disk until the power fails, and says on the console what is durable.
. "$ROOT/scripts/hil/guest/begin.sh"
say "begins"
mkdir -p /state/log
exec "$NODE" "$ROOT/dist/test/hil/power-loss/main.js" /state/log /dev/ttyS0 2>/out/said
