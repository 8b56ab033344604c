import { type Route, UPSTREAMS } from "./ports.ts";

/** Directory and name for nginx's files. */
export interface NginxPlace {
  readonly directory: string;
  readonly name: string;
}

/** Settings of the proxies, for the output. */
export const SETTINGS = [
  "One worker or thread each: nginx worker_processes 1, HAProxy nbthread 1, Caddy GOMAXPROCS 1.",
  "All keep their connections to the same upstreams and set Via, X-Forwarded-For, -Host, -Proto and",
  "-Prefix, and X-Request-Id. nginx passes bodies on with proxy_buffering off and buffers of 64 KB;",
  "HAProxy has its own buffers (16 KB), and http-no-delay for events.",
].join("\n");

/** Files that the upstream serves, by their names, with their sizes. */
export const FILES = { "100kb": 100_000, "10mb": 10_000_000 } as const;

const ROUTES = Object.keys(UPSTREAMS) as Route[];

/** Returns the configuration of the upstream nginx: a greeting, and files in the page cache. */
export function originConfiguration(place: NginxPlace): string {
  const files = Object.keys(FILES).map((name) =>
    `location = /${name} { root ${place.directory}; sendfile on; tcp_nopush on; }`
  );
  return nginx(
    place,
    `open_file_cache max=16;
  server {
    listen 127.0.0.1:${UPSTREAMS.origin} backlog=4096;
    location / { return 200 "hello world"; }
    ${files.join("\n    ")}
  }`,
  );
}

/** Returns the configuration of the measured nginx. */
export function nginxConfiguration(place: NginxPlace, port: number): string {
  const upstreams = ROUTES.map((name) =>
    `upstream ${name} { server 127.0.0.1:${UPSTREAMS[name]}; keepalive 4096; ` +
    `keepalive_requests 100000000; }`
  );
  // Fields of a location replace all fields of the enclosing block.
  const location = (route: string, more = "", path = ""): string =>
    `location /${route}/${path} {
      proxy_pass http://${route}/${path};
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header Via "1.1 nginx";
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
    add_header Via "1.1 nginx";
    ${location("origin")}
    ${Object.keys(FILES).map((name) => location("origin", streaming, name)).join("\n    ")}
    ${location("sink", streaming)}
    ${location("functions")}
    ${location("functions", streaming, "events")}
  }`,
  );
}

/** Returns the configuration of the measured HAProxy. */
export function haproxyConfiguration(port: number): string {
  const backends = ROUTES.map((name) =>
    `backend ${name}
  http-request set-path %[path,bytes(${name.length + 1})]
  http-request set-header X-Forwarded-Prefix /${name}
  http-reuse always
  ${name === "functions" ? "option http-no-delay" : ""}
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
  http-request set-header Via "1.1 haproxy"
  http-response set-header Via "1.1 haproxy"
  ${ROUTES.map((name) => `use_backend ${name} if { path_beg /${name}/ }`).join("\n  ")}
${backends.join("")}`;
}

/**
 * Returns the configuration of the measured Caddy, a Caddyfile. Caddy itself sets X-Forwarded-For,
 * -Host and -Proto.
 */
export function caddyConfiguration(port: number): string {
  const routes = ROUTES.map((name) =>
    `  handle_path /${name}/* {
    reverse_proxy 127.0.0.1:${UPSTREAMS[name]} {
      header_up X-Forwarded-Prefix /${name}
      header_up X-Request-Id {http.request.uuid}
      header_up Via "1.1 caddy"
      header_down Via "1.1 caddy"
      transport http {
        versions 1.1
        compression off
        keepalive_idle_conns 4096
        keepalive_idle_conns_per_host 4096
      }
    }
  }`
  );
  return `{
  admin off
  auto_https off
  log {
    output discard
  }
  servers {
    protocols h1
  }
}
http://:${port} {
  bind 127.0.0.1
${routes.join("\n")}
}
`;
}

function nginx({ directory, name }: NginxPlace, servers: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${directory}/${name}-${kind};`);
  return `worker_processes 1;
daemon off;
pid ${directory}/${name}.pid;
error_log stderr crit;
worker_rlimit_nofile 20000;
events { worker_connections 16384; }
http {
  access_log off;
  keepalive_requests 100000000;
  ${temporary.join("\n  ")}
  ${servers}
}
`;
}
