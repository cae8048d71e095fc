//! The command line as somebody meets it who does not know it: help with examples that work, and mistakes that lead to
//! what was meant.

use crate::mentioned::{pieces, takes};
use crate::support::Tool;
use clap::CommandFactory;
use trulyopen::cli::Cli;

fn each(command: &clap::Command, path: &str, look: &mut impl FnMut(&clap::Command, &str)) {
    for sub in command.get_subcommands().filter(|s| s.get_name() != "help") {
        let path = format!("{path} {}", sub.get_name());
        if sub.has_subcommands() {
            each(sub, &path, look);
        }
        look(sub, &path);
    }
}

#[test]
fn every_command_has_examples_that_the_command_line_takes() {
    let mut seen = 0;
    each(&Cli::command(), "trulyopen", &mut |command, path| {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let (_, examples) = help.split_once("Examples:\n").unwrap_or_else(|| panic!("`{path} --help` has no examples"));
        for line in examples.lines().map(str::trim) {
            for piece in pieces(line) {
                let piece = piece.split_whitespace().skip_while(|w| w.contains('=')).collect::<Vec<_>>().join(" ");
                if piece.starts_with("trulyopen") {
                    seen += 1;
                    takes(&piece).unwrap_or_else(|e| panic!("`{path} --help`: `{line}`: {e}"));
                }
            }
            assert!(line.is_empty() || line.contains(path), "`{path} --help` has an example of another command: {line}");
        }
    });
    assert!(seen > 40, "{seen} examples");
}

#[test]
fn alone_it_says_what_it_can_do() {
    let run = Tool::new().run().code(2);
    for word in ["Usage:", "audit", "check", "--help"] {
        assert!(run.stderr.contains(word), "{}", run.stderr);
    }
    assert_eq!(run.stdout, "");
}

#[test]
fn mistakes_lead_to_what_was_meant() {
    let cases: &[(&[&str], &str)] = &[
        (&["audti", "a/b"], "'audit'"),
        (&["chekc"], "'check'"),
        (&["cache", "sho"], "'show'"),
        (&["audit", "a/b", "--fromat", "json"], "'--format'"),
        (&["scan", "--offlin"], "'--offline'"),
        (&["audit", "a/b", "--format", "jsno"], "'json'"),
        (&["audit", "a/b", "--fail-under", "open-weight"], "'open-weights'"),
        (&["init", "--preset", "strict"], "'strict-open-source'"),
        (&["completions", "bsh"], "'bash'"),
        (&["check", "--format", "html"], "sarif"),
        (&["explain", "open-weigths"], "open-weights"),
        (&["explain", "lineage/terms-droped"], "lineage/terms-dropped"),
        (&["license", "apche-2.0"], "Apache-2.0"),
        (&["audit"], "--from"),
    ];
    for (args, meant) in cases {
        let run = Tool::new().args(*args).run().code(2);
        assert!(run.stderr.contains(meant), "{args:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{args:?}");
    }
}

#[test]
fn completions_and_manual_name_every_command() {
    let mut names = Vec::new();
    each(&Cli::command(), "", &mut |command, _| names.push(command.get_name().to_string()));
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = Tool::new().args(["completions", shell]).run().code(0);
        let missing: Vec<&String> = names.iter().filter(|n| !run.stdout.contains(n.as_str())).collect();
        assert!(missing.is_empty(), "{shell}: {missing:?}");
    }
    let manual = Tool::new().arg("man").run().code(0).stdout;
    assert!(manual.contains(".SH NAME") && manual.contains("audit") && manual.contains("fail") | manual.contains("format"));
}
