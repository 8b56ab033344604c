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
