import { UPSTREAMS } from "./ports.ts";

/** Directory and name for nginx's files. */
export interface NginxPlace {
  readonly directory: string;
  readonly name: string;
}

/** Settings of nginx and HAProxy, for the output. */
export const SETTINGS = [
  "nginx: one worker, kept upstream connections; for bodies proxy_buffering off,",
  "proxy_request_buffering off and buffers of 64 KB (its own default is 4 to 16 KB).",
  "HAProxy: one thread, http-reuse always, the buffers of its default (16 KB); http-no-delay for",
  "events.",
].join("\n");

/**
 * Returns the configuration of the upstream nginx: a greeting, and a file of 10 MB in the page
 * cache.
 */
export function originConfiguration(place: NginxPlace): string {
  return nginx(
    place,
    `server {
    listen 127.0.0.1:${UPSTREAMS.origin} backlog=4096;
    location / { return 200 "hello world"; }
    location = /10mb { root ${place.directory}; sendfile on; tcp_nopush on; }
  }`,
  );
}

/** Returns the configuration of the measured nginx. It sets the same fields as ddsrv. */
export function proxyConfiguration(place: NginxPlace, port: number): string {
  const upstreams = Object.entries(UPSTREAMS).map(([name, at]) =>
    `upstream ${name} { server 127.0.0.1:${at}; keepalive 1024; keepalive_requests 100000000; }`
  );
  // Fields of a location replace all fields of the enclosing block.
  const location = (route: string, more = "", path = ""): string =>
    `location /${route}/${path} {
      proxy_pass http://${route}/${path};
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Proto http;
      proxy_set_header X-Forwarded-Prefix /${route};
      proxy_set_header X-Request-Id $request_id;
      ${more}
    }`;
  const streaming = `proxy_buffering off; proxy_request_buffering off;
      proxy_buffer_size 64k; proxy_buffers 8 64k; client_body_buffer_size 64k;`;
  return nginx(
    place,
    `${upstreams.join("\n  ")}
  proxy_http_version 1.1;
  client_max_body_size 0;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    ${location("origin")}
    ${location("origin", streaming, "10mb")}
    ${location("sink", streaming)}
    ${location("events", streaming)}
  }`,
  );
}

/** Returns the configuration of the measured HAProxy. */
export function haproxyConfiguration(port: number): string {
  const names = Object.keys(UPSTREAMS) as (keyof typeof UPSTREAMS)[];
  const backends = names.map((name) =>
    `backend ${name}
  http-request set-path %[path,bytes(${name.length + 1})]
  http-request set-header X-Forwarded-Prefix /${name}
  http-reuse always
  ${name === "events" ? "option http-no-delay" : ""}
  server one 127.0.0.1:${UPSTREAMS[name]}
`
  );
  return `global
  maxconn 8192
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend in
  bind 127.0.0.1:${port} backlog 4096
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Request-Id %[uuid]
  ${names.map((name) => `use_backend ${name} if { path_beg /${name}/ }`).join("\n  ")}
${backends.join("")}`;
}

function nginx({ directory, name }: NginxPlace, servers: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${directory}/${name}-${kind};`);
  return `worker_processes 1;
daemon off;
pid ${directory}/${name}.pid;
error_log stderr crit;
events { worker_connections 16384; }
http {
  access_log off;
  keepalive_requests 100000000;
  ${temporary.join("\n  ")}
  ${servers}
}
`;
}
