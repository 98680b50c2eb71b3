#!/bin/busybox sh
# The first process of the guest. Its root becomes the host's file system, read only, with a layer
# in memory above it, so that the host's node and node_modules run here as they are. A replica keeps
# what it must on a disk, /state. What guest and host tell one another goes through the folder /out:
#
#   settings  from the host, for the shell: RUN (a script), MODULES (module:parameter=value ...),
#             BUILT (modules that Debian does not have, by their paths), ADDRESS (on the network)
#   boots     how often this guest has begun: it survives a reset, and so proves it
#   story     lines of `boot uptime words`, written by the script with `say`
#   code      with which code the script ended; then the guest switches itself off
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox --install -s /bin
export PATH=/bin

give_up() {
  echo "hil: $*"
  poweroff -f
}

# All that is packed is loaded, in its order, but for what settings load with parameters.
while read -r module; do
  insmod "/modules/$module.ko" || give_up "module $module cannot be loaded"
done < /modules/order

of_host="trans=virtio,version=9p2000.L,msize=512000"
mount -t 9p -o "$of_host,ro,cache=loose" host /lower || give_up "no file system from the host"
mount -t tmpfs -o size=60% layer /layer
mkdir /layer/upper /layer/work
mount -t overlay -o lowerdir=/lower,upperdir=/layer/upper,workdir=/layer/work root /root ||
  give_up "no layer above the file system of the host"
mkdir -p /root/out
mount -t 9p -o "$of_host" out /root/out || give_up "no folder /out"
mkdir -p /root/state
mount -t ext4 /dev/vda /root/state || give_up "no disk"

for folder in proc sys dev; do mount --move "/$folder" "/root/$folder"; done
mkdir -p /root/dev/pts /root/dev/shm
mount -t devpts pts /root/dev/pts
for folder in dev/shm run; do mount -t tmpfs "$folder" "/root/$folder"; done
mount -t configfs config /root/sys/kernel/config
mount -t tracefs trace /root/sys/kernel/tracing
ip link set lo up

. /root/out/settings
for one in $MODULES; do
  insmod "/late/${one%%:*}.ko" $(echo "$one" | cut -s -d: -f2- | tr : ' ') ||
    give_up "module $one cannot be loaded"
done
for one in $BUILT; do
  insmod "/root$one" || give_up "module $one cannot be loaded"
done
if [ -n "$ADDRESS" ]; then
  ip link set eth0 up
  ip addr add "$ADDRESS" dev eth0
fi

boots=$(($(cat /root/out/boots 2>/dev/null || echo 0) + 1))
echo "$boots" > /root/out/boots
export BOOT=$boots HOME=/root TERM=dumb
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
chroot /root /bin/sh "$RUN"
echo $? > /root/out/code
/bin/busybox sync
/bin/busybox poweroff -f
