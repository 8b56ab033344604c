import { isAdminHost } from "./admin_host.ts";
import type { AdminRequest, PageHandler } from "./admin_server.ts";
import { splitTarget } from "./split_target.ts";

/** A page and its path. */
export interface MountedPage extends PageHandler {
  /** Without a slash at its end. */
  readonly path: string;
}

/**
 * Returns the page and the target for it, if a request is for the page and its host is one of the
 * admin endpoint. Another host gets the endpoint's 421.
 */
export function pageFor(
  { target, host }: Pick<AdminRequest, "target" | "host">,
  page: MountedPage,
  names: readonly string[],
): readonly [PageHandler, string] | undefined {
  const asked = splitTarget(target, host);
  if (!isAdminHost(host, names) || !isAdminHost(asked.host, names)) return undefined;
  const path = asked.target.split("?", 1)[0]!;
  const isBelow = path === page.path || path.startsWith(`${page.path}/`);
  return isBelow ? [page, asked.target] : undefined;
}
