//! Names that hubs give: repositories, revisions and paths, as they are allowed and as they stand in an address.

/// A repository id as hubs allow it: `NAME` or `OWNER/NAME` of letters, digits, `.`, `_`, `-`, no
/// leading or trailing `.` or `-`, no `..` or `--`, at most 96 characters a part.
pub fn is_repo_id(id: &str) -> bool {
    let part = |p: &str| {
        !p.is_empty()
            && p.len() <= 96
            && p.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
            && !p.starts_with(['.', '-'])
            && !p.ends_with(['.', '-'])
            && !p.contains("..")
            && !p.contains("--")
    };
    match id.split_once('/') {
        Some((owner, name)) => part(owner) && part(name),
        None => part(id),
    }
}

/// A git reference or commit, as `git check-ref-format` would have it, roughly.
pub fn is_revision(r: &str) -> bool {
    !r.is_empty()
        && r.len() <= 255
        && r.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'~' | b'^' | b':' | b'?' | b'*' | b'[' | b'\\' | b'"' | b'<' | b'>'))
        && !r.contains("..")
        && !r.contains("//")
        && !r.starts_with(['/', '-', '.'])
        && !r.ends_with(['/', '.'])
}

/// A commit id: 40 to 64 lower-case hex digits.
pub fn is_commit(s: &str) -> bool {
    (40..=64).contains(&s.len()) && s.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Percent-encodes everything in a path that is not plainly a name; `/` stays.
pub fn encode_path(path: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(path.len());
    for b in path.bytes() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b'~' | b'/' => out.push(b as char),
            _ => {
                let _ = write!(out, "%{b:02X}");
            }
        }
    }
    out
}

/// Whether an organisation has the same name here and there, punctuation and a trailing `ai`,
/// `-org`, `-lab` aside.
pub fn same_owner(a: &str, b: &str) -> bool {
    let fold = |s: &str| {
        let s: String = s.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        let cut = ["project", "workshop", "research", "labs", "lab", "org", "team", "ai", "llm", "lm", "hq", "inc", "nlp"]
            .iter()
            .find_map(|t| s.strip_suffix(t).filter(|r| r.len() > 2));
        cut.map_or(s.clone(), str::to_string)
    };
    // Most differ in their first letter, which nothing is cut from.
    let first = |s: &str| s.chars().find(|c| c.is_alphanumeric())?.to_lowercase().next();
    if let (Some(a), Some(b)) = (first(a), first(b))
        && a != b
    {
        return false;
    }
    let (a, b) = (fold(a), fold(b));
    !a.is_empty() && a == b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repository_ids() {
        for good in ["gpt2", "deepseek-ai/DeepSeek-R1", "a/b.c_d-e", "01-ai/Yi-34B"] {
            assert!(is_repo_id(good), "{good}");
        }
        for bad in ["", "/", "a/", "/b", "a/b/c", "a b", "../x", "a/..", "a/b--c", "a/.b", "ü/x", "a/b\n", &"x".repeat(97)] {
            assert!(!is_repo_id(bad), "{bad:?}");
        }
    }

    #[test]
    fn owners_are_compared_without_ornament() {
        assert!(same_owner("deepseek-ai", "deepseek-ai"));
        assert!(same_owner("bigscience", "bigscience-workshop"));
        assert!(same_owner("THUDM", "thudm"));
        assert!(!same_owner("a", "b"));
        assert!(!same_owner("", ""));
    }
}
