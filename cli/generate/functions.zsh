# The names of the functions, of the supervisor whose socket stands on the line. They are read as
# text, and quoted when they are inserted.
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
  # What begins with a hyphen would be read as an option, but for behind --.
  ((CURRENT > end)) || names=(${names:#-*})
}

_ddsrv_functions() {
  local -a names
  _ddsrv_read_functions
  compadd "$@" -a names
}

# Those that are not named already.
_ddsrv_other_functions() {
  local -a names given=(${(Q)line})
  _ddsrv_read_functions
  names=(${names:|given})
  compadd "$@" -a names
}
