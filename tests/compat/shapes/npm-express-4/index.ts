// @deno-types="npm:@types/express@4.17.21"
import express from "npm:express@4.21.2";
import cookieParser from "npm:cookie-parser@1.4.7";

const app = express();
app.use(cookieParser("secret"));
app.use(express.json());
app.get("/", (request, response) => {
  response.cookie("seen", "yes", { httpOnly: true }).json({ cookies: request.cookies });
});
app.post("/items/:id", (request, response) => {
  response.status(201).location(`/items/${request.params.id}`).json(request.body);
});
app.get("/redirect", (_request, response) => response.redirect("/"));
app.get("/error", () => {
  throw new Error("on purpose");
});
app.set("env", "production");
app.listen(3000);
