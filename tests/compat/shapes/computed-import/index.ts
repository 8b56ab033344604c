const handlers = new Map<string, (request: Request) => Response>();

Deno.serve(async (request) => {
  const [, name = ""] = new URL(request.url).pathname.split("/");
  if (!/^[a-z]+$/.test(name)) return new Response("unknown", { status: 404 });
  try {
    let handler = handlers.get(name);
    if (handler === undefined) {
      handler = (await import(`./routes/${name}.ts`)).default;
      handlers.set(name, handler!);
    }
    return handler!(request);
  } catch (error) {
    if (error instanceof TypeError) return new Response("unknown", { status: 404 });
    throw error;
  }
});
