. "$ROOT/scripts/hil/guest/pins.sh"
make_chip other something-else 8
make_chip pi pinctrl-bcm2711 58
exec > /out/probe 2>&1
set -x
ls -la /dev/gpiochip* /sys/class/gpio /sys/bus/gpio/devices
ls /sys/devices/platform/gpio-sim*/gpiochip*/ | head -5
mount -t debugfs debug /sys/kernel/debug
cat /sys/kernel/debug/gpio
ls /sys/kernel/tracing/events/gpio
echo 1 > /sys/kernel/tracing/events/gpio/enable
B=$(cat /sys/class/gpio/gpiochip*/base); echo $B
for c in /sys/class/gpio/gpiochip*; do [ $(cat $c/label) = pinctrl-bcm2711 ] && B=$(cat $c/base); done
echo $((B+17)) > /sys/class/gpio/export
echo high > /sys/class/gpio/gpio$((B+17))/direction
cat /sys/kernel/debug/gpio
echo 0 > /sys/class/gpio/gpio$((B+17))/value
cat /sys/devices/platform/gpio-sim.1/gpiochip1/sim_gpio17/value
echo $((B+17)) > /sys/class/gpio/unexport
cat /sys/devices/platform/gpio-sim.1/gpiochip1/sim_gpio17/value
cat /sys/kernel/tracing/trace
id; getent group gpio; uname -a; cat /proc/uptime
