//! Ollama's Modelfile: instructions of a word and an argument, which may go over lines in `"""`
//! (<https://github.com/ollama/ollama/blob/main/docs/modelfile.md>).

/// Bytes of a file that are read.
pub const BYTES: usize = 4 << 20;
/// License texts and adapters of one file.
const MANY: usize = 8;

/// What it says that matters here; parameters, templates and prompts are passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Modelfile {
    /// The last `FROM`, with its line: a model's name, or a path.
    pub from: Option<(String, u32)>,
    pub adapters: Vec<(String, u32)>,
    /// Texts, each with the line that it begins on.
    pub licenses: Vec<(String, u32)>,
}

/// Reads a file.
///
/// # Errors
/// Where it has no `FROM`, which every Modelfile needs.
pub fn parse(text: &str) -> Result<Modelfile, String> {
    let mut out = Modelfile::default();
    let mut lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines().zip(1u32..);
    while let Some((line, number)) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let argument = argument(rest.trim(), &mut lines);
        match word.to_ascii_uppercase().as_str() {
            "FROM" if !argument.is_empty() => out.from = Some((argument, number)),
            // One that is passed over may be the one that binds.
            "ADAPTER" | "LICENSE" if out.adapters.len().max(out.licenses.len()) >= MANY => {
                return Err(format!("it has more than {MANY} licenses or adapters"));
            }
            "ADAPTER" if !argument.is_empty() => out.adapters.push((argument, number)),
            "LICENSE" => out.licenses.push((argument, number)),
            _ => {}
        }
    }
    if out.from.is_none() { Err("it has no FROM".into()) } else { Ok(out) }
}

/// An argument: as it stands, in quotes, or in `"""` over lines.
fn argument<'t>(first: &str, lines: &mut impl Iterator<Item = (&'t str, u32)>) -> String {
    let Some(open) = first.strip_prefix("\"\"\"") else {
        let quoted = first.strip_prefix('"').and_then(|q| q.strip_suffix('"'));
        return quoted.unwrap_or(first).to_string();
    };
    if let Some((text, _)) = open.split_once("\"\"\"") {
        return text.to_string();
    }
    let mut parts = vec![open];
    for (line, _) in lines {
        match line.split_once("\"\"\"") {
            Some((text, _)) => {
                parts.push(text);
                break;
            }
            None => parts.push(line),
        }
    }
    parts.join("\n")
}

/// Whether an argument of `FROM` is a path rather than a name.
pub fn is_path(argument: &str) -> bool {
    let lower = argument.to_lowercase();
    argument.starts_with(['.', '/', '~', '\\'])
        || std::path::Path::new(argument).is_absolute()
        || [".gguf", ".safetensors", ".bin"].iter().any(|e| lower.ends_with(e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn instructions_and_their_arguments() {
        let m = parse(
            "# c\nfrom llama3.2:3b\nPARAMETER temperature 1\nSYSTEM \"\"\"\nFROM nowhere\nLICENSE x\n\"\"\"\nADAPTER ./a.gguf\nLICENSE \"\"\"MIT License\n\nCopyright\"\"\"\nLICENSE \"\"\"\nSecond\n\"\"\"\nLICENSE \"one line\"\n",
        )
        .unwrap();
        assert_eq!(m.from, Some(("llama3.2:3b".into(), 2)));
        assert_eq!(m.adapters, [("./a.gguf".into(), 8)]);
        let licenses: Vec<_> = m.licenses.iter().map(|(t, l)| (t.trim(), *l)).collect();
        assert_eq!(licenses, [("MIT License\n\nCopyright", 9), ("Second", 12), ("one line", 15)]);
        assert!(parse("SYSTEM x").unwrap_err().contains("no FROM"));
        assert!(parse("FROM").is_err());
    }

    #[test]
    fn paths_and_names() {
        for path in ["./m.gguf", "/m", "~/m", "m.GGUF", "../dir"] {
            assert!(is_path(path), "{path}");
        }
        for name in ["llama3.2", "ns/name:tag", "hf.co/o/n:Q4_K_M"] {
            assert!(!is_path(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_text(text in "(FROM|LICENSE|\"\"\"|\"|a| |\n|#|\\PC){0,60}") {
            if let Ok(m) = parse(&text) {
                prop_assert!(m.from.is_some_and(|(f, _)| !f.is_empty()));
            }
        }
    }
}
