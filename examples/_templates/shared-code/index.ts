// Shared code: every function may import from _shared/, which is not a function itself.
//
//   curl "http://localhost:9999/shared-code?name=<Ada>"
//
// Change a file in _shared/, and ddsrv reloads the functions that import it.
import { escapeHtml } from "../_shared/escape_html.ts";

Deno.serve((request) => {
  const name = new URL(request.url).searchParams.get("name") ?? "World";
  return new Response(`<p>Hello ${escapeHtml(name)}</p>\n`, {
    headers: { "content-type": "text/html; charset=utf-8" },
  });
});
