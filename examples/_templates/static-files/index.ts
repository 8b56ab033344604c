// Static files: serves public/, and nothing outside of it.
//
//   curl http://localhost:9999/static-files/
import { extname, join } from "node:path";

const ROOT = join(import.meta.dirname!, "public");

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
};

Deno.serve(async (request) => {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response("Use GET or HEAD\n", {
      status: 405,
      headers: { allow: "GET, HEAD" },
    });
  }
  const path = toPath(new URL(request.url).pathname);
  const file = path === undefined ? undefined : await openFile(path);
  if (path === undefined || file === undefined) {
    return new Response("Not found\n", { status: 404 });
  }
  const type = CONTENT_TYPES[extname(path)] ?? "application/octet-stream";
  // The stream closes the file at its end, and when the client leaves.
  return new Response(file.readable, { headers: { "content-type": type } });
});

/** The path of a file in public/; `undefined` for what is outside of it. */
function toPath(pathname: string): string | undefined {
  try {
    const name = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
    // Decoded first: %2e%2e%2f leads out as ../ does.
    const path = join(ROOT, decodeURIComponent(name));
    return path.startsWith(`${ROOT}/`) ? path : undefined;
  } catch {
    // An escape that is not UTF-8.
    return undefined;
  }
}

async function openFile(path: string): Promise<Deno.FsFile | undefined> {
  try {
    const file = await Deno.open(path);
    if ((await file.stat()).isFile) return file;
    file.close();
  } catch {
    // It is not there.
  }
  return undefined;
}
