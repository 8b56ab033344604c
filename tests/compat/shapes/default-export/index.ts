export default {
  fetch(request: Request): Response {
    return new Response(`fetched ${new URL(request.url).pathname}`);
  },
} satisfies Deno.ServeDefaultExport;
