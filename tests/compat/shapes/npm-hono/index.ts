import { Hono } from "npm:hono@4.6.14";
import { cors } from "npm:hono@4.6.14/cors";
import { etag } from "npm:hono@4.6.14/etag";
import { streamSSE } from "npm:hono@4.6.14/streaming";

const app = new Hono();
app.use(cors());
app.use("/etag", etag());
app.get("/", (context) => context.text("hono"));
app.get("/etag", (context) => context.json({ tagged: true }));
app.get("/events", (context) =>
  streamSSE(context, async (stream) => {
    for (const data of ["one", "two", "three"]) await stream.writeSSE({ data });
  }));
app.notFound((context) => context.json({ error: "not found" }, 404));

Deno.serve(app.fetch);
