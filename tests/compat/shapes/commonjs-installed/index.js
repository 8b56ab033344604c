const http = require("http");
const path = require("path");
const { format } = require("./format");

http.createServer((request, response) => {
  response.writeHead(200, { "Content-Type": "text/plain" });
  response.end(format(path.basename(__filename), request.url));
}).listen(3000);
