//! The script for bash.

use std::ffi::OsString;
use std::io::{Result, Write};
use std::path::Path;

use clap::Command;
use clap_complete::env::{self, EnvCompleter};

/// Bash, with words as a person sees them.
///
/// Readline ends a word at `=`, `:` and `@` too, which values and addresses have. So the script puts the
/// words together again, and takes from each answer what stands before the last such character.
#[derive(Debug)]
pub(super) struct Bash;

const SCRIPT: &str = r#"_provision() {
    local rest=${COMP_LINE:0:COMP_POINT} words=() piece gap i
    for ((i = 0; i <= COMP_CWORD; i++)); do
        gap=${rest%%[![:space:]]*}
        rest=${rest#"$gap"}
        piece=${COMP_WORDS[i]}
        ((i == COMP_CWORD)) && piece=$rest
        rest=${rest#"$piece"}
        if ((i > 0)) && [[ -z $gap ]]; then
            words[${#words[@]} - 1]+=$piece
        else
            words+=("$piece")
        fi
    done
    local last=$((${#words[@]} - 1))
    local kept=${words[last]%"$2"} IFS=$'\n'
    COMPREPLY=($(
        VARIABLE=bash _CLAP_IFS=$'\n' _CLAP_COMPLETE_INDEX=$last \
            "$1" -- "${words[@]}" 2>/dev/null
    ))
    for i in "${!COMPREPLY[@]}"; do
        COMPREPLY[i]=${COMPREPLY[i]#"$kept"}
    done
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -o nosort -F _provision provision 2>/dev/null || complete -F _provision provision
"#;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn is(&self, name: &str) -> bool {
        name == "bash"
    }

    fn write_registration(
        &self,
        variable: &str,
        _name: &str,
        _program: &str,
        _completer: &str,
        to: &mut dyn Write,
    ) -> Result<()> {
        to.write_all(SCRIPT.replace("VARIABLE", variable).as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut Command,
        words: Vec<OsString>,
        folder: Option<&Path>,
        to: &mut dyn Write,
    ) -> Result<()> {
        env::Bash.write_complete(command, words, folder, to)
    }
}
