await Deno.mkdir("./uploads", { recursive: true });

Deno.serve(async (request) => {
  const path = `./uploads${new URL(request.url).pathname}`;
  if (request.method === "PUT") {
    await Deno.writeFile(path, await request.bytes());
    return new Response("kept", { status: 201 });
  }
  try {
    return new Response(await Deno.readFile(path));
  } catch {
    return new Response("nothing", { status: 404 });
  }
});
