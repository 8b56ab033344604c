/** A running supervisor, and how it was started. */
export interface RunningFacts {
  readonly pid: number;
  readonly version: string;
  /** Name of the systemd unit that started it; `undefined` if none did. */
  readonly unit: string | undefined;
}

/** Returns the systemd unit of a process from its `/proc/PID/cgroup`, see cgroups(7). */
export function unitOf(cgroup: string): string | undefined {
  const units = [...cgroup.matchAll(/\/system\.slice\/([^/\n]+\.service)(?=\/|$)/gm)];
  return units[0]?.[1];
}

/** Returns how to make a running supervisor use the new version, in one sentence. */
export function restartHint({ pid, version, unit }: RunningFacts): string {
  const what = `The running ddsrv serve (pid ${pid}) still is version ${version}.`;
  const otherwise = unit === undefined
    ? `stop it (kill ${pid}), and start it again`
    : `systemctl restart ${unit}`;
  return `${what} Restart it without a gap: ddsrv restart. If its version does not know that: ${otherwise}`;
}
