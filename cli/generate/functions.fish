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
