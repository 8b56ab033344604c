import type { Settings } from "../../../lib/config/settings.ts";
import { openProxy, type Proxy, type ProxyOptions } from "../../../lib/proxy/proxy.ts";
import { watchCertificates } from "../../../lib/proxy/tls/certificate_directory.ts";
import { readKeyPair, watchKeyPair } from "../../../lib/proxy/tls/renewal.ts";
import type { KeyPair } from "../../../lib/proxy/tls/terminator.ts";
import { adoptListener } from "../../../lib/system/adopt_listener.ts";
import type { InheritedSocket } from "../../../lib/system/inherited_sockets.ts";
import { readOpenFilesLimit } from "../../../lib/system/open_files_limit.ts";
import { formatAuthority } from "../../../lib/system/endpoint.ts";
import { CliError } from "../../exit_code.ts";
import type { Console } from "../../output/console.ts";
import { portInUse } from "./port_in_use.ts";
import { urlHost } from "./address.ts";

/** A listening proxy that reloads its certificate when the files change. Closed by disposal. */
export interface ServingProxy extends AsyncDisposable {
  readonly proxy: Proxy;
  /** URL of the proxy, as seen from this machine. */
  readonly url: string;
}

/** Options of {@linkcode openServingProxy}. */
export interface ServingProxyOptions extends Pick<ProxyOptions, "routes" | "onError" | "begin"> {
  readonly inherited: InheritedSocket | undefined;
  readonly onAccess: ProxyOptions["onAccess"] | undefined;
  readonly console: Pick<Console, "say" | "warn">;
}

/** Interval between two checks of the certificate files. */
const CERTIFICATE_INTERVAL_MS = 2_000;

/**
 * Opens the proxy with the given settings.
 *
 * @throws {CliError} if the certificate can't be read or the address can't be listened on
 */
export async function openServingProxy(
  settings: Settings,
  { onAccess, console, inherited, ...options }: ServingProxyOptions,
): Promise<ServingProxy> {
  await using stack = new AsyncDisposableStack();
  const tls = await loadKeyPair(settings);
  const proxy = stack.use(
    await listen(settings, {
      ...options,
      inherited: inherited && { listener: adoptListener(inherited), address: inherited },
      onWarning: console.warn,
      openFiles: await readOpenFilesLimit(),
      tls,
      hasCertificates: settings.certificates !== undefined,
      ...(onAccess === undefined ? {} : { onAccess }),
    }),
  );
  if (tls !== undefined) {
    stack.use(watchKeyPair({
      certPath: settings.tlsCert!,
      keyPath: settings.tlsKey!,
      current: tls,
      intervalMs: CERTIFICATE_INTERVAL_MS,
      renew: proxy.renew,
      onRenewed: () => console.say("Certificate reloaded"),
      onWarning: console.warn,
    }));
  }
  if (settings.certificates !== undefined) {
    stack.use(await watchDirectory(settings.certificates, { proxy, console }));
  }
  const proto = proxy.proto;
  const owned = stack.move();
  return {
    proxy,
    url: `${proto}://${urlHost(inherited?.hostname ?? settings.hostname)}:${proxy.port}`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function watchDirectory(
  directory: string,
  { proxy, console }: { readonly proxy: Proxy; readonly console: ServingProxyOptions["console"] },
): Promise<AsyncDisposable> {
  try {
    return await watchCertificates({
      directory,
      intervalMs: CERTIFICATE_INTERVAL_MS,
      certify: proxy.certify,
      onChanged: (id, change) => console.say(`Certificate ${id} ${change}`),
      onWarning: console.warn,
    });
  } catch (error) {
    throw new CliError(
      `Cannot read the certificates: ${(error as Error).message}. ` +
        "Fix --certificates, or leave it out",
    );
  }
}

async function loadKeyPair({ tlsCert, tlsKey }: Settings): Promise<KeyPair | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  try {
    return await readKeyPair({ certPath: tlsCert, keyPath: tlsKey });
  } catch (error) {
    throw new CliError(
      `Cannot read the certificate: ${(error as Error).message}. ` +
        "Fix --tls-cert and --tls-key, or leave both out to serve without TLS",
    );
  }
}

async function listen(
  settings: Settings,
  options: Pick<
    ProxyOptions,
    | "routes"
    | "tls"
    | "hasCertificates"
    | "openFiles"
    | "onAccess"
    | "onError"
    | "onWarning"
    | "inherited"
    | "begin"
  >,
): Promise<Proxy> {
  const { hostname, port } = settings;
  try {
    return openProxy({ ...settings, ...options });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw await portInUse({ hostname, port, option: "--port" });
    }
    const remedy = error instanceof Deno.errors.PermissionDenied && port < 1024
      ? "Run ddsrv as root, or choose a --port above 1023"
      : "Choose another --hostname or --port";
    throw new CliError(
      `Cannot listen on ${formatAuthority({ hostname, port })}: ${
        (error as Error).message
      }. ${remedy}`,
    );
  }
}
