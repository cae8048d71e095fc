//! Blocks of the kind `console`: `$ ` begins a command, `> ` goes on with it, the rest is what it prints.
//!
//! The commands of a page run one after another in one empty directory with an empty home; the hubs are `fixtures/hub`
//! over real HTTP, with a token that opens gated models. In what is printed `…` stands for anything, and a line of it alone for any lines. A command that
//! does not exit with 0 is followed by `$ echo $?`.

use crate::support::{self, HubServer, Tool};
use std::path::Path;
use std::process::Stdio;

struct Command {
    /// As it stands in the page, without the marks.
    script: String,
    expected: Vec<String>,
    /// Lines of the page: where the output begins, and where it ends.
    output: std::ops::Range<usize>,
}

/// The commands of a page, with the number of their block.
fn commands(lines: &[&str]) -> Vec<(usize, Command)> {
    let mut out: Vec<(usize, Command)> = Vec::new();
    let (mut inside, mut block) = (false, 0);
    for (number, line) in lines.iter().enumerate() {
        if !inside {
            inside = line.trim_end() == "```console";
            block += usize::from(inside);
            continue;
        }
        if *line == "```" {
            inside = false;
        } else if let Some(script) = line.strip_prefix("$ ") {
            let at = number + 1;
            out.push((block, Command { script: script.to_string(), expected: Vec::new(), output: at..at }));
        } else {
            let (of, command) = out.last_mut().unwrap_or_else(|| panic!("line {}: output before a command", number + 1));
            assert_eq!(*of, block, "line {}: a block begins with a command", number + 1);
            match line.strip_prefix("> ").or((*line == ">").then_some("")) {
                Some(more) if command.expected.is_empty() => {
                    command.script.push('\n');
                    command.script.push_str(more);
                    command.output = number + 1..number + 1;
                }
                _ => {
                    command.expected.push((*line).to_string());
                    command.output.end = number + 1;
                }
            }
        }
    }
    out
}

/// Whether a line is as a line with `…` in it says.
fn fits(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.trim_end().split('…');
    let Some(mut rest) = line.trim_end().strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Whether lines are as those of the page, in which a `…` alone stands for any.
fn all_fit(expected: &[String], lines: &[String]) -> bool {
    match (expected.split_first(), lines.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first.trim() == "…" => (0..=lines.len()).any(|skip| all_fit(rest, &lines[skip..])),
        (Some((first, rest)), Some((line, more))) => fits(first, line) && all_fit(rest, more),
        _ => false,
    }
}

/// The pages show a shell of Linux (`sed -i`, `timeout`).
pub fn shells_are_as_the_pages_have_them() -> bool {
    if !cfg!(target_os = "linux") {
        eprintln!("skipped: the commands of the pages are for Linux");
    }
    cfg!(target_os = "linux")
}

/// A reader's shell: an empty home, and hubs that are `fixtures/hub`.
pub struct Shell {
    server: HubServer,
    home: tempfile::TempDir,
    last: i32,
}

impl Shell {
    pub fn new() -> Shell {
        let shell = Shell { server: HubServer::fixtures(), home: tempfile::TempDir::new().unwrap(), last: 0 };
        std::fs::create_dir(shell.folder()).unwrap();
        shell
    }

    fn folder(&self) -> std::path::PathBuf {
        self.home.path().join("project")
    }

    /// What a command prints, as lines, and its exit code.
    pub fn run(&mut self, script: &str) -> (Vec<String>, i32) {
        let base = self.server.base().to_string();
        let (tool, _elsewhere) = Tool::new().hub(&self.server).into_command();
        let mut shell = std::process::Command::new("timeout");
        shell.args(["60", "bash", "-o", "pipefail", "-c", &format!("exec 2>&1\n(exit {})\n{script}", self.last)]);
        for (name, value) in tool.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        let bin = Path::new(env!("CARGO_BIN_EXE_trulyopen")).parent().unwrap().display().to_string();
        shell.env("PATH", format!("{bin}:/usr/local/bin:/usr/bin:/bin")).env("LC_ALL", "C.UTF-8").env("SOURCE_DATE_EPOCH", "1795564800");
        shell
            .env("HOME", self.home.path())
            .env("HF_HOME", self.home.path().join("hf"))
            .env("HF_ENDPOINT", &base)
            .env("HF_TOKEN", support::server::TOKEN);
        let out = shell.current_dir(self.folder()).stdin(Stdio::null()).output().expect("a shell");
        let mut text = String::from_utf8(out.stdout).expect("UTF-8");
        assert!(!text.contains("panicked at"), "{script}: {text}");
        for (here, there) in [
            (format!("{base}/gh"), "https://api.github.com"),
            (format!("{base}/raw"), "https://raw.githubusercontent.com"),
            (format!("{base}/ms"), "https://modelscope.cn"),
            (format!("{base}/ol"), "https://registry.ollama.ai"),
            (base, "https://huggingface.co"),
            (self.home.path().display().to_string(), "/home/you"),
        ] {
            text = text.replace(&here, there);
        }
        self.last = out.status.code().unwrap_or(-1);
        (text.lines().map(|l| l.trim_end().to_string()).collect(), self.last)
    }
}

fn check(page: &str) {
    let text = crate::text(page);
    let lines: Vec<&str> = text.lines().collect();
    let found = commands(&lines);
    if found.is_empty() || !shells_are_as_the_pages_have_them() {
        return;
    }
    let write = std::env::var_os("TRULYOPEN_WRITE_DOCS").is_some();
    let mut shell = Shell::new();
    let mut wrong = Vec::new();
    let mut changes: Vec<(std::ops::Range<usize>, Vec<String>)> = Vec::new();
    for (i, (_, command)) in found.iter().enumerate() {
        let (printed, code) = shell.run(&command.script);
        let told = found.get(i + 1).is_some_and(|(_, next)| next.script == "echo $?");
        if code != 0 && !told {
            wrong.push(format!("`{}` exits with {code}, and the page does not say so:\n{}", command.script, printed.join("\n")));
        }
        if !all_fit(&command.expected, &printed) {
            wrong.push(format!("`{}` prints\n{}\nand the page says\n{}", command.script, printed.join("\n"), command.expected.join("\n")));
            changes.push((command.output.clone(), printed));
        }
    }
    if write {
        let mut lines: Vec<String> = lines.iter().map(|l| (*l).to_string()).collect();
        for (range, printed) in changes.into_iter().rev() {
            lines.splice(range, printed);
        }
        std::fs::write(crate::path(page), format!("{}\n", lines.join("\n"))).unwrap();
    }
    assert!(wrong.is_empty(), "{page}: {}", wrong.join("\n\n"));
}

#[test]
fn every_command_prints_what_its_page_says() {
    let pages = crate::pages();
    let shown: usize = pages.iter().map(|p| commands(&crate::text(p).lines().collect::<Vec<_>>()).len()).sum();
    assert!(shown > 40, "{shown} commands are shown");
    support::in_parallel(pages, |page| check(&page));
}

#[test]
fn a_page_that_lies_is_found() {
    let fit = |expected: &str, printed: &str| {
        let lines = |s: &str| s.lines().map(str::to_string).collect::<Vec<_>>();
        all_fit(&lines(expected), &lines(printed))
    };
    assert!(fit("a\n…\nd", "a\nb\nc\nd") && fit("a …c", "a b c") && fit("…", "") && fit("x…y…", "x1y2"));
    assert!(!fit("a\nd", "a\nb\nd") && !fit("a …d", "a b c") && !fit("a", "a\nb") && !fit("a\n…\nx", "a\nb"));
    let page = ["text", "```console", "$ cat <<E", "> one", "> E", "one", "```"];
    let found = commands(&page);
    assert_eq!((found[0].1.script.as_str(), found[0].1.expected.len(), found[0].1.output.clone()), ("cat <<E\none\nE", 1, 5..6));
}
