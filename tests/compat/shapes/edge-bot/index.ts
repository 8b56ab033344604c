type Update = { message?: { chat: { id: number }; text?: string } };

const commands: Record<string, (argument: string) => string> = {
  "/start": () => "Welcome!",
  "/echo": (argument) => argument,
};

Deno.serve(async (req) => {
  if (req.method !== "POST") return new Response("not allowed", { status: 405 });
  if (new URL(req.url).searchParams.get("secret") !== "s") {
    return new Response("not allowed", { status: 405 });
  }
  const { message } = await req.json() as Update;
  const [command = "", ...rest] = (message?.text ?? "").split(" ");
  const text = commands[command]?.(rest.join(" ")) ?? "Unknown command";
  return Response.json({ method: "sendMessage", chat_id: message?.chat.id, text });
});
