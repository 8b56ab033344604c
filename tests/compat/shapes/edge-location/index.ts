Deno.serve((req) => {
  const languages = (req.headers.get("accept-language") ?? "").split(",").map((one) => one.trim());
  const agent = req.headers.get("user-agent") ?? "";
  return Response.json({ languages, isBot: /bot/i.test(agent), method: req.method });
});
