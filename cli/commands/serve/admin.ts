import type { Settings } from "../../../lib/config/settings.ts";
import { type Admin, type AdminOptions, openAdmin } from "../../../lib/control/admin.ts";
import { formatAuthority } from "../../../lib/system/endpoint.ts";
import type { InheritedSocket } from "../../../lib/system/inherited_sockets.ts";
import { CliError } from "../../exit_code.ts";
import { portInUse } from "./port_in_use.ts";

/**
 * Opens the endpoints for probes and metrics; returns `undefined` if no port is set and no socket is
 * inherited for them.
 *
 * @throws {CliError} if the address can't be listened on
 */
export async function openAdminEndpoints(
  { adminPort, adminHostname: hostname, adminHosts: hosts }: Settings,
  { inherited, ...options }: Omit<AdminOptions, "port" | "hostname" | "hosts" | "descriptor"> & {
    readonly inherited: InheritedSocket | undefined;
  },
): Promise<Admin | undefined> {
  const port = adminPort ?? inherited?.port;
  if (port === undefined) return undefined;
  try {
    return await openAdmin({
      ...options,
      hostname,
      hosts,
      port,
      descriptor: inherited?.descriptor,
    });
  } catch (error) {
    const { code, message } = error as Error & { readonly code?: string };
    if (code === "EADDRINUSE") throw await portInUse({ hostname, port, option: "--admin-port" });
    throw new CliError(
      `Cannot listen on ${
        formatAuthority({ hostname, port })
      } for probes and metrics: ${message}. ` +
        "Choose another --admin-port or --admin-hostname",
    );
  }
}
