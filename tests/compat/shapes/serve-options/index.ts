Deno.serve({ port: 3000, onListen: ({ port }) => console.log(`on ${port}`) }, (request) => {
  return Response.json({ path: new URL(request.url).pathname });
});
