Deno.serve(async (request) => {
  const path = await Deno.makeTempFile({ prefix: "upload-" });
  try {
    await Deno.writeFile(path, await request.bytes());
    const { size } = await Deno.stat(path);
    return Response.json({ size });
  } finally {
    await Deno.remove(path);
  }
});
