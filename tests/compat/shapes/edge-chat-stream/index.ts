const corsHeaders = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Headers": "authorization, x-client-info, apikey, content-type",
};

const words = ["Streams", " arrive", " in", " pieces", "."];

Deno.serve(() => {
  const encoder = new TextEncoder();
  const body = new ReadableStream({
    async start(controller) {
      for (const content of words) {
        const chunk = JSON.stringify({ choices: [{ delta: { content } }] });
        controller.enqueue(encoder.encode(`data: ${chunk}\n\n`));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      controller.enqueue(encoder.encode("data: [DONE]\n\n"));
      controller.close();
    },
  });
  return new Response(body, { headers: { ...corsHeaders, "Content-Type": "text/event-stream" } });
});
