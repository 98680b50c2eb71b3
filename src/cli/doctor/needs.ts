/** What a config needs of the machine, and the machine does not have. */
import type { DoctorReport } from "../../host/doctor/doctor.js";
import type { MachineView } from "../../host/doctor/machine-view.js";

/** @param devices as the config names its watchdogs */
export function unmetNeeds(
  devices: readonly string[],
  report: DoctorReport,
  view: Pick<MachineView, "access">,
): readonly string[] {
  return [
    ...devices.filter((device) => device.startsWith("/")).flatMap((one) => watchdog(one, view)),
    ...storage(report),
  ];
}

function watchdog(device: string, view: Pick<MachineView, "access">): string[] {
  const access = view.access(device);
  if (access === null) return [`watchdog.device ${device}: there is no such device`];
  return access.allowed ? [] : [`watchdog.device ${device}: this user may not open it`];
}

function storage({ storage: { folder, fsync, readOnly } }: DoctorReport): string[] {
  if (readOnly) return [`stateDir: ${folder} is read only`];
  return fsync.ok ? [] : [`stateDir: ${fsync.reason}`];
}
