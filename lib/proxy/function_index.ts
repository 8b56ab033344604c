import { escapeHtml, htmlPage, PAGE_POLICY } from "./html_page.ts";
import { acceptsHtml, acceptsJson } from "./accept.ts";
import type { Reply } from "./reply.ts";
import type { Route } from "./route_table.ts";

/** A function in the list at `/`. */
export interface IndexEntry {
  readonly name: string;
  readonly status: "ready" | "waiting" | "stopped" | "restarting" | "failed";
  /** Path at this host. */
  readonly url: string;
}

/** Returns the entry of a function: what anybody who sends it a request sees, and no reason. */
export function indexEntry(name: string, route: Route): IndexEntry {
  return { name, status: statusOf(route), url: `/${encodeURIComponent(name)}/` };
}

/**
 * Returns the list of functions as HTML, JSON or text, as `accept` asks. The page loads nothing and no
 * cache keeps it.
 *
 * @example
 * ```ts
 * import { indexReply } from "./function_index.ts";
 * indexReply([{ name: "shop", status: "ready", url: "/shop/" }], "*" + "/*").body; // "/shop/ ready\n"
 * ```
 */
export function indexReply(entries: readonly IndexEntry[], accept: string): Reply {
  const fields = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "vary": "accept",
  };
  if (acceptsHtml(accept)) {
    return {
      status: 200,
      body: htmlPage({ heading: "Functions", content: htmlList(entries) }),
      contentType: "text/html; charset=utf-8",
      fields: {
        ...fields,
        "content-security-policy": `${PAGE_POLICY}; frame-ancestors 'none'; base-uri 'none'`,
      },
    };
  }
  if (acceptsJson(accept)) {
    const body = `${JSON.stringify({ functions: entries })}\n`;
    return { status: 200, body, contentType: "application/json", fields };
  }
  const lines = entries.map(({ url, status }) => `${url} ${status}\n`);
  return { status: 200, body: lines.join("") || "No functions\n", fields };
}

function htmlList(entries: readonly IndexEntry[]): string {
  if (entries.length === 0) return "\n<p>No functions</p>";
  const items = entries.map(({ name, status, url }) =>
    `<li><a href="${escapeHtml(url)}">${escapeHtml(name)}</a> ${status}`
  );
  return `\n<ul>\n${items.join("\n")}\n</ul>`;
}

function statusOf(route: Route): IndexEntry["status"] {
  if (route.type !== "refused") return route.type;
  switch (route.fault.code) {
    case "function-stopped":
      return "stopped";
    case "function-exited":
      return "restarting";
    default:
      return "failed";
  }
}
