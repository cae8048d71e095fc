//! Package recipes say of the tool what it says of itself; whoever builds a package finds out the rest.

mod support;

use support::{Tool, root};

fn file(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn manifest(key: &str) -> String {
    let cargo: toml::Table = file("Cargo.toml").parse().expect("TOML");
    cargo["package"][key].as_str().unwrap_or_else(|| panic!("{key}")).to_string()
}

/// What stands between two texts.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).unwrap_or_else(|| panic!("no {before}…{after}")).0
}

#[test]
fn homebrew() {
    let formula = file("packaging/homebrew/trulyopen.rb");
    assert!(formula.starts_with("class Trulyopen < Formula\n"));
    let described = between(&formula, "desc \"", "\"");
    // Homebrew takes no more than 80 characters, without an article at the front or a point at the end.
    assert!(manifest("description").starts_with(described) && described.len() <= 80 && !described.ends_with('.'), "{described}");
    assert_eq!(between(&formula, "license \"", "\""), manifest("license"));
    let address = between(&formula, "url \"", "\"");
    assert!(address.ends_with(&format!("/{}-{}.tar.gz", manifest("name"), manifest("version"))), "{address}");
    assert_eq!(between(&formula, "sha256 \"", "\"").len(), 64);
    // Its test holds for this very program.
    let checks: Vec<&str> = formula.lines().filter(|l| l.trim_start().starts_with("assert_match")).collect();
    assert!(checks.len() > 1, "{formula}");
    for check in checks {
        let (wanted, arguments) = (between(check, "assert_match \"", "\","), between(check, "shell_output(\"#{bin}/trulyopen ", "\")"));
        let run = Tool::new().args(arguments.split(' ')).run().code(0);
        assert!(run.stdout.contains(wanted), "{check}: {}", run.stdout);
    }
    for command in [&["man"][..], &["completions", "bash"], &["completions", "zsh"], &["completions", "fish"]] {
        assert!(formula.contains(&format!("\"{}\"", command[0])), "{command:?}");
        assert!(!Tool::new().args(command).run().code(0).stdout.is_empty(), "{command:?}");
    }
}

#[test]
fn debian() {
    let control = file("packaging/debian/control");
    // A synopsis is no sentence.
    let synopsis = between(&control, "\nDescription: ", "\n");
    assert!(manifest("description").to_lowercase().starts_with(&synopsis.to_lowercase()) && synopsis.len() < 80, "{synopsis}");
    for tool in ["cargo", "rustc"] {
        assert!(control.contains(&format!("{tool} (>= {})", manifest("rust-version"))), "{control}");
    }
    let changes = file("packaging/debian/changelog");
    assert_eq!(between(&changes, "trulyopen (", "-"), manifest("version"));
    let maintainer = between(&control, "Maintainer: ", "\n");
    assert!(changes.contains(&format!(" -- {maintainer}  ")), "{changes}");
    assert!(file("packaging/debian/copyright").contains(&format!("License: {}\n", manifest("license"))));
    // What the package installs, the program writes.
    let rules = file("packaging/debian/rules");
    for line in rules.lines().filter_map(|l| l.trim().strip_prefix("$(BIN) ")) {
        let (command, path) = line.split_once(" > ").expect("it goes to a file");
        let run = Tool::new().args(command.split(' ')).run().code(0);
        assert!(!run.stdout.is_empty() && path.starts_with("$(OUT)/share/"), "{line}");
    }
}
