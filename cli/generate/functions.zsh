# Sets names to the function names of the supervisor that --socket on the line selects. They are
# plain text; compadd quotes them.
_ddsrv_read_functions() {
  local -a socket
  local -i i end=${words[(i)--]}
  for ((i = 2; i < end; i++)); do
    case $words[i] in
      (--socket) socket=(--socket=${(Q)words[i + 1]/#\~\//$HOME/}) ;;
      (--socket=*) socket=(--socket=${(Q)words[i]#*=}) ;;
    esac
  done
  names=(${(f)"$(command ddsrv list --quiet $socket 2>/dev/null </dev/null)"})
  # A name that begins with a hyphen would be read as an option, except after --.
  ((CURRENT > end)) || names=(${names:#-*})
}

_ddsrv_functions() {
  local -a names
  _ddsrv_read_functions
  compadd "$@" -a names
}

# Offers functions that are not on the line yet.
_ddsrv_other_functions() {
  local -a names given=(${(Q)line})
  _ddsrv_read_functions
  names=(${names:|given})
  compadd "$@" -a names
}
