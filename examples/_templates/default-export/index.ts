// A default export: a fetch handler is enough, and ddsrv serves it as "deno serve" does.
//
//   curl http://localhost:9999/default-export/a/path
export default {
  fetch(request) {
    return new Response(`${request.method} ${new URL(request.url).pathname}\n`);
  },
} satisfies Deno.ServeDefaultExport;
