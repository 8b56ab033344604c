import { pageFor } from "../../lib/control/admin_page.ts";
import { isAdminHost } from "../../lib/control/admin_host.ts";
import {
  type AdminReply,
  type AdminRequest,
  openAdminServer,
} from "../../lib/control/admin_server.ts";
import { connectControl } from "../../lib/control/control_client.ts";
import { createLoginTokens } from "../../lib/control/login_tokens.ts";
import { createPageHandler } from "../../lib/ui/page_handler.ts";
import { PAGE_PATH } from "../../lib/ui/page_path.ts";
import { CliError } from "../exit_code.ts";
import { printError, printOut } from "../output/print.ts";
import { untilInterrupted } from "../output/until_interrupted.ts";
import { version } from "../version.ts";

/** Options of `ddsrv ui`. */
export interface UiOptions {
  readonly socket: string;
  /** 0 lets the kernel choose. */
  readonly port: number;
  readonly write?: true | undefined;
  readonly link?: true | undefined;
}

const LOOPBACK = "127.0.0.1";

/**
 * Serves the page on loopback until the user interrupts it, or prints a link to the one on the admin
 * port; returns the exit code.
 */
export async function ui(options: UiOptions): Promise<number> {
  using control = connectControl(options.socket);
  if (options.link) {
    printOut(`${await control.loginLink()}\n`);
    return 0;
  }
  // Fails now rather than in the browser.
  await control.supervisor();
  const tokens = createLoginTokens();
  using page = createPageHandler({
    source: control,
    takeLink: tokens.take,
    acceptToken: () => Promise.resolve(false),
    remedy: "Run ddsrv ui again: it prints a link that logs in.",
    canWrite: () => options.write === true,
    version,
  });
  const mounted = { ...page, path: PAGE_PATH };
  using interrupted = untilInterrupted();
  await using server = await open(options.port, {
    answer: (request) => Promise.resolve(answerOutside(request)),
    pageOf: (request) => pageFor(request, mounted, []),
  });
  const { port } = server;
  printOut(`http://${LOOPBACK}:${port}${PAGE_PATH}/?token=${tokens.issue()}\n`);
  printError(
    `Open this link: it works once. Ctrl-C ends the page${
      options.write ? "" : ", which is read-only without --write"
    }.\nFrom another computer: ssh -L ${port}:${LOOPBACK}:${port} THIS-HOST\n`,
  );
  await interrupted.happened;
  return 0;
}

/** Answers requests that are not for the page, or for a host that may be another site's. */
function answerOutside({ target, host }: AdminRequest): AdminReply {
  if (!isAdminHost(host, [])) return { status: 421, text: "Use the address of the link\n" };
  if (target !== "/") return { status: 404, text: "Not found\n" };
  return { status: 302, text: "", headers: { location: `.${PAGE_PATH}/` } };
}

async function open(
  port: number,
  handlers: Pick<Parameters<typeof openAdminServer>[0], "answer" | "pageOf">,
): ReturnType<typeof openAdminServer> {
  try {
    return await openAdminServer({ hostname: LOOPBACK, port, ...handlers });
  } catch (error) {
    throw new CliError(
      `Cannot listen on ${LOOPBACK}:${port}: ${(error as Error).message}. Choose another --port`,
    );
  }
}
