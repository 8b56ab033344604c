import { add } from "./add.wasm";

Deno.serve((request) => {
  const { searchParams } = new URL(request.url);
  return Response.json(add(Number(searchParams.get("a")), Number(searchParams.get("b"))));
});
