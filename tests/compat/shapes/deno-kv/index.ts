const kv = await Deno.openKv();

Deno.serve(async () => {
  const { value } = await kv.get<number>(["visits"]);
  const visits = (value ?? 0) + 1;
  await kv.atomic().set(["visits"], visits).commit();
  return Response.json({ visits });
});
