import { composeUnit, OWN_CACHE } from "../../cli/service/unit.ts";

/**
 * Returns the unit of the Debian package. Its directories come from `/etc/default/ddsrv`, with the
 * same defaults as in that file if somebody has removed it. The variables are the unit's own:
 * `FUNC_DIRECTORY` would make ddsrv behave as dynamic-deno-server.
 */
export function packagedUnit(): string {
  return composeUnit({
    head: "# Part of the package ddsrv. Put changes into a drop-in: systemctl edit ddsrv.",
    // systemd splits the second variable into words, and not the others, see systemd.service(5).
    start: "/usr/bin/ddsrv serve --logs-dir ${DDSRV_LOGS} $DDSRV_OPTIONS ${DDSRV_FUNCTIONS}",
    settings: `# The directories and all settings come from /etc/default/ddsrv.
Environment=DDSRV_FUNCTIONS=/srv/ddsrv DDSRV_LOGS=/var/log/ddsrv
EnvironmentFile=-/etc/default/ddsrv
LogsDirectory=ddsrv
LogsDirectoryMode=0750`,
    deno: OWN_CACHE,
  });
}
