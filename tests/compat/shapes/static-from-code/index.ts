const types: Record<string, string> = { css: "text/css", html: "text/html", svg: "image/svg+xml" };

Deno.serve(async (request) => {
  const { pathname } = new URL(request.url);
  const path = pathname === "/" ? "/index.html" : pathname;
  try {
    const file = await Deno.open(new URL(`./public${path}`, import.meta.url));
    const { size } = await file.stat();
    return new Response(file.readable, {
      headers: {
        "content-type": types[path.split(".").at(-1)!] ?? "application/octet-stream",
        "content-length": String(size),
      },
    });
  } catch {
    return new Response("not found", { status: 404 });
  }
});
