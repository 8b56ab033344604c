// @deno-types="npm:@types/express@4.17.21"
import express from "npm:express@4.21.2";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const app = express();
app.set("view engine", "ejs");
app.set("views", `${here}views`);
app.use("/public", express.static(`${here}public`, { maxAge: "1h" }));
app.get("/", (_request, response) => response.render("index", { items: ["<one>", "two"] }));
app.listen(3000);
