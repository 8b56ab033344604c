import type { Settings } from "../../../lib/config/settings.ts";
import { openProxy, type Proxy, type ProxyOptions } from "../../../lib/proxy/proxy.ts";
import { readKeyPair, watchKeyPair } from "../../../lib/proxy/tls/renewal.ts";
import type { KeyPair } from "../../../lib/proxy/tls/terminator.ts";
import { readOpenFilesLimit } from "../../../lib/system/open_files_limit.ts";
import { CliError } from "../../exit_code.ts";
import type { Console } from "../../output/console.ts";
import { portInUse } from "./port_in_use.ts";
import { urlHost } from "./address.ts";

/** A proxy that listens, and whose certificate is renewed. Disposing of it closes it. */
export interface ServingProxy extends AsyncDisposable {
  readonly proxy: Proxy;
  /** Where it is reached from this machine. */
  readonly url: string;
}

/** What the proxy serves, and who hears of it. */
export interface ServingProxyOptions extends Pick<ProxyOptions, "routes" | "onError"> {
  readonly onAccess: ProxyOptions["onAccess"] | undefined;
  readonly console: Pick<Console, "say" | "warn">;
}

/** How often the files of the certificate are looked at. */
const CERTIFICATE_INTERVAL_MS = 2_000;

/**
 * Opens the proxy that the settings ask for.
 *
 * @throws {CliError} when its certificate can't be read, or its address not be listened on
 */
export async function openServingProxy(
  settings: Settings,
  { routes, onAccess, onError, console }: ServingProxyOptions,
): Promise<ServingProxy> {
  await using stack = new AsyncDisposableStack();
  const tls = await loadKeyPair(settings);
  const proxy = stack.use(
    await listen(settings, {
      routes,
      onError,
      onWarning: console.warn,
      openFiles: await readOpenFilesLimit(),
      ...(tls === undefined ? {} : { tls }),
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
      onRenewed: () => console.say("The certificate was renewed"),
      onWarning: console.warn,
    }));
  }
  const proto = tls === undefined ? "http" : "https";
  const owned = stack.move();
  return {
    proxy,
    url: `${proto}://${urlHost(settings.hostname)}:${proxy.port}`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function loadKeyPair({ tlsCert, tlsKey }: Settings): Promise<KeyPair | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  try {
    return await readKeyPair({ certPath: tlsCert, keyPath: tlsKey });
  } catch (error) {
    throw new CliError(
      `Cannot read the certificate: ${(error as Error).message}. ` +
        "Mend --tls-cert and --tls-key, or leave both out to serve without TLS",
    );
  }
}

async function listen(
  settings: Settings,
  options: Pick<
    ProxyOptions,
    "routes" | "tls" | "openFiles" | "onAccess" | "onError" | "onWarning"
  >,
): Promise<Proxy> {
  const { hostname, port } = settings;
  try {
    return openProxy({ ...settings, ...options });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw await portInUse({ hostname, port, option: "--port" });
    }
    throw new CliError(`Cannot listen on ${hostname}:${port}: ${(error as Error).message}`);
  }
}
