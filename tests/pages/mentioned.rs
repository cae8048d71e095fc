//! Commands that pages mention without running them: those between backticks and in `sh` blocks. Each is one that the
//! command line takes, or an example, test or benchmark that is there.

use crate::support;
use clap::Parser;
use pulldown_cmark::{CodeBlockKind, Event, Options, Tag, TagEnd};
use trulyopen::cli::Cli;

/// Values for the words that stand for one.
const WORDS: &[(&str, &str)] = &[
    ("VERDICT", "open-weights"),
    ("F", "json"),
    ("WHEN", "auto"),
    ("N", "2"),
    ("SECONDS", "5"),
    ("AGE", "1d"),
    ("SHELL", "bash"),
    ("COMMAND", "audit"),
];

/// Tries a command as it is written, with the marks of usage lines (`[…]`, `|`) taken away.
pub fn takes(command: &str) -> Result<(), String> {
    let mut words: Vec<String> = Vec::new();
    for word in command.split_whitespace() {
        let word = word.trim_matches(['[', ']', '\'', '"', '…']).split('|').next().unwrap_or_default().trim_end_matches('…');
        let word = WORDS.iter().find(|(w, _)| *w == word).map_or(word, |(_, value)| value);
        let preset = words.last().is_some_and(|w| w == "--preset") && word == "NAME";
        if !word.is_empty() {
            words.push(if preset { "inventory-only".into() } else { word.to_string() });
        }
    }
    match Cli::try_parse_from(&words) {
        Ok(_) => Ok(()),
        Err(e) if matches!(e.kind(), clap::error::ErrorKind::DisplayHelp | clap::error::ErrorKind::DisplayVersion) => Ok(()),
        Err(e) if e.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand && words.len() < 3 => Ok(()),
        Err(e) => Err(e.to_string()),
    }
}

/// The commands of a shell line, without comments, redirections and other programs.
pub fn pieces(line: &str) -> Vec<String> {
    let line = line.split(" # ").next().unwrap_or_default();
    // What stands in quotes is one word.
    let mut quoted = false;
    let plain: String = line
        .chars()
        .map(|c| {
            quoted ^= c == '\'';
            if quoted && "|&>".contains(c) { '_' } else { c }
        })
        .collect();
    let parts = plain.split("&&").flat_map(|p| p.split(" | "));
    let end = |p: &str| p.find(" > ").unwrap_or(p.len()).min(p.find(" < ").unwrap_or(p.len()));
    parts.map(|p| p[..end(p)].trim().to_string()).collect()
}

fn cargo(command: &str) -> Result<(), String> {
    let words: Vec<&str> = command.split_whitespace().collect();
    for pair in words.windows(2) {
        let places: &[&str] = match pair[0] {
            "--example" => &["examples/{}.rs", "examples/{}/main.rs"],
            "--test" => &["tests/{}.rs", "tests/{}/main.rs"],
            "--bench" => &["benches/{}.rs"],
            _ => continue,
        };
        if !places.iter().any(|p| support::root().join(p.replace("{}", pair[1])).is_file()) {
            return Err(format!("there is no {} {}", pair[0], pair[1]));
        }
    }
    match (words.get(1), command.split_once(" -- ")) {
        (Some(&"run"), Some((before, own))) if !before.contains("--example") => takes(&format!("trulyopen {own}")),
        (
            Some(
                &("run" | "test" | "bench" | "build" | "install" | "fmt" | "clippy" | "doc" | "vendor" | "semver-checks" | "tree" | "deny"),
            ),
            _,
        ) => Ok(()),
        _ => Err("not a command of cargo that pages use".into()),
    }
}

fn command(line: &str) -> Result<(), String> {
    for piece in pieces(line) {
        let piece = piece.split_whitespace().skip_while(|w| w.contains('=') && !w.starts_with('-')).collect::<Vec<_>>().join(" ");
        match piece.split_whitespace().next() {
            Some("trulyopen") => takes(&piece)?,
            Some("cargo") => cargo(&piece)?,
            // What belongs to a system and is not ours to run in a test.
            None
            | Some(
                "jq" | "sort" | "export" | "git" | "docker" | "brew" | "dpkg" | "sudo" | "rustup" | "mdbook" | "man" | "#" | "cp"
                | "dpkg-buildpackage" | "sh" | "debuild" | "musl-gcc" | "cd",
            ) => {}
            // It runs what stands behind its options.
            Some("parallel") => takes(&piece[piece.find("trulyopen").unwrap_or(0)..])?,
            Some(script) if script.contains('/') && support::root().join(script).is_file() => {}
            Some(other) => return Err(format!("`{other}` is no command that pages use")),
        }
    }
    Ok(())
}

#[test]
fn every_command_that_a_page_mentions_exists() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for page in crate::pages() {
        let text = crate::text(&page);
        let mut inside = false;
        for (event, range) in pulldown_cmark::Parser::new_ext(&text, Options::ENABLE_TABLES).into_offset_iter() {
            let lines: Vec<String> = match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) => {
                    inside = &*kind == "sh";
                    continue;
                }
                Event::End(TagEnd::CodeBlock) => {
                    inside = false;
                    continue;
                }
                Event::Text(block) if inside => block.lines().map(str::to_string).collect(),
                Event::Code(code) if code.starts_with("trulyopen ") || code.starts_with("cargo ") => {
                    vec![code.replace(" ID…", "").to_string()]
                }
                _ => continue,
            };
            for line in lines.iter().filter(|l| !l.trim().is_empty() && !l.trim_start().starts_with('#')) {
                seen += 1;
                if let Err(e) = command(line) {
                    let number = text[..range.start].matches('\n').count() + 1;
                    wrong.push(format!("{page}:{number}: `{line}`: {e}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 60, "{seen} commands are mentioned");
}

#[test]
fn what_does_not_exist_is_found() {
    assert!(command("trulyopen audit ORG/NAME --fail-under VERDICT").is_ok());
    assert!(command("trulyopen audit ORG/NAME --fail-udner VERDICT").is_err());
    assert!(command("trulyopen scan --format jsonl | trulyopen nonsense").is_err());
    assert!(command("cargo run --release --example accuracy -- CORPUS").is_ok());
    assert!(command("cargo run --example nowhere").is_err());
    assert!(command("rm -rf build").is_err());
}
