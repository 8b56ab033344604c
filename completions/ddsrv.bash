# Completion of ddsrv for bash. Generated from the command tree by: deno task generate
# shellcheck shell=bash

# Sets verb to the verb with this name or alias, or to the word itself.
__ddsrv_verb() {
  case $1 in
    serve) verb='serve' ;;
    restart) verb='restart' ;;
    doctor) verb='doctor' ;;
    init) verb='init' ;;
    dev) verb='dev' ;;
    deploy) verb='deploy' ;;
    git) verb='git' ;;
    debug) verb='debug' ;;
    add) verb='add' ;;
    remove | rm) verb='remove' ;;
    reload) verb='reload' ;;
    rollback) verb='rollback' ;;
    stop) verb='stop' ;;
    start) verb='start' ;;
    env) verb='env' ;;
    run) verb='run' ;;
    list | ls) verb='list' ;;
    inspect) verb='inspect' ;;
    history) verb='history' ;;
    diff) verb='diff' ;;
    logs) verb='logs' ;;
    top) verb='top' ;;
    ui) verb='ui' ;;
    check) verb='check' ;;
    schedules) verb='schedules' ;;
    status) verb='status' ;;
    install-service) verb='install-service' ;;
    uninstall-service) verb='uninstall-service' ;;
    upgrade) verb='upgrade' ;;
    completions) verb='completions' ;;
    schema) verb='schema' ;;
    help) verb='help' ;;
    *) verb=$1 ;;
  esac
}

# Sets choices to the options of a verb, or of the program if the verb is empty.
__ddsrv_options() {
  case $1 in
    '') choices=(-V --version -h --help) ;;
    serve) choices=(-p --port --hostname --socket --state-dir --shutdown-delay --shutdown-timeout --isolation --ipv6 --admin-port --admin-hostname --admin-hosts --ui-write --ui-token-file --source --source-poll --source-auth-file --source-webhook-secret-file --no-logs --logs-dir --log-file-format --log-max-size --log-max-files --log-rate -q --quiet --console-format --access-log --access-log-file --no-watch --rescan --max-files --check --deno --deno-versions --check-cpu-time --check-timeout --allow-import --registries --env-file --idle --parked --drain --egress --dns --domain --root --index --rate-limit --trusted-proxies --hide-errors --no-via --compat-reload --compat-healthcheck --tls-cert --tls-key --certificates --http2 --kv-url --kv-token-file --schedule-runs --max-head-size --max-target-size --max-fields --max-body-size --head-timeout --idle-timeout --connect-timeout --first-byte-timeout --stall-timeout --wait-timeout --max-waiting --max-connections --max-connections-per-peer --max-peer-buffer-size --max-in-flight --max-in-flight-per-peer -h --help) ;;
    restart) choices=(--timeout --socket -h --help) ;;
    doctor) choices=(--isolation --json -h --help) ;;
    init) choices=(--template --json -h --help) ;;
    dev) choices=(-p --port --host --inspect --isolation -h --help) ;;
    deploy) choices=(--to -n --name --preview --ttl --env-file --command --no-check --dry-run --no-wait --timeout --json -h --help) ;;
    git) choices=(--branch --dir --command --socket -h --help) ;;
    debug) choices=(--port --break --for --socket -h --help) ;;
    add) choices=(-n --name --link --replace -e --env --env-file --ttl --no-wait --timeout --socket --json -h --help) ;;
    remove) choices=(--timeout --keep-data -y --yes --socket --json -h --help) ;;
    reload) choices=(--all --socket --json -h --help) ;;
    rollback) choices=(--to --socket --json -h --help) ;;
    stop) choices=(--page --timeout --socket --json -h --help) ;;
    start) choices=(--timeout --socket --json -h --help) ;;
    env) choices=(--socket --json -h --help) ;;
    run) choices=(-e --env --timeout --socket -h --help) ;;
    list) choices=(--socket -w --watch --filter -q --quiet --format --json -h --help) ;;
    inspect) choices=(--socket --json -h --help) ;;
    history) choices=(-n --lines --socket --json -h --help) ;;
    diff) choices=(--socket --json -h --help) ;;
    logs) choices=(-f --follow -n --lines --since --until --grep --stderr --no-prefix --to --logs-dir --socket --json -h --help) ;;
    top) choices=(--socket -h --help) ;;
    ui) choices=(--write --port --link --socket -h --help) ;;
    check) choices=(--format --json --isolation -h --help) ;;
    schedules) choices=(--socket --json -h --help) ;;
    status) choices=(--socket --json -h --help) ;;
    install-service) choices=(--path --listen --force --print -h --help) ;;
    uninstall-service) choices=(--path -h --help) ;;
    upgrade) choices=(--print --socket -h --help) ;;
    completions) choices=(-h --help) ;;
    schema) choices=(--function --api --output -h --help) ;;
    help) choices=() ;;
    *) choices=() ;;
  esac
}

# Sets kind to the kind of an option's value; empty if the option takes none.
__ddsrv_value() {
  choices=()
  case "$1 $2" in
    'serve -p' | 'serve --port') kind='text' ;;
    'serve --hostname') kind='text' ;;
    'serve --socket') kind='file' ;;
    'serve --state-dir') kind='file' ;;
    'serve --shutdown-delay') kind='text' ;;
    'serve --shutdown-timeout') kind='text' ;;
    'serve --isolation') kind='choice' choices=(full rootless none) ;;
    'serve --ipv6') kind='choice' choices=(off auto on) ;;
    'serve --admin-port') kind='text' ;;
    'serve --admin-hostname') kind='text' ;;
    'serve --admin-hosts') kind='function' ;;
    'serve --ui-token-file') kind='file' ;;
    'serve --source') kind='text' ;;
    'serve --source-poll') kind='text' ;;
    'serve --source-auth-file') kind='file' ;;
    'serve --source-webhook-secret-file') kind='file' ;;
    'serve --logs-dir') kind='file' ;;
    'serve --log-file-format') kind='choice' choices=(cri docker) ;;
    'serve --log-max-size') kind='text' ;;
    'serve --log-max-files') kind='text' ;;
    'serve --log-rate') kind='text' ;;
    'serve --console-format') kind='choice' choices=(text json) ;;
    'serve --access-log') kind='choice' choices=(json combined) ;;
    'serve --access-log-file') kind='file' ;;
    'serve --rescan') kind='text' ;;
    'serve --max-files') kind='text' ;;
    'serve --check') kind='choice' choices=(types graph none) ;;
    'serve --deno') kind='file' ;;
    'serve --deno-versions') kind='file' ;;
    'serve --check-cpu-time') kind='text' ;;
    'serve --check-timeout') kind='text' ;;
    'serve --allow-import') kind='text' ;;
    'serve --registries') kind='text' ;;
    'serve --env-file') kind='file' ;;
    'serve --idle') kind='text' ;;
    'serve --parked') kind='text' ;;
    'serve --drain') kind='text' ;;
    'serve --egress') kind='text' ;;
    'serve --dns') kind='text' ;;
    'serve --domain') kind='text' ;;
    'serve --root') kind='function' ;;
    'serve --index') kind='choice' choices=(off local all) ;;
    'serve --rate-limit') kind='text' ;;
    'serve --trusted-proxies') kind='text' ;;
    'serve --tls-cert') kind='file' ;;
    'serve --tls-key') kind='file' ;;
    'serve --certificates') kind='file' ;;
    'serve --kv-url') kind='text' ;;
    'serve --kv-token-file') kind='file' ;;
    'serve --schedule-runs') kind='choice' choices=(auto all claimed none) ;;
    'serve --max-head-size') kind='text' ;;
    'serve --max-target-size') kind='text' ;;
    'serve --max-fields') kind='text' ;;
    'serve --max-body-size') kind='text' ;;
    'serve --head-timeout') kind='text' ;;
    'serve --idle-timeout') kind='text' ;;
    'serve --connect-timeout') kind='text' ;;
    'serve --first-byte-timeout') kind='text' ;;
    'serve --stall-timeout') kind='text' ;;
    'serve --wait-timeout') kind='text' ;;
    'serve --max-waiting') kind='text' ;;
    'serve --max-connections') kind='text' ;;
    'serve --max-connections-per-peer') kind='text' ;;
    'serve --max-peer-buffer-size') kind='text' ;;
    'serve --max-in-flight') kind='text' ;;
    'serve --max-in-flight-per-peer') kind='text' ;;
    'restart --timeout') kind='text' ;;
    'restart --socket') kind='file' ;;
    'doctor --isolation') kind='choice' choices=(full rootless none) ;;
    'init --template') kind='choice' choices=(json-api hono express default-export static-files websocket-chat server-sent-events streamed-upload kv-counter shared-code manifest schedule webhook) ;;
    'dev -p' | 'dev --port') kind='text' ;;
    'dev --host') kind='text' ;;
    'dev --inspect') kind='text' ;;
    'dev --isolation') kind='choice' choices=(none full) ;;
    'deploy --to') kind='text' ;;
    'deploy -n' | 'deploy --name') kind='function' ;;
    'deploy --preview') kind='text' ;;
    'deploy --ttl') kind='text' ;;
    'deploy --env-file') kind='file' ;;
    'deploy --command') kind='choice' choices=(serve restart doctor init dev deploy git debug add remove reload rollback stop start env run list inspect history diff logs top ui check schedules status install-service uninstall-service upgrade completions schema help) ;;
    'deploy --timeout') kind='text' ;;
    'git --branch') kind='text' ;;
    'git --dir') kind='file' ;;
    'git --command') kind='choice' choices=(serve restart doctor init dev deploy git debug add remove reload rollback stop start env run list inspect history diff logs top ui check schedules status install-service uninstall-service upgrade completions schema help) ;;
    'git --socket') kind='file' ;;
    'debug --port') kind='text' ;;
    'debug --for') kind='text' ;;
    'debug --socket') kind='file' ;;
    'add -n' | 'add --name') kind='function' ;;
    'add -e' | 'add --env') kind='text' ;;
    'add --env-file') kind='file' ;;
    'add --ttl') kind='text' ;;
    'add --timeout') kind='text' ;;
    'add --socket') kind='file' ;;
    'remove --timeout') kind='text' ;;
    'remove --socket') kind='file' ;;
    'reload --socket') kind='file' ;;
    'rollback --to') kind='text' ;;
    'rollback --socket') kind='file' ;;
    'stop --page') kind='file' ;;
    'stop --timeout') kind='text' ;;
    'stop --socket') kind='file' ;;
    'start --timeout') kind='text' ;;
    'start --socket') kind='file' ;;
    'env --socket') kind='file' ;;
    'run -e' | 'run --env') kind='text' ;;
    'run --timeout') kind='text' ;;
    'run --socket') kind='file' ;;
    'list --socket') kind='file' ;;
    'list --filter') kind='text' ;;
    'list --format') kind='text' ;;
    'inspect --socket') kind='file' ;;
    'history -n' | 'history --lines') kind='text' ;;
    'history --socket') kind='file' ;;
    'diff --socket') kind='file' ;;
    'logs -n' | 'logs --lines') kind='text' ;;
    'logs --since') kind='text' ;;
    'logs --until') kind='text' ;;
    'logs --grep') kind='text' ;;
    'logs --to') kind='text' ;;
    'logs --logs-dir') kind='file' ;;
    'logs --socket') kind='file' ;;
    'top --socket') kind='file' ;;
    'ui --port') kind='text' ;;
    'ui --socket') kind='file' ;;
    'check --format') kind='choice' choices=(text json github) ;;
    'check --isolation') kind='choice' choices=(full rootless none) ;;
    'schedules --socket') kind='file' ;;
    'status --socket') kind='file' ;;
    'install-service --path') kind='file' ;;
    'install-service --listen') kind='text' ;;
    'uninstall-service --path') kind='file' ;;
    'upgrade --socket') kind='file' ;;
    'schema --output') kind='choice' choices=(add check deploy diff doctor env history init inspect list logs reload remove rollback schedules start status stop version) ;;
    *) kind= ;;
  esac
}

# Sets kind to the kind of a verb's argument by position, from 0, and is_variadic if it repeats.
__ddsrv_argument() {
  choices=() is_variadic=
  case "$1 $2" in
    ' 0') kind='choice' choices=(serve restart doctor init dev deploy git debug add remove rm reload rollback stop start env run list ls inspect history diff logs top ui check schedules status install-service uninstall-service upgrade completions schema help) ;;
    'serve 0') kind='directory' ;;
    'init 0') kind='file' ;;
    'dev 0') kind='file' ;;
    'deploy 0') kind='file' ;;
    'git 0') kind='choice' choices=(init) ;;
    'git 1') kind='function' ;;
    'debug 0') kind='function' ;;
    'add 0') kind='file' ;;
    'remove '*) kind='function' is_variadic=1 ;;
    'reload '*) kind='function' is_variadic=1 ;;
    'rollback 0') kind='function' ;;
    'stop '*) kind='function' is_variadic=1 ;;
    'start '*) kind='function' is_variadic=1 ;;
    'env 0') kind='choice' choices=(set list unset import) ;;
    'env 1') kind='function' ;;
    'env '*) kind='file' is_variadic=1 ;;
    'run 0') kind='function' ;;
    'run 1') kind='file' ;;
    'run '*) kind='text' is_variadic=1 ;;
    'inspect 0') kind='function' ;;
    'history 0') kind='function' ;;
    'diff 0') kind='function' ;;
    'diff 1') kind='text' ;;
    'diff 2') kind='text' ;;
    'logs '*) kind='function' is_variadic=1 ;;
    'check '*) kind='file' is_variadic=1 ;;
    'schedules 0') kind='function' ;;
    'schedules 1') kind='text' ;;
    'schedules 2') kind='text' ;;
    'install-service 0') kind='directory' ;;
    'completions 0') kind='choice' choices=(bash zsh fish) ;;
    'help 0') kind='choice' choices=(serve restart doctor init dev deploy git debug add remove reload rollback stop start env run list inspect history diff logs top ui check schedules status install-service uninstall-service upgrade completions schema help) ;;
    *) kind= ;;
  esac
}

# Splits a line into words without quotes; expands and runs nothing. Sets word to the last word and
# raw to the same word as typed. If a quote is still open, sets quote to it, head to the text up to
# and including it, and head_word to head without quotes.
__ddsrv_split() {
  local line=$1 char next i
  words=() word='' raw='' quote='' head='' head_word=''
  for ((i = 0; i < ${#line}; i++)); do
    char=${line:i:1}
    if [[ $quote != "'" && $char == \\ ]]; then
      i=$((i + 1))
      next=${line:i:1}
      raw+=$char$next
      # A backslash at the end escapes a character that is not typed yet.
      [[ -z $next ]] && break
      [[ $quote == '"' && $next != ["\"\\\$\`"] ]] && next=$char$next
      word+=$next
    elif [[ -n $quote ]]; then
      raw+=$char
      if [[ $char == "$quote" ]]; then quote='' head='' head_word=''; else word+=$char; fi
    elif [[ $char == [\'\"] ]]; then
      raw+=$char quote=$char head=$raw head_word=$word
    elif [[ $char == [[:space:]] ]]; then
      [[ -n $raw ]] && words+=("$word")
      word='' raw=''
    else
      raw+=$char word+=$char
    fi
  done
}

# Prints the function names of the supervisor that --socket on the line selects.
__ddsrv_functions() {
  local socket='' i
  for ((i = 1; i < ${#all[@]}; i++)); do
    case ${all[i]} in
      --) break ;;
      --socket) socket=${all[i + 1]-} ;;
      --socket=*) socket=${all[i]#*=} ;;
    esac
  done
  # shellcheck disable=SC2088
  [[ $socket == '~/'* ]] && socket=${HOME-}/${socket:2}
  command ddsrv list --quiet ${socket:+"--socket=$socket"} 2>/dev/null </dev/null
}

# Sets quoted to a text quoted for its position: inside the open quote, or unquoted.
__ddsrv_quote() {
  local text=$1 char i
  quoted=''
  if [[ -z $quote ]]; then
    printf -v quoted %q "$text"
    return
  fi
  for ((i = 0; i < ${#text}; i++)); do
    char=${text:i:1}
    if [[ $char == "'" && $quote == "'" ]]; then
      quoted+="'\\''"
    elif [[ $char == '!' && $quote == '"' ]]; then
      # Double quotes do not protect it from history expansion.
      quoted+="\"'!'\""
    elif [[ $char == ["\"\\\$\`"] && $quote == '"' ]]; then
      quoted+=\\$char
    else
      quoted+=$char
    fi
  done
  # Readline adds a closing quote unless it sees one at the end.
  [[ $quoted == *"$quote" ]] && quoted+=$quote
}

# Finds the verb, its arguments and the option whose value comes next, before the cursor.
__ddsrv_read() {
  local part i
  for ((i = 1; i < ${#words[@]}; i++)); do
    part=${words[i]}
    if [[ -n $option ]]; then
      option=''
    elif [[ -n $is_plain || $part != -?* ]]; then
      if [[ -n $verb ]]; then arguments+=("$part"); else __ddsrv_verb "$part"; fi
    elif [[ $part == -- ]]; then
      is_plain=1
    elif [[ $part != --*=* ]]; then
      # Of short options in one word, only the last can take a value.
      [[ $part == --* ]] || part=-${part: -1}
      __ddsrv_value "$verb" "$part"
      [[ -n $kind ]] && option=$part
    fi
  done
}

# Sets kind and choices to what may follow at the cursor.
__ddsrv_expect() {
  if [[ -n $option ]]; then
    __ddsrv_value "$verb" "$option"
  elif [[ -n $is_plain || $word != -* ]]; then
    __ddsrv_argument "$verb" "${#arguments[@]}"
  elif [[ $word == --*=* ]]; then
    __ddsrv_value "$verb" "${word%%=*}"
    [[ -z $quote ]] && head=${raw%%=*}=
    head_word=${head_word#*=} word=${word#*=}
  else
    kind=choice
    __ddsrv_options "$verb"
  fi
  [[ $kind == function ]] && mapfile -t choices < <(__ddsrv_functions)
}

# Succeeds if a function is already on the line, or its name would be read as an option.
__ddsrv_is_excluded() {
  local one
  [[ $1 == -* && -z $is_plain ]] && return 0
  [[ -z $is_variadic ]] && return 1
  for one in ${arguments[@]+"${arguments[@]}"}; do
    [[ $one == "$1" ]] && return 0
  done
  return 1
}

# Offers a choice for the part of the word that bash replaces: bash also breaks words at = and :.
# Offers nothing if the text before an open quote has characters that need quoting.
__ddsrv_offer() {
  local quoted kept=''
  [[ $1 == "$word"* && ${head%"$quote"} != *[!a-zA-Z0-9_./=:-]* ]] || return 0
  __ddsrv_quote "${1#"$head_word"}"
  quoted=$head$quoted
  [[ $raw == *"$replaced" ]] && kept=${raw%"$replaced"}
  [[ $quoted == "$kept"* ]] && COMPREPLY+=("${quoted#"$kept"}")
  return 0
}

_ddsrv() {
  local IFS=$' \t\n' line word raw quote head head_word verb='' option='' kind='' is_plain='' is_variadic=''
  local -a words all arguments=() choices=()
  local replaced=${2-${COMP_WORDS[COMP_CWORD]}} choice
  COMPREPLY=()
  line=${COMP_LINE-${COMP_WORDS[*]:0:COMP_CWORD + 1}}
  __ddsrv_split "$line"
  all=(${words[@]+"${words[@]}"} "$word")
  __ddsrv_split "${line:0:${COMP_POINT-${#line}}}"
  __ddsrv_read
  __ddsrv_expect
  case $kind in
    file) compopt -o default 2>/dev/null ;;
    directory) compopt -o dirnames 2>/dev/null ;;
  esac
  for choice in ${choices[@]+"${choices[@]}"}; do
    [[ $kind == function ]] && __ddsrv_is_excluded "$choice" && continue
    __ddsrv_offer "$choice"
  done
  return 0
}

complete -F _ddsrv ddsrv
