Deno.serve(async (request) => {
  let bytes = 0;
  let sum = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    sum = (sum + chunk[0]!) % 65_521;
  }
  return Response.json({ bytes, isOver: sum >= 0 });
});
