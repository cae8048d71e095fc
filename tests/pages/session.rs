//! `docs/images/session.svg`: a terminal in which a few commands were run, drawn from what they print.

use crate::console::Shell;
use crate::support;
use std::fmt::Write as _;

/// Run before, and not shown.
const BEFORE: &str = "printf '%s\\n' deepseek-ai/DeepSeek-R1 allenai/OLMo-2-1124-7B meta-llama/Llama-3.2-3B-Instruct > models.txt
printf 'from transformers import pipeline\\nchat = pipeline(model=\"meta-llama/Llama-3.2-3B-Instruct\")\\n' > app.py
trulyopen init --quiet";
/// Each with its exit code.
const COMMANDS: &[(&str, i32)] = &[
    ("trulyopen audit --from models.txt | head -n 6", 0),
    ("trulyopen audit deepseek-ai/DeepSeek-R1 | head -n 10", 0),
    ("trulyopen check | head -n 11", 1),
];

const COLUMNS: usize = 100;
const WIDTH: f64 = 8.4;
const HEIGHT: usize = 19;

/// Text with one look.
#[derive(Default, Clone, PartialEq)]
struct Look {
    colour: Option<&'static str>,
    bold: bool,
    dim: bool,
}

impl Look {
    /// Applies one number of an SGR sequence (ECMA-48, 8.3.117).
    fn apply(&mut self, code: &str) {
        match code {
            "" | "0" => *self = Look::default(),
            "1" => self.bold = true,
            "2" => self.dim = true,
            "31" | "91" => self.colour = Some("#ff7b72"),
            "32" | "92" => self.colour = Some("#7ee787"),
            "33" | "93" => self.colour = Some("#e3b341"),
            "34" | "94" => self.colour = Some("#79c0ff"),
            "35" | "95" => self.colour = Some("#d2a8ff"),
            "36" | "96" => self.colour = Some("#76e3ea"),
            "39" => self.colour = None,
            other => panic!("the picture knows no SGR {other}"),
        }
    }
}

fn escaped(s: &str) -> String {
    s.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Draws a line with its colours, from a row on, as a terminal wraps it; gives back how many rows it takes.
fn line(text: &str, row: usize, look: &mut Look, out: &mut String) -> usize {
    let (mut column, mut rows) = (0, 1);
    // Blanks are left out and every word put at its column, since viewers fold them each in their own way.
    let mut write = |text: &str, look: &Look| {
        for word in text.split_inclusive("  ").flat_map(|p| p.strip_suffix("  ").map_or([p, ""], |words| [words, "  "])) {
            column += word.len() - word.trim_start().len();
            let mut rest: Vec<char> = word.trim_start().chars().collect();
            while !rest.is_empty() {
                if column >= COLUMNS {
                    (column, rows) = (0, rows + 1);
                }
                let more = rest.split_off(rest.len().min(COLUMNS - column));
                let fill = look.colour.map_or(String::new(), |c| format!(" fill=\"{c}\""));
                let (bold, dim) = (if look.bold { " font-weight=\"bold\"" } else { "" }, if look.dim { " opacity=\".65\"" } else { "" });
                let (x, y) = (16.0 + column as f64 * WIDTH, 44 + (row + rows - 1) * HEIGHT);
                let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{y}\"{fill}{bold}{dim}>{}</text>", escaped(&rest.iter().collect::<String>()));
                column += rest.len();
                rest = more;
            }
        }
    };
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        write(before, look);
        let (codes, after) = after.split_once('m').expect("an SGR sequence");
        codes.split(';').for_each(|code| look.apply(code));
        rest = after;
    }
    write(rest, look);
    rows
}

fn drawn() -> String {
    let mut shell = Shell::new();
    let mut rows: Vec<String> = Vec::new();
    assert_eq!(shell.run(BEFORE).1, 0);
    for (command, expected) in COMMANDS {
        rows.push(format!("\u{1b}[2m$\u{1b}[0m \u{1b}[1m{command}\u{1b}[0m"));
        let coloured = command.replacen("trulyopen", "CLICOLOR_FORCE=1 trulyopen", 1);
        let (printed, code) = shell.run(&coloured);
        assert_eq!(code, *expected, "{command}: {printed:?}");
        rows.extend(printed);
        rows.push(String::new());
    }
    rows.pop();
    let (mut look, mut body, mut row) = (Look::default(), String::new(), 0);
    for text in &rows {
        row += line(text, row, &mut look, &mut body);
    }
    let (width, height) = (COLUMNS as f64 * WIDTH + 32.0, 44 + row * HEIGHT + 8);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height}\" role=\"img\" aria-label=\"A terminal session\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#0d1117\"/>\n\
         <g fill=\"#6e7681\"><circle cx=\"20\" cy=\"18\" r=\"5\"/><circle cx=\"38\" cy=\"18\" r=\"5\"/><circle cx=\"56\" cy=\"18\" r=\"5\"/></g>\n\
         <g fill=\"#e6edf3\" font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"14\">\n"
    );
    out.push_str(&body);
    out.push_str("</g>\n</svg>\n");
    out
}

#[test]
fn the_picture_shows_what_is_printed() {
    if !crate::console::shells_are_as_the_pages_have_them() {
        return;
    }
    let path = support::root().join("docs/images/session.svg");
    let made = drawn();
    if std::env::var_os("TRULYOPEN_WRITE_DOCS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    assert!(made.contains("open-source-open-data") && made.contains("fill=\"#"), "{made}");
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == made,
        "{} is stale: TRULYOPEN_WRITE_DOCS=1 cargo test --test pages",
        path.display()
    );
}
