# Completion of ddsrv for fish. Generated from the command tree by: deno task generate

# Prints the verb with this name or alias, or the word itself.
function __ddsrv_verb
    switch $argv[1]
        case rm
            echo remove
        case ls
            echo list
        case '*'
            echo -- $argv[1]
    end
end

# Succeeds if an option, given as "verb --option", takes a value.
function __ddsrv_takes_value
    contains -- $argv[1] 'serve -p' 'serve --port' 'serve --hostname' 'serve --socket' 'serve --state-dir' 'serve --shutdown-delay' 'serve --shutdown-timeout' 'serve --isolation' 'serve --ipv6' 'serve --admin-port' 'serve --admin-hostname' 'serve --admin-hosts' 'serve --ui-token-file' 'serve --source' 'serve --source-poll' 'serve --source-auth-file' 'serve --source-webhook-secret-file' 'serve --logs-dir' 'serve --log-file-format' 'serve --log-max-size' 'serve --log-max-files' 'serve --log-rate' 'serve --console-format' 'serve --access-log' 'serve --access-log-file' 'serve --rescan' 'serve --max-files' 'serve --check' 'serve --deno' 'serve --deno-versions' 'serve --check-cpu-time' 'serve --check-timeout' 'serve --allow-import' 'serve --registries' 'serve --env-file' 'serve --idle' 'serve --parked' 'serve --drain' 'serve --egress' 'serve --dns' 'serve --domain' 'serve --root' 'serve --index' 'serve --rate-limit' 'serve --trusted-proxies' 'serve --tls-cert' 'serve --tls-key' 'serve --certificates' 'serve --kv-url' 'serve --kv-token-file' 'serve --schedule-runs' 'serve --max-head-size' 'serve --max-target-size' 'serve --max-fields' 'serve --max-body-size' 'serve --head-timeout' 'serve --idle-timeout' 'serve --connect-timeout' 'serve --first-byte-timeout' 'serve --stall-timeout' 'serve --wait-timeout' 'serve --max-waiting' 'serve --max-connections' 'serve --max-connections-per-peer' 'serve --max-peer-buffer-size' 'serve --max-in-flight' 'serve --max-in-flight-per-peer' 'restart --timeout' 'restart --socket' 'doctor --isolation' 'init --template' 'dev -p' 'dev --port' 'dev --host' 'dev --inspect' 'dev --isolation' 'deploy --to' 'deploy -n' 'deploy --name' 'deploy --preview' 'deploy --ttl' 'deploy --env-file' 'deploy --command' 'deploy --timeout' 'git --branch' 'git --dir' 'git --command' 'git --socket' 'debug --port' 'debug --for' 'debug --socket' 'add -n' 'add --name' 'add -e' 'add --env' 'add --env-file' 'add --ttl' 'add --timeout' 'add --socket' 'remove --timeout' 'remove --socket' 'reload --socket' 'rollback --to' 'rollback --socket' 'stop --page' 'stop --timeout' 'stop --socket' 'start --timeout' 'start --socket' 'env --socket' 'run -e' 'run --env' 'run --timeout' 'run --socket' 'list --socket' 'list --filter' 'list --format' 'inspect --socket' 'history -n' 'history --lines' 'history --socket' 'diff --socket' 'logs -n' 'logs --lines' 'logs --since' 'logs --until' 'logs --grep' 'logs --to' 'logs --logs-dir' 'logs --socket' 'top --socket' 'ui --port' 'ui --socket' 'check --format' 'check --isolation' 'schedules --socket' 'status --socket' 'install-service --path' 'install-service --listen' 'uninstall-service --path' 'upgrade --socket' 'schema --output'
end

# Finds the verb, its arguments and a -- before the cursor. The result is cached per line, because
# each condition below needs it.
function __ddsrv_read
    set -l line (commandline -cp | string collect)
    test "$line" = "$__ddsrv_line"; and return
    set -g __ddsrv_line $line
    set -g __ddsrv_found_verb
    set -g __ddsrv_arguments
    set -g __ddsrv_is_plain
    set -l is_value
    for part in (commandline -opc)[2..]
        if set -q is_value[1]
            set is_value
        else if set -q __ddsrv_is_plain[1]; or not string match -q -- '-?*' $part
            if set -q __ddsrv_found_verb[1]
                set -a __ddsrv_arguments $part
            else
                set __ddsrv_found_verb (__ddsrv_verb $part)
            end
        else if test "$part" = --
            set __ddsrv_is_plain 1
        else if not string match -q -- '--*=*' $part
            # Of short options in one word, only the last can take a value.
            string match -q -- '--*' $part; or set part -(string sub -s -1 -- $part)
            __ddsrv_takes_value "$__ddsrv_found_verb $part"; and set is_value 1
        end
    end
end

# Succeeds if the verb is this one and, given a position from 1, its argument at that position is
# next.
function __ddsrv_at
    __ddsrv_read
    test "$__ddsrv_found_verb" = "$argv[1]"; or return 1
    set -q argv[2]; or return 0
    set -l place (math (count $__ddsrv_arguments) + 1)
    test $place = $argv[2]; or test "$argv[3]" = more -a $place -gt $argv[2]
end

# Prints the function names of the supervisor that --socket on the line selects.
function __ddsrv_functions
    __ddsrv_read
    set -l socket
    set -l words (commandline -op)[2..]
    for i in (seq (count $words))
        switch $words[$i]
            case --
                break
            case --socket
                set socket (string replace -r -- '^~/' "$HOME/" "$words[$(math $i + 1)]")
            case '--socket=*'
                set socket (string replace -- --socket= '' $words[$i])
        end
    end
    set -q socket[1]; and set socket --socket=$socket
    for name in (command ddsrv list --quiet $socket 2>/dev/null </dev/null)
        # A name that begins with a hyphen would be read as an option.
        string match -q -- '-*' $name; and not set -q __ddsrv_is_plain[1]; and continue
        test "$argv[1]" = others; and contains -- $name $__ddsrv_arguments; and continue
        echo -- $name
    end
end

complete -c ddsrv -f
complete -c ddsrv -n '__ddsrv_at \'\'' -s V -l version -d 'print the version; with --json also the commit and Deno'
complete -c ddsrv -n '__ddsrv_at \'\'' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at \'\'' -a serve -d 'serve the functions of a directory in the foreground'
complete -c ddsrv -n '__ddsrv_at serve' -s p -l port -x -d 'port of the proxy; 0 chooses a free port'
complete -c ddsrv -n '__ddsrv_at serve' -l hostname -x -d 'address that the proxy listens on'
complete -c ddsrv -n '__ddsrv_at serve' -l socket -r -F -d 'path of the control socket'
complete -c ddsrv -n '__ddsrv_at serve' -l state-dir -r -F -d 'directory of module caches and of the data of functions'
complete -c ddsrv -n '__ddsrv_at serve' -l shutdown-delay -x -d 'how long to go on serving after the signal to stop'
complete -c ddsrv -n '__ddsrv_at serve' -l shutdown-timeout -x -d 'how long in-flight requests may finish when ddsrv stops'
complete -c ddsrv -n '__ddsrv_at serve' -l isolation -r -a 'full rootless none' -d 'how strictly to isolate functions'
complete -c ddsrv -n '__ddsrv_at serve' -l ipv6 -r -a 'off auto on' -d 'IPv6 for functions: off, auto (if the host can) or on'
complete -c ddsrv -n '__ddsrv_at serve' -l admin-port -x -d 'port of the admin endpoints /livez, /readyz and /metrics'
complete -c ddsrv -n '__ddsrv_at serve' -l admin-hostname -x -d 'address that the admin endpoints listen on'
complete -c ddsrv -n '__ddsrv_at serve' -l admin-hosts -r -k -a '(__ddsrv_functions)' -d 'host names that the admin endpoints accept, besides localhost; may be repeated'
complete -c ddsrv -n '__ddsrv_at serve' -l ui-write -d 'let the page on the admin port reload, roll back, stop and start'
complete -c ddsrv -n '__ddsrv_at serve' -l ui-token-file -r -F -d 'file with a token that logs in to the page on the admin port'
complete -c ddsrv -n '__ddsrv_at serve' -l source -x -d 'take the functions from an archive, an artifact or a repository'
complete -c ddsrv -n '__ddsrv_at serve' -l source-poll -x -d 'how often to ask the source for a new version'
complete -c ddsrv -n '__ddsrv_at serve' -l source-auth-file -r -F -d 'file with the source\'s token, user:password, or Docker\'s config.json'
complete -c ddsrv -n '__ddsrv_at serve' -l source-webhook-secret-file -r -F -d 'file with the secret of webhooks for the source'
complete -c ddsrv -n '__ddsrv_at serve' -l no-logs -d 'do not write log files'
complete -c ddsrv -n '__ddsrv_at serve' -l logs-dir -r -F -d 'directory of log files'
complete -c ddsrv -n '__ddsrv_at serve' -l log-file-format -r -a 'cri docker' -d 'line format of log files'
complete -c ddsrv -n '__ddsrv_at serve' -l log-max-size -x -d 'rotate log files at this size'
complete -c ddsrv -n '__ddsrv_at serve' -l log-max-files -x -d 'files to keep of each log, including the current one'
complete -c ddsrv -n '__ddsrv_at serve' -l log-rate -x -d 'maximum lines a second that a function may log, or none'
complete -c ddsrv -n '__ddsrv_at serve' -s q -l quiet -d 'do not print the output of functions'
complete -c ddsrv -n '__ddsrv_at serve' -l console-format -r -a 'text json' -d 'format of the output of serve: text, or a JSON object per line'
complete -c ddsrv -n '__ddsrv_at serve' -l access-log -r -a 'json combined' -d 'log every request in this format'
complete -c ddsrv -n '__ddsrv_at serve' -l access-log-file -r -F -d 'file of the access log'
complete -c ddsrv -n '__ddsrv_at serve' -l no-watch -d 'do not reload running functions when files change'
complete -c ddsrv -n '__ddsrv_at serve' -l rescan -x -d 'interval of scans without file events'
complete -c ddsrv -n '__ddsrv_at serve' -l max-files -x -d 'maximum number of files in a function\'s folder'
complete -c ddsrv -n '__ddsrv_at serve' -l check -r -a 'types graph none' -d 'how strictly to check functions before they start'
complete -c ddsrv -n '__ddsrv_at serve' -l deno -r -F -d 'check and run functions with this Deno'
complete -c ddsrv -n '__ddsrv_at serve' -l deno-versions -r -F -d 'directory of the versions of Deno that functions may choose'
complete -c ddsrv -n '__ddsrv_at serve' -l check-cpu-time -x -d 'maximum processor time of one check, all processes together'
complete -c ddsrv -n '__ddsrv_at serve' -l check-timeout -x -d 'timeout of one check'
complete -c ddsrv -n '__ddsrv_at serve' -l allow-import -x -d 'hosts that code may be imported from, in addition to Deno\'s; may be repeated'
complete -c ddsrv -n '__ddsrv_at serve' -l registries -x -d 'npm registries that a function\'s .npmrc may name; may be repeated'
complete -c ddsrv -n '__ddsrv_at serve' -l env-file -r -F -d 'read environment variables of all functions from this file'
complete -c ddsrv -n '__ddsrv_at serve' -l idle -x -d 'scale to zero after this time without a request, or never'
complete -c ddsrv -n '__ddsrv_at serve' -l parked -x -d 'how many sandboxes to keep ready for the next start; 0 for none'
complete -c ddsrv -n '__ddsrv_at serve' -l drain -x -d 'how long a replaced instance may finish in-flight requests'
complete -c ddsrv -n '__ddsrv_at serve' -l egress -x -d 'what functions may connect to: none, internet, full or a list'
complete -c ddsrv -n '__ddsrv_at serve' -l dns -x -d 'DNS resolvers of functions; may be repeated'
complete -c ddsrv -n '__ddsrv_at serve' -l domain -x -d 'also serve each function at NAME.DOMAIN; may be repeated'
complete -c ddsrv -n '__ddsrv_at serve' -l root -r -k -a '(__ddsrv_functions)' -d 'function that also answers at / and for unknown names'
complete -c ddsrv -n '__ddsrv_at serve' -l index -r -a 'off local all' -d 'who gets a list of functions at /: off, local or all'
complete -c ddsrv -n '__ddsrv_at serve' -l rate-limit -x -d 'rate limit of each client, such as 100/s (429)'
complete -c ddsrv -n '__ddsrv_at serve' -l trusted-proxies -x -d 'peers whose X-Forwarded-* headers to trust, as address or CIDR; may be repeated'
complete -c ddsrv -n '__ddsrv_at serve' -l hide-errors -d 'do not show the details of errors to clients'
complete -c ddsrv -n '__ddsrv_at serve' -l no-via -d 'do not add a Via field to forwarded requests and responses'
complete -c ddsrv -n '__ddsrv_at serve' -l compat-reload -d 'let every client reload a function with POST /NAME/reload'
complete -c ddsrv -n '__ddsrv_at serve' -l compat-healthcheck -d 'answer x-graphand-healthcheck: true with 200 OK'
complete -c ddsrv -n '__ddsrv_at serve' -l tls-cert -r -F -d 'serve TLS with this certificate chain (PEM)'
complete -c ddsrv -n '__ddsrv_at serve' -l tls-key -r -F -d 'private key of the certificate (PEM)'
complete -c ddsrv -n '__ddsrv_at serve' -l certificates -r -F -d 'serve TLS with the certificates in this directory, by host'
complete -c ddsrv -n '__ddsrv_at serve' -l http2 -d 'offer HTTP/2 to clients, besides HTTP/1.1; needs TLS'
complete -c ddsrv -n '__ddsrv_at serve' -l kv-url -x -d 'server of Deno.openKv() for all functions, for several hosts'
complete -c ddsrv -n '__ddsrv_at serve' -l kv-token-file -r -F -d 'file with the access token of the server of --kv-url'
complete -c ddsrv -n '__ddsrv_at serve' -l schedule-runs -r -a 'auto all claimed none' -d 'runs of schedules on this host: all, claimed, none'
complete -c ddsrv -n '__ddsrv_at serve' -l max-head-size -x -d 'maximum size of a message head (431)'
complete -c ddsrv -n '__ddsrv_at serve' -l max-target-size -x -d 'maximum size of a request target (414)'
complete -c ddsrv -n '__ddsrv_at serve' -l max-fields -x -d 'maximum number of header fields of a message (431)'
complete -c ddsrv -n '__ddsrv_at serve' -l max-body-size -x -d 'maximum size of a request body (413)'
complete -c ddsrv -n '__ddsrv_at serve' -l head-timeout -x -d 'timeout for the head of a request, from its first byte (408)'
complete -c ddsrv -n '__ddsrv_at serve' -l idle-timeout -x -d 'close a client connection that has no request for this long'
complete -c ddsrv -n '__ddsrv_at serve' -l connect-timeout -x -d 'timeout for connecting to a function (502)'
complete -c ddsrv -n '__ddsrv_at serve' -l first-byte-timeout -x -d 'timeout for the first byte of a response (504)'
complete -c ddsrv -n '__ddsrv_at serve' -l stall-timeout -x -d 'how long a client may stall a request or response body (408)'
complete -c ddsrv -n '__ddsrv_at serve' -l wait-timeout -x -d 'how long a request may wait for a function to start (503)'
complete -c ddsrv -n '__ddsrv_at serve' -l max-waiting -x -d 'maximum number of requests that wait for a function (503)'
complete -c ddsrv -n '__ddsrv_at serve' -l max-connections -x -d 'maximum number of client connections (503)'
complete -c ddsrv -n '__ddsrv_at serve' -l max-connections-per-peer -x -d 'close connections of one client above this number'
complete -c ddsrv -n '__ddsrv_at serve' -l max-peer-buffer-size -x -d 'maximum growth of the buffers of one client\'s connections (431)'
complete -c ddsrv -n '__ddsrv_at serve' -l max-in-flight -x -d 'maximum number of in-flight requests of a function (503)'
complete -c ddsrv -n '__ddsrv_at serve' -l max-in-flight-per-peer -x -d 'maximum number of in-flight requests of one client (429)'
complete -c ddsrv -n '__ddsrv_at serve' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at serve 1' -a '(__fish_complete_directories)'
complete -c ddsrv -n '__ddsrv_at \'\'' -a restart -d 'replace the running ddsrv serve, without refusing a request'
complete -c ddsrv -n '__ddsrv_at restart' -l timeout -x -d 'give up when the new one is not ready after this time'
complete -c ddsrv -n '__ddsrv_at restart' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at restart' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at \'\'' -a doctor -d 'check whether this host supports isolation, and say how to fix problems'
complete -c ddsrv -n '__ddsrv_at doctor' -l isolation -r -a 'full rootless none' -d 'check the host for this isolation level'
complete -c ddsrv -n '__ddsrv_at doctor' -l json -d 'print JSON; ddsrv schema --output describes it'
complete -c ddsrv -n '__ddsrv_at doctor' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at \'\'' -a init -d 'create a directory with a first function, or list the templates'
complete -c ddsrv -n '__ddsrv_at init' -l template -r -a 'json-api hono express default-export static-files websocket-chat server-sent-events streamed-upload kv-counter shared-code manifest schedule webhook' -d 'start from this template; the path defaults to its name'
complete -c ddsrv -n '__ddsrv_at init' -l json -d 'print JSON; ddsrv schema --output describes it'
complete -c ddsrv -n '__ddsrv_at init' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at init 1' -F
complete -c ddsrv -n '__ddsrv_at \'\'' -a dev -d 'serve functions while you write them; needs no root and no set-up'
complete -c ddsrv -n '__ddsrv_at dev' -s p -l port -x -d 'listen on this port, or on the next free one'
complete -c ddsrv -n '__ddsrv_at dev' -l host -x -d 'listen on this address'
complete -c ddsrv -n '__ddsrv_at dev' -l inspect -x -d 'let a debugger attach to the function'
complete -c ddsrv -n '__ddsrv_at dev' -l isolation -r -a 'none full' -d 'full runs it as on the server; needs Linux and root'
complete -c ddsrv -n '__ddsrv_at dev' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at dev 1' -F
complete -c ddsrv -n '__ddsrv_at \'\'' -a deploy -d 'check a function and send it to a server by ssh'
complete -c ddsrv -n '__ddsrv_at deploy' -l to -x -d 'ssh://user@host:port, a remembered name, or NAME=ssh://… to remember'
complete -c ddsrv -n '__ddsrv_at deploy' -s n -l name -r -k -a '(__ddsrv_functions)' -d 'name of the function (default: name of the directory)'
complete -c ddsrv -n '__ddsrv_at deploy' -l preview -x -d 'deploy beside it as NAME--LABEL (default: the git branch)'
complete -c ddsrv -n '__ddsrv_at deploy' -l ttl -x -d 'let the server remove it after this time, such as 3d; none keeps it'
complete -c ddsrv -n '__ddsrv_at deploy' -l env-file -r -F -d 'set all variables of an env file, as ddsrv env import does'
complete -c ddsrv -n '__ddsrv_at deploy' -l command -r -a 'serve restart doctor init dev deploy git debug add remove reload rollback stop start env run list inspect history diff logs top ui check schedules status install-service uninstall-service upgrade completions schema help' -d 'run ddsrv on the server by this command, as "sudo ddsrv"'
complete -c ddsrv -n '__ddsrv_at deploy' -l no-check -d 'let only the server check the function'
complete -c ddsrv -n '__ddsrv_at deploy' -l dry-run -d 'print which files would be sent, and send nothing'
complete -c ddsrv -n '__ddsrv_at deploy' -l no-wait -d 'do not wait until the function is ready'
complete -c ddsrv -n '__ddsrv_at deploy' -l timeout -x -d 'restore the previous version if it is not ready within this time'
complete -c ddsrv -n '__ddsrv_at deploy' -l json -d 'print JSON; ddsrv schema --output describes it'
complete -c ddsrv -n '__ddsrv_at deploy' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at deploy 1' -F
complete -c ddsrv -n '__ddsrv_at \'\'' -a git -d 'make a git repository on the server that deploys what is pushed'
complete -c ddsrv -n '__ddsrv_at git' -l branch -x -d 'deploy pushes to this branch'
complete -c ddsrv -n '__ddsrv_at git' -l dir -r -F -d 'directory of the repository (default: in the state directory)'
complete -c ddsrv -n '__ddsrv_at git' -l command -r -a 'serve restart doctor init dev deploy git debug add remove reload rollback stop start env run list inspect history diff logs top ui check schedules status install-service uninstall-service upgrade completions schema help' -d 'run ddsrv in the hook by this command, as "sudo -n ddsrv"'
complete -c ddsrv -n '__ddsrv_at git' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at git' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at git 1' -a init
complete -c ddsrv -n '__ddsrv_at git 2' -k -a '(__ddsrv_functions)'
complete -c ddsrv -n '__ddsrv_at \'\'' -a debug -d 'debug a function beside the instance that serves'
complete -c ddsrv -n '__ddsrv_at debug' -l port -x -d 'listen for debuggers on this port, or the next free one'
complete -c ddsrv -n '__ddsrv_at debug' -l break -d 'wait for a debugger, and stop just before the first line'
complete -c ddsrv -n '__ddsrv_at debug' -l for -x -d 'end the session after this time, at most 24h'
complete -c ddsrv -n '__ddsrv_at debug' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at debug' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at debug 1' -k -a '(__ddsrv_functions)'
complete -c ddsrv -n '__ddsrv_at \'\'' -a add -d 'type-check a function, copy it into the functions directory and start it'
complete -c ddsrv -n '__ddsrv_at add' -s n -l name -r -k -a '(__ddsrv_functions)' -d 'name of the function (default: name of the directory or file)'
complete -c ddsrv -n '__ddsrv_at add' -l link -d 'link to the directory instead of copying it'
complete -c ddsrv -n '__ddsrv_at add' -l replace -d 'replace the function of this name without downtime'
complete -c ddsrv -n '__ddsrv_at add' -s e -l env -x -d 'set a variable: NAME=VALUE, or NAME to copy its value; repeatable'
complete -c ddsrv -n '__ddsrv_at add' -l env-file -r -F -d 'set all variables of an env file, as ddsrv env import does'
complete -c ddsrv -n '__ddsrv_at add' -l ttl -x -d 'remove the function after this time, such as 3d; none keeps it'
complete -c ddsrv -n '__ddsrv_at add' -l no-wait -d 'do not wait until the function is ready'
complete -c ddsrv -n '__ddsrv_at add' -l timeout -x -d 'remove it again if it is not ready within this time'
complete -c ddsrv -n '__ddsrv_at add' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at add' -l json -d 'print JSON; ddsrv schema --output describes it'
complete -c ddsrv -n '__ddsrv_at add' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at add 1' -F
complete -c ddsrv -n '__ddsrv_at \'\'' -a remove -d 'remove functions and their data, and wait until they have stopped'
complete -c ddsrv -n '__ddsrv_at \'\'' -a rm -d 'remove functions and their data, and wait until they have stopped'
complete -c ddsrv -n '__ddsrv_at remove' -l timeout -x -d 'wait at most this long until they have stopped'
complete -c ddsrv -n '__ddsrv_at remove' -l keep-data -d 'keep data and variables for the next function of this name'
complete -c ddsrv -n '__ddsrv_at remove' -s y -l yes -d 'do not ask for confirmation; without a terminal ddsrv never asks'
complete -c ddsrv -n '__ddsrv_at remove' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at remove' -l json -d 'print JSON; ddsrv schema --output describes it'
complete -c ddsrv -n '__ddsrv_at remove' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at remove 1 more' -k -a '(__ddsrv_functions others)'
complete -c ddsrv -n '__ddsrv_at \'\'' -a reload -d 'restart functions gracefully, without dropping requests'
complete -c ddsrv -n '__ddsrv_at reload' -l all -d 'restart all functions'
complete -c ddsrv -n '__ddsrv_at reload' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at reload' -l json -d 'print JSON; ddsrv schema --output describes it'
complete -c ddsrv -n '__ddsrv_at reload' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at reload 1 more' -k -a '(__ddsrv_functions others)'
complete -c ddsrv -n '__ddsrv_at \'\'' -a rollback -d 'roll back a function to the revision that served before'
complete -c ddsrv -n '__ddsrv_at rollback' -l to -x -d 'roll back to this revision; ddsrv history lists the kept ones'
complete -c ddsrv -n '__ddsrv_at rollback' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at rollback' -l json -d 'print JSON; ddsrv schema --output describes it'
complete -c ddsrv -n '__ddsrv_at rollback' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at rollback 1' -k -a '(__ddsrv_functions)'
complete -c ddsrv -n '__ddsrv_at \'\'' -a stop -d 'stop functions until ddsrv start; requests get 503 meanwhile'
complete -c ddsrv -n '__ddsrv_at stop' -l page -r -F -d 'show this HTML file to browsers, at most 256 KiB'
complete -c ddsrv -n '__ddsrv_at stop' -l timeout -x -d 'wait at most this long until they have stopped'
complete -c ddsrv -n '__ddsrv_at stop' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at stop' -l json -d 'print JSON; ddsrv schema --output describes it'
complete -c ddsrv -n '__ddsrv_at stop' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at stop 1 more' -k -a '(__ddsrv_functions others)'
complete -c ddsrv -n '__ddsrv_at \'\'' -a start -d 'start functions that ddsrv stop has stopped'
complete -c ddsrv -n '__ddsrv_at start' -l timeout -x -d 'wait at most this long until they are ready'
complete -c ddsrv -n '__ddsrv_at start' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at start' -l json -d 'print JSON; ddsrv schema --output describes it'
complete -c ddsrv -n '__ddsrv_at start' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at start 1 more' -k -a '(__ddsrv_functions others)'
complete -c ddsrv -n '__ddsrv_at \'\'' -a env -d 'set, list, unset or import environment variables of a function'
complete -c ddsrv -n '__ddsrv_at env' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at env' -l json -d 'print JSON; ddsrv schema --output describes it'
complete -c ddsrv -n '__ddsrv_at env' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at env 1' -a 'set list unset import'
complete -c ddsrv -n '__ddsrv_at env 2' -k -a '(__ddsrv_functions)'
complete -c ddsrv -n '__ddsrv_at env 3 more' -F
complete -c ddsrv -n '__ddsrv_at \'\'' -a run -d 'run a file or task of a function once'
complete -c ddsrv -n '__ddsrv_at run' -s e -l env -x -d 'set a variable for this run: NAME=VALUE, or NAME; repeatable'
complete -c ddsrv -n '__ddsrv_at run' -l timeout -x -d 'end the run after this time, with exit code 124'
complete -c ddsrv -n '__ddsrv_at run' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at run' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at run 1' -k -a '(__ddsrv_functions)'
complete -c ddsrv -n '__ddsrv_at run 2' -F
complete -c ddsrv -n '__ddsrv_at \'\'' -a list -d 'list functions with their status, traffic and resource use'
complete -c ddsrv -n '__ddsrv_at \'\'' -a ls -d 'list functions with their status, traffic and resource use'
complete -c ddsrv -n '__ddsrv_at list' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at list' -s w -l watch -d 'keep running and update the list in place'
complete -c ddsrv -n '__ddsrv_at list' -l filter -x -d 'show only matches of status=WORD, name=shop-* or isolation=LEVEL'
complete -c ddsrv -n '__ddsrv_at list' -s q -l quiet -d 'print only names, one per line'
complete -c ddsrv -n '__ddsrv_at list' -l format -x -d 'print each function with a template such as {{name}}\\t{{url}}'
complete -c ddsrv -n '__ddsrv_at list' -l json -d 'print JSON; ddsrv schema --output describes it'
complete -c ddsrv -n '__ddsrv_at list' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at \'\'' -a inspect -d 'show a function\'s details, the reason for its status, settings and variables'
complete -c ddsrv -n '__ddsrv_at inspect' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at inspect' -l json -d 'print JSON; ddsrv schema --output describes it'
complete -c ddsrv -n '__ddsrv_at inspect' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at inspect 1' -k -a '(__ddsrv_functions)'
complete -c ddsrv -n '__ddsrv_at \'\'' -a history -d 'list the changes of a function: when, by what and whom, and the result'
complete -c ddsrv -n '__ddsrv_at history' -s n -l lines -x -d 'print only the latest changes'
complete -c ddsrv -n '__ddsrv_at history' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at history' -l json -d 'print JSON; ddsrv schema --output describes it'
complete -c ddsrv -n '__ddsrv_at history' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at history 1' -k -a '(__ddsrv_functions)'
complete -c ddsrv -n '__ddsrv_at \'\'' -a diff -d 'show what differs between two revisions of a function'
complete -c ddsrv -n '__ddsrv_at diff' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at diff' -l json -d 'print JSON; ddsrv schema --output describes it'
complete -c ddsrv -n '__ddsrv_at diff' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at diff 1' -k -a '(__ddsrv_functions)'
complete -c ddsrv -n '__ddsrv_at \'\'' -a logs -d 'print log lines of functions; works without a running supervisor'
complete -c ddsrv -n '__ddsrv_at logs' -s f -l follow -d 'keep printing new lines, also those of new functions'
complete -c ddsrv -n '__ddsrv_at logs' -s n -l lines -x -d 'print this many past lines of each function, or all'
complete -c ddsrv -n '__ddsrv_at logs' -l since -x -d 'print lines since a time: 10m, 1h30m, 2d, or a date or time'
complete -c ddsrv -n '__ddsrv_at logs' -l until -x -d 'print lines until a time, as for --since'
complete -c ddsrv -n '__ddsrv_at logs' -l grep -x -d 'print only lines that match a regular expression'
complete -c ddsrv -n '__ddsrv_at logs' -l stderr -d 'print only standard error, which includes messages of ddsrv'
complete -c ddsrv -n '__ddsrv_at logs' -l no-prefix -d 'print only the text, without time and name'
complete -c ddsrv -n '__ddsrv_at logs' -l to -x -d 'read the logs of a server, as ddsrv deploy --to names it'
complete -c ddsrv -n '__ddsrv_at logs' -l logs-dir -r -F -d 'read log files from here (default: LOGS_DIRECTORY, else the supervisor\'s, else /opt/logs)'
complete -c ddsrv -n '__ddsrv_at logs' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at logs' -l json -d 'print JSON; ddsrv schema --output describes it'
complete -c ddsrv -n '__ddsrv_at logs' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at logs 1 more' -k -a '(__ddsrv_functions others)'
complete -c ddsrv -n '__ddsrv_at \'\'' -a top -d 'show requests, latency, CPU and memory of each function, live'
complete -c ddsrv -n '__ddsrv_at top' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at top' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at \'\'' -a ui -d 'serve a page that shows the functions, for a browser'
complete -c ddsrv -n '__ddsrv_at ui' -l write -d 'let the page change functions'
complete -c ddsrv -n '__ddsrv_at ui' -l port -x -d 'listen on this port of loopback; 0 chooses a free one'
complete -c ddsrv -n '__ddsrv_at ui' -l link -d 'print a link to the page on the admin port of serve'
complete -c ddsrv -n '__ddsrv_at ui' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at ui' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at \'\'' -a check -d 'type-check functions without running them; needs no root'
complete -c ddsrv -n '__ddsrv_at check' -l format -r -a 'text json github' -d 'print text for people, JSON, or annotations for GitHub Actions'
complete -c ddsrv -n '__ddsrv_at check' -l json -d 'same as --format json'
complete -c ddsrv -n '__ddsrv_at check' -l isolation -r -a 'full rootless none' -d 'check at this isolation level; none runs without a sandbox'
complete -c ddsrv -n '__ddsrv_at check' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at check 1 more' -F
complete -c ddsrv -n '__ddsrv_at \'\'' -a schedules -d 'list the schedules of functions, or run one now'
complete -c ddsrv -n '__ddsrv_at schedules' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at schedules' -l json -d 'print JSON; ddsrv schema --output describes it'
complete -c ddsrv -n '__ddsrv_at schedules' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at schedules 1' -k -a '(__ddsrv_functions)'
complete -c ddsrv -n '__ddsrv_at \'\'' -a status -d 'show the running ddsrv: its directory, version, configuration and functions'
complete -c ddsrv -n '__ddsrv_at status' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at status' -l json -d 'print JSON; ddsrv schema --output describes it'
complete -c ddsrv -n '__ddsrv_at status' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at \'\'' -a install-service -d 'write a systemd unit that serves a directory at boot'
complete -c ddsrv -n '__ddsrv_at install-service' -l path -r -F -d 'write the unit to this file'
complete -c ddsrv -n '__ddsrv_at install-service' -l listen -x -d 'also write a socket unit for this port or IP address:port'
complete -c ddsrv -n '__ddsrv_at install-service' -l force -d 'overwrite a unit that ddsrv did not create'
complete -c ddsrv -n '__ddsrv_at install-service' -l print -d 'print the unit instead of writing it'
complete -c ddsrv -n '__ddsrv_at install-service' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at install-service 1' -a '(__fish_complete_directories)'
complete -c ddsrv -n '__ddsrv_at \'\'' -a uninstall-service -d 'stop and disable the systemd service, and remove its unit; data stays'
complete -c ddsrv -n '__ddsrv_at uninstall-service' -l path -r -F -d 'the unit\'s file, as install-service wrote it'
complete -c ddsrv -n '__ddsrv_at uninstall-service' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at \'\'' -a upgrade -d 'install the latest ddsrv with npm, or say how to upgrade this one'
complete -c ddsrv -n '__ddsrv_at upgrade' -l print -d 'only say what to do'
complete -c ddsrv -n '__ddsrv_at upgrade' -l socket -r -F -d 'connect to this control socket'
complete -c ddsrv -n '__ddsrv_at upgrade' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at \'\'' -a completions -d 'print a script that completes commands, options and function names'
complete -c ddsrv -n '__ddsrv_at completions' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at completions 1' -a 'bash zsh fish'
complete -c ddsrv -n '__ddsrv_at \'\'' -a schema -d 'print the JSON Schema of ddsrv.json, --json output or the control API'
complete -c ddsrv -n '__ddsrv_at schema' -l function -d 'describe the ddsrv.json of a function, not of the server'
complete -c ddsrv -n '__ddsrv_at schema' -l api -d 'describe the control API, as OpenAPI 3.1'
complete -c ddsrv -n '__ddsrv_at schema' -l output -r -a 'add check deploy diff doctor env history init inspect list logs reload remove rollback schedules start status stop version' -d 'describe the --json output of a command; for logs, of a line'
complete -c ddsrv -n '__ddsrv_at schema' -s h -l help -d 'print this help'
complete -c ddsrv -n '__ddsrv_at \'\'' -a help -d 'print the help of a command'
complete -c ddsrv -n '__ddsrv_at help 1' -a 'serve restart doctor init dev deploy git debug add remove reload rollback stop start env run list inspect history diff logs top ui check schedules status install-service uninstall-service upgrade completions schema help'
