import express from "npm:express@4.21.2";
import cookieParser from "npm:cookie-parser@1.4.7";

const app = express();
app.use(cookieParser("secret"));
app.get("/", (request, response) => {
  response.cookie("seen", "yes").json({ cookies: request.cookies });
});
app.listen(3000);
