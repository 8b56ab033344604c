// Every folder with an index.ts is a server. This one is at http://localhost:9999/hello
Deno.serve((request) => {
  const { pathname } = new URL(request.url);
  return new Response(`Hello from ${pathname}, process ${Deno.pid} of its own small world\n`);
});
