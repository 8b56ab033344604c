import { UNIT_MARK } from "./unit.ts";

/** Path of the unit of the listening socket beside that of the service, see systemd.unit(5). */
export function socketUnitPath(servicePath: string): string {
  return `${servicePath.replace(/\.service$/, "")}.socket`;
}

/**
 * Returns the text of a socket unit for an address, see systemd.socket(5). systemd keeps the socket
 * between two processes of the service, so that connections wait and are not refused.
 */
export function socketText(address: string): string {
  return `${UNIT_MARK} --listen
# ddsrv accepts on this socket, whatever its --port and --hostname are.

[Unit]
Description=Listening socket of ddsrv

[Socket]
ListenStream=${address}
FileDescriptorName=proxy
# As many as ddsrv asks for itself; the kernel's net.core.somaxconn bounds it.
Backlog=4096

[Install]
WantedBy=sockets.target
`;
}

/**
 * Returns the address of `--listen` as systemd writes it: a port, or an IP address and a port.
 *
 * @example
 * ```ts
 * import { parseListenAddress } from "./socket_unit.ts";
 * parseListenAddress("[::1]:80"); // "[::1]:80"
 * parseListenAddress("eth0"); // undefined
 * ```
 */
export function parseListenAddress(text: string): string | undefined {
  const [, address, port] = /^(?:([\d.]+|\[[\da-fA-F:.]+\]):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined;
  if (address !== undefined && !isAddress(address)) return undefined;
  return text;
}

function isAddress(address: string): boolean {
  try {
    const { hostname } = new URL(`http://${address}/`);
    return address.startsWith("[") ? true : hostname === address;
  } catch {
    return false;
  }
}
