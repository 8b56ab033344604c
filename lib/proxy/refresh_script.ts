import type { FaultCode } from "./http1/fault.ts";
import { PAGE_POLICY } from "./html_page.ts";

/** Faults that end without the client: a later request may succeed. */
const PASSING: ReadonlySet<FaultCode> = new Set<FaultCode>([
  "function-failed",
  "upstream-failed",
  "function-exited",
  "function-unavailable",
  "function-starting",
  "function-stopped",
  "function-busy",
]);

/** Returns true if the page of a fault may look if the function is back. */
export function isPassing(code: FaultCode): boolean {
  return PASSING.has(code);
}

/**
 * Asks with HEAD if something else than ddsrv answers, while the page is visible, after 1 s and then
 * half as often each time, down to every 30 s, and loads the page again. A page that comes back with an
 * error continues to count, so that it does not make a function fail every second.
 */
const SCRIPT = `
(() => {
  const key = "ddsrv:" + location.pathname;
  let count = 0;
  try {
    const last = JSON.parse(sessionStorage[key]);
    if (Date.now() - last.atMs < 120000) count = last.count;
  } catch {}
  const wait = () => setTimeout(look, Math.min(1000 * 2 ** count++, 30000));
  const look = async () => {
    if (document.hidden) return document.addEventListener("visibilitychange", look, { once: true });
    try {
      const { headers } = await fetch(location.href, {
        method: "HEAD", cache: "no-store", redirect: "manual",
      });
      if (!headers.has("x-ddsrv-error")) {
        try {
          sessionStorage[key] = JSON.stringify({ count, atMs: Date.now() });
        } catch {}
        return location.reload();
      }
    } catch {}
    wait();
  };
  wait();
})();
`;

/** Hash of the script for a content security policy; a test compares it. */
const HASH = "sha256-ti4QyEOqCoyVQiva5HGI5Ql6f8iwuj8bJoxul063PYc=";

/** HTML that loads the page again when the function is back; without scripts, every 30 s. */
export const REFRESH_HTML =
  `<noscript><meta http-equiv="refresh" content="30"></noscript>\n<script>${SCRIPT}</script>\n`;

/** Content security policy of a page with that: the script may only ask its own origin. */
export const REFRESH_POLICY = `${PAGE_POLICY}; script-src '${HASH}'; connect-src 'self'`;
