import type { MountedPage } from "../../../lib/control/admin_page.ts";
import type { PageHandler } from "../../../lib/control/admin_server.ts";
import { createOwnCalls } from "../../../lib/control/own_calls.ts";
import type { LoginTokens } from "../../../lib/control/login_tokens.ts";
import type { ControlOptions } from "../../../lib/control/server.ts";
import { trustOf } from "../../../lib/proxy/peer.ts";
import { PAGE_PATH } from "../../../lib/ui/page_path.ts";
import { isTokenOfFile } from "../../../lib/ui/access/token_file.ts";
import { version } from "../../version.ts";

/** Options of {@linkcode createServedPage}. */
export interface ServedPageOptions {
  readonly tokens: LoginTokens;
  readonly onWarning: (message: string) => void;
}

/**
 * Creates the page of the admin port. Its code is loaded with its first request, so that a server
 * whose page nobody opens needs no memory for it.
 */
export function createServedPage(
  options: ControlOptions,
  { tokens, onWarning }: ServedPageOptions,
): MountedPage {
  const { context } = options;
  let loading: Promise<PageHandler> | undefined;

  /** Somebody who has not logged in does not see why the file cannot be used. */
  async function isOperatorToken(token: string): Promise<boolean> {
    try {
      return await isTokenOfFile(token, context.settings.uiTokenFile);
    } catch (error) {
      onWarning(`Cannot use the token of --ui-token-file: ${(error as Error).message}`);
      return false;
    }
  }

  async function load(): Promise<PageHandler> {
    const { createPageHandler } = await import("../../../lib/ui/page_handler.ts");
    return createPageHandler({
      source: createOwnCalls(options),
      takeLink: tokens.take,
      acceptToken: isOperatorToken,
      remedy: remedyOf(context.settings.uiTokenFile),
      canWrite: () => context.settings.uiWrite,
      isTrusted: (address) => trustOf(context.settings.trustedProxies)(address),
      version,
    });
  }

  return {
    path: PAGE_PATH,
    handle(request, response, target) {
      loading ??= load();
      loading.then(
        (page) => page.handle(request, response, target),
        (error) => response.writeHead(500).end(`${error}\n`),
      );
    },
    [Symbol.dispose]() {
      void loading?.then((page) => page[Symbol.dispose](), () => {});
    },
  };
}

function remedyOf(tokenFile: string | undefined): string {
  const link = "On the server, this command prints a link that logs in: sudo ddsrv ui --link";
  return tokenFile === undefined ? link : `Use the token of --ui-token-file. ${link}`;
}
