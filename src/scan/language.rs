//! Which reader a file goes to, by its name, and the limits of each.

use super::clike::{self, Dialect};
use super::found::Found;
use super::source::Source;
use super::{Role, docker, json, keyed, markdown, notebook, python, shell, yaml};
use crate::rules::scan::KeyPlace;

/// A reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Python,
    Notebook,
    Braces(Dialect),
    Shell,
    /// `KEY=value`, as a shell reads it.
    Environment,
    Makefile,
    Dockerfile,
    Modelfile,
    Yaml,
    Json,
    Toml,
    /// `key = value`
    Lines,
    Markdown,
    /// One model a line.
    List,
}

const MIB: u64 = 1 << 20;

impl Language {
    /// By the name of a file; `None` for what is not looked at.
    pub fn of(name: &str) -> Option<Language> {
        let name = name.to_ascii_lowercase();
        let stem = name.split('.').next().unwrap_or(&name);
        let extension = name.rsplit_once('.').map_or("", |(_, e)| e);
        Some(match (stem, extension) {
            ("dockerfile" | "containerfile", _) | (_, "dockerfile" | "containerfile") => Language::Dockerfile,
            ("modelfile", _) | (_, "modelfile") => Language::Modelfile,
            ("makefile" | "gnumakefile" | "justfile", "" | "am" | "in") | (_, "mk" | "just") => Language::Makefile,
            ("procfile", "") => Language::Shell,
            ("models", "txt" | "lst" | "list") => Language::List,
            ("requirements", "txt") => Language::Shell,
            _ if name.starts_with(".env")
                || name == "env"
                || extension == "env"
                || (stem == "env" && matches!(extension, "example" | "sample" | "template" | "local" | "dist")) =>
            {
                Language::Environment
            }
            (_, "py" | "pyi" | "pyw") => Language::Python,
            (_, "ipynb") => Language::Notebook,
            (_, "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" | "vue" | "svelte" | "astro") => {
                Language::Braces(Dialect::Javascript)
            }
            (_, "rs") => Language::Braces(Dialect::Rust),
            (_, "go" | "java" | "kt" | "kts" | "scala" | "cs" | "swift" | "dart" | "php") => Language::Braces(Dialect::Other),
            (_, "sh" | "bash" | "zsh" | "ksh" | "fish" | "ps1" | "bat" | "cmd" | "sbatch" | "slurm") => Language::Shell,
            (_, "yaml" | "yml") => Language::Yaml,
            (_, "json" | "jsonc" | "json5") => Language::Json,
            (_, "toml") => Language::Toml,
            (_, "ini" | "cfg" | "conf" | "properties" | "service" | "tf" | "tfvars" | "hcl") => Language::Lines,
            (_, "md" | "mdx" | "markdown" | "qmd") => Language::Markdown,
            _ => return None,
        })
    }

    /// Bytes of a file that is looked at. What is larger is data that a program made.
    pub fn limit(self) -> u64 {
        match self {
            Language::Notebook => 24 * MIB,
            Language::Python | Language::Yaml => 4 * MIB,
            _ => 8 * MIB,
        }
    }

    /// A text of this kind may stand in a configuration, under its file name.
    pub fn nests(self) -> bool {
        matches!(
            self,
            Language::Python | Language::Shell | Language::Environment | Language::Yaml | Language::Json | Language::Toml | Language::Lines
        )
    }

    /// What a reference in such a file is, where its path says nothing else.
    pub fn role(self) -> Role {
        match self {
            Language::Python | Language::Notebook | Language::Braces(_) | Language::Shell | Language::Makefile => Role::Code,
            _ => Role::Config,
        }
    }

    /// Reads a text.
    ///
    /// # Errors
    /// Why it was not read, or not wholly.
    pub fn scan(self, source: &Source<'_>, found: &mut Found<'_, '_>) -> Result<(), String> {
        match self {
            Language::Python => return python::scan(source, found),
            Language::Notebook => return notebook::scan(source, found),
            Language::Yaml => return yaml::scan(source, KeyPlace::Config, found),
            Language::Json => return json::scan(source, found),
            Language::Toml => return keyed::toml(source, found),
            Language::Braces(dialect) => return clike::scan(source, dialect, found),
            Language::Shell | Language::Environment => shell::scan(source, found),
            Language::Makefile => docker::makefile(source, found),
            Language::Dockerfile => docker::scan(source, found),
            Language::Modelfile => docker::modelfile(source, found),
            Language::Lines => keyed::lines(source, found),
            Language::Markdown => markdown::scan(source, found),
            Language::List => keyed::list(source, found),
        }
        Ok(())
    }
}

/// A file name of each language, for those who try all of them. Saved inputs of the fuzzer name one by its place.
pub const EXAMPLES: &[&str] = &[
    "a.py",
    "a.ipynb",
    "a.ts",
    "a.rs",
    "a.go",
    "a.sh",
    ".env",
    "Makefile",
    "Dockerfile",
    "Modelfile",
    "a.yaml",
    "a.json",
    "a.toml",
    "a.ini",
    "a.md",
    "models.txt",
];

#[cfg(test)]
mod tests {
    use super::super::book::Book;
    use super::*;
    use crate::rules::Rules;
    use proptest::prelude::*;
    use std::path::Path;
    use std::sync::LazyLock;

    static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::load(None).expect("built-in rules"));
    static BOOK: LazyLock<Book<'static>> = LazyLock::new(|| Book::new(&RULES));

    /// Reads a text as each language; every place must be in it.
    fn read(name: &str, text: &str) {
        let language = Language::of(name).expect("a language");
        let mut found = Found::new(&BOOK, Path::new("/nowhere"), Path::new(""));
        let _ = language.scan(&Source::verbatim(text, 0), &mut found);
        let (references, mentions) = found.finish(name, text, Role::Code);
        let lines: Vec<&str> = text.split('\n').collect();
        for r in references.iter().chain(&mentions) {
            let line = lines.get(r.location.line as usize - 1).expect("a line of the text");
            assert!(r.location.column as usize <= line.chars().count() + 1, "{r:?}");
            assert!(r.target.is_some() != r.unresolved.is_some(), "{r:?}");
        }
    }

    /// Pieces of which files are made that name models.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "from_pretrained",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "\"acme/name\"",
            "'acme/name'",
            "`acme/${x}`",
            "f\"{x}/y\"",
            "model",
            "MODEL",
            "models",
            "=",
            ":",
            ",",
            ".",
            "\n",
            "\n  ",
            " ",
            "- ",
            "# ",
            "// ",
            "/*",
            "*/",
            "<<EOF",
            "EOF",
            "$",
            "${MODEL:-acme/x}",
            "$(",
            "--model",
            "vllm serve ",
            "for x in ",
            "; do ",
            "def f(x):",
            "class A(Enum):",
            "import x as y",
            "const ",
            "fn f(",
            "=>",
            "!",
            "%%bash",
            "```python",
            "```",
            "---",
            "{{ .Values.x }}",
            "{% if %}",
            "|",
            ">",
            "&a",
            "*a",
            "\\",
            "\\n",
            "\"",
            "'",
            "\u{e9}",
            "\u{2192}",
            "\u{1f600}",
            "\"model\": ",
            "\"cells\"",
            "\"cell_type\": \"code\"",
            "\"source\"",
            "FROM acme/x",
            "RUN ",
            "ENV A=b",
            "\r\n",
            "\t",
            "gpt-4o",
            "lambda: ",
            "await ",
            "...",
            "\"\"\"",
            "r#\"",
            "@",
            "os.environ[\"MODEL\"]",
        ]);
        prop::collection::vec(piece, 0..40).prop_map(|p| p.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

        #[test]
        fn any_text_in_any_language_is_survived(text in prop_oneof![text(), "\\PC{0,60}"], name in prop::sample::select(EXAMPLES)) {
            read(name, &text);
        }
    }
}
