import compression from "compression";
import cors from "cors";
import express from "express";
import helmet from "helmet";
import morgan from "morgan";

const app = express();
app.use(morgan("tiny"), helmet(), cors({ origin: "https://app.example" }), compression());
app.get("/", (request, response) => response.json({ query: request.query }));
app.get("/large", (request, response) => response.type("text").send("abc".repeat(5000)));
app.get("/async", async () => {
  throw Object.assign(new Error("teapot"), { status: 418, expose: true });
});
app.use((error, request, response, next) => response.status(error.status).send(error.message));
app.listen(process.env.PORT || 3000);
