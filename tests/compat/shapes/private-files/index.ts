const secret = (await Deno.readTextFile("./secrets/token.txt")).trim();

Deno.serve((request) => {
  const given = request.headers.get("authorization");
  return new Response(given === `Bearer ${secret}` ? "in" : "out");
});
