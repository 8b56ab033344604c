import Fastify from "npm:fastify@5.2.1";

const app = Fastify({ logger: false });
app.get("/", () => ({ hello: "fastify" }));
app.post("/sum", {
  schema: {
    body: {
      type: "object",
      required: ["numbers"],
      properties: { numbers: { type: "array", items: { type: "number" } } },
    },
  },
}, (request) => {
  const { numbers } = request.body as { numbers: number[] };
  return { sum: numbers.reduce((a, b) => a + b, 0) };
});
await app.listen({ port: 3000 });
