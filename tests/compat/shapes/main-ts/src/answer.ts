export function answer(request: Request): Response {
  return new Response(`main.ts got ${new URL(request.url).pathname}`);
}
