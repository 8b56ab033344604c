// Written for ddsrv: elsewhere, its data is in the folder.
const directory = Deno.env.get("DDSRV_DATA") ?? "./data";
await Deno.mkdir(directory, { recursive: true });

Deno.serve(async (request) => {
  await Deno.writeTextFile(`${directory}/last.txt`, new URL(request.url).pathname);
  return new Response(await Deno.readTextFile(`${directory}/last.txt`));
});
