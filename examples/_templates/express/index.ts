// Express from npm: code for Node runs as it is, on whatever port it names.
//
//   curl http://localhost:9999/express/greet/Ada
// @ts-types="npm:@types/express@5.0.6"
import express from "npm:express@5.3.0";

const app = express();

// Requests arrive without the prefix /express.
app.get("/", (_request, response) => {
  response.type("text").send("Try /greet/Ada\n");
});
app.get("/greet/:name", (request, response) => {
  response.json({ greeting: `Hello ${request.params.name}` });
});

app.listen(3000);
