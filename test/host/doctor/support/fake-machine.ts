/** Machines made of texts: what the doctor would see on them. */
import type { DeviceAccess, MachineView } from "../../../../src/host/doctor/machine-view.js";

export interface FakeParts {
  /** By path. Folders are where files lie in them. */
  readonly files: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  /** Devices, by path; what is not named is of root. */
  readonly devices?: Readonly<Record<string, Partial<DeviceAccess>>>;
}

export class FakeMachine implements MachineView {
  readonly #parts: FakeParts;

  constructor(parts: FakeParts) {
    this.#parts = parts;
  }

  text(path: string): string | null {
    return this.#parts.files[plain(path)] ?? null;
  }

  names(path: string): readonly string[] {
    const { files, links = {}, devices = {} } = this.#parts;
    const start = `${plain(path)}/`;
    const all = [files, links, devices].flatMap((parts) => Object.keys(parts));
    const inside = all.filter((one) => one.startsWith(start));
    return [...new Set(inside.map((one) => one.slice(start.length).split("/")[0] ?? ""))].sort();
  }

  link(path: string): string | null {
    return this.#parts.links?.[path] ?? null;
  }

  access(path: string): DeviceAccess | null {
    const device = this.#parts.devices?.[path];
    if (device === undefined) return null;
    return { path, allowed: true, owner: "root", group: "root", mode: "660", ...device };
  }
}

/** Without steps up: `/a/b/../c` is `/a/c`. */
const plain = (path: string): string => path.replace(/\/[^/]+\/\.\./g, "");

const cpus = "/sys/devices/system/cpu";
const clocks = "/sys/devices/system/clocksource/clocksource0";

const governed = (count: number, governor: string): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, cpu) => [
      `${cpus}/cpu${cpu}/cpufreq/scaling_governor`,
      governor,
    ]),
  );

const fourCores = "processor\t: 0\n\nprocessor\t: 1\n\nprocessor\t: 2\n\nprocessor\t: 3\n";
const limits = (priority: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units     \n` +
  `Max realtime priority     ${priority}                    ${priority}                    \n`;

const throttling = {
  "/proc/sys/kernel/sched_rt_runtime_us": "950000",
  "/proc/sys/kernel/sched_rt_period_us": "1000000",
};

const piDog = (maxTimeout: string) => ({
  "/sys/class/watchdog/watchdog0/identity": "Broadcom BCM2835 Watchdog timer",
  "/sys/class/watchdog/watchdog0/timeout": "15",
  "/sys/class/watchdog/watchdog0/min_timeout": "1",
  "/sys/class/watchdog/watchdog0/max_timeout": maxTimeout,
  "/sys/class/watchdog/watchdog0/nowayout": "0",
  "/sys/class/watchdog/watchdog0/options": "0x8180",
});

/** As it comes, with Raspberry Pi OS, under a user who has been given no groups. */
export const pi4: FakeParts = {
  files: {
    "/proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.4",
    "/proc/cpuinfo": `${fourCores}Model\t\t: Raspberry Pi 4 Model B Rev 1.4`,
    "/proc/meminfo": "MemTotal:        3884324 kB",
    "/proc/sys/kernel/osrelease": "6.1.21-v8+",
    "/proc/version": "Linux version 6.1.21-v8+ (dom@buildbot) #1642 SMP PREEMPT Mon Apr  3",
    "/proc/self/limits": limits("0"),
    "/proc/self/status": "Name:\tnode\nCapEff:\t0000000000000000",
    "/proc/1/comm": "systemd",
    "/proc/cmdline": "console=serial0,115200 console=tty1 root=PARTUUID=1 rootwait",
    "/proc/self/mountinfo": "22 1 179:2 / / rw,noatime shared:1 - ext4 /dev/root rw",
    "/sys/class/hwmon/hwmon0/name": "cpu_thermal",
    "/sys/class/hwmon/hwmon1/name": "rpi_volt",
    "/sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1",
    "/sys/devices/platform/soc/soc:firmware/get_throttled": "50005",
    "/sys/class/thermal/thermal_zone0/temp": "52095",
    [`${cpus}/isolated`]: "",
    [`${clocks}/current_clocksource`]: "arch_sys_counter",
    [`${clocks}/available_clocksource`]: "arch_sys_counter",
    ...governed(4, "ondemand"),
    ...throttling,
    ...piDog("15"),
    "/sys/class/watchdog/watchdog0/state": "inactive",
    "/sys/class/watchdog/watchdog0/bootstatus": "32",
    "/sys/block/mmcblk0/device/name": "SC32G",
    "/sys/class/tty/ttyAMA0/dev": "204:64",
    "/sys/class/tty/ttyS0/type": "4",
    "/sys/bus/gpio/devices/gpiochip0/dev": "254:0",
    "/sys/bus/gpio/devices/gpio/gpiochip0/label": "pinctrl-bcm2711",
    "/sys/bus/gpio/devices/gpio/gpiochip0/ngpio": "58",
    "/sys/class/gpio/export": "",
  },
  links: {
    "/sys/dev/block/179:2": "../../devices/platform/emmc2bus/mmc_host/mmc0/block/mmcblk0/mmcblk0p2",
    "/dev/serial0": "ttyS0",
  },
  devices: {
    "/dev/watchdog0": { allowed: false, mode: "600" },
    "/dev/ttyS0": { allowed: false, group: "dialout" },
    "/dev/ttyAMA0": { allowed: false, group: "dialout" },
    "/dev/gpiochip0": { allowed: false, group: "gpio" },
  },
};

/** Set up well: a real-time kernel, a processor set aside, systemd with the board's watchdog. */
export const pi5: FakeParts = {
  files: {
    "/proc/device-tree/model": "Raspberry Pi 5 Model B Rev 1.0",
    "/proc/cpuinfo": fourCores,
    "/proc/meminfo": "MemTotal:        8245672 kB",
    "/proc/sys/kernel/osrelease": "6.12.47+rpt-rpi-2712-rt",
    "/proc/version": "Linux version 6.12.47+rpt-rpi-2712-rt #1 SMP PREEMPT_RT Debian",
    "/proc/self/limits": limits("80"),
    "/proc/self/status": "CapEff:\t0000000000800000",
    "/proc/1/comm": "systemd",
    "/proc/cmdline": "console=tty1 isolcpus=3 nohz_full=3",
    "/proc/self/mountinfo":
      "22 1 259:2 / / rw - ext4 /dev/nvme0n1p2 rw\n" +
      "30 22 0:25 / /run rw - tmpfs tmpfs rw\n" +
      "31 22 259:3 / /var/lib/hold\\040fast rw - ext4 /dev/nvme0n1p3 rw",
    "/sys/kernel/realtime": "1",
    "/sys/class/hwmon/hwmon2/name": "rpi_volt",
    "/sys/class/hwmon/hwmon2/in0_lcrit_alarm": "0",
    "/sys/class/rtc/rtc0/name": "rpi-rtc",
    [`${cpus}/isolated`]: "3",
    [`${cpus}/nohz_full`]: "3",
    [`${clocks}/current_clocksource`]: "arch_sys_counter",
    ...governed(4, "performance"),
    ...throttling,
    ...piDog("0"),
    "/sys/class/watchdog/watchdog0/state": "active",
    "/sys/class/watchdog/watchdog0/timeleft": "12",
    "/sys/class/watchdog/watchdog0/bootstatus": "0",
    "/etc/systemd/system.conf": "[Manager]\n#RuntimeWatchdogSec=off\nRuntimeWatchdogSec=10\n",
    "/etc/systemd/system.conf.d/dog.conf": "[Manager]\nRuntimeWatchdogSec=1min\n",
    "/sys/block/nvme0n1/size": "1000215216",
    "/sys/class/tty/ttyAMA10/dev": "204:74",
    "/sys/bus/gpio/devices/gpiochip0/of_node/compatible": "raspberrypi,rp1-gpio",
  },
  links: {
    "/proc/1/fd/40": "/dev/watchdog0",
    "/sys/dev/block/259:3":
      "../../devices/platform/axi/1000110000.pcie/nvme/nvme0/nvme0n1/nvme0n1p3",
  },
  devices: {
    "/dev/watchdog0": {},
    "/dev/ttyAMA10": { group: "dialout" },
    "/dev/gpiochip0": { group: "gpio" },
  },
};

/** A container in a virtual machine: hardly anything is there. */
export const bareVm: FakeParts = {
  files: {
    "/proc/cpuinfo": "processor\t: 0\nmodel name\t: EPYC\nflags\t\t: fpu hypervisor sse2\n",
    "/proc/meminfo": "MemTotal:         180000 kB",
    "/proc/version": "Linux version 6.1.0-18-cloud-amd64 #1 SMP PREEMPT_DYNAMIC Debian",
    "/proc/self/limits": limits("0"),
    "/proc/self/status": "CapEff:\t00000000a80425fb",
    "/proc/1/comm": "sh",
    "/proc/sys/kernel/sched_rt_runtime_us": "-1",
    "/proc/sys/kernel/sched_rt_period_us": "1000000",
    "/proc/self/mountinfo": "1 0 0:50 / / ro,relatime - overlay overlay ro",
    [`${clocks}/current_clocksource`]: "hpet",
    [`${clocks}/available_clocksource`]: "tsc hpet acpi_pm",
    "/sys/class/tty/ttyS0/type": "0",
  },
  // The kernel makes the file for a line that nobody built.
  devices: { "/dev/ttyS0": {} },
};
