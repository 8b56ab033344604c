Deno.serve(async () => {
  const { stdout } = await new Deno.Command("uname", { args: ["-s"] }).output();
  return new Response(stdout);
});
