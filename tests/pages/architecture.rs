//! ARCHITECTURE.md and the source say the same: which modules there are, in what order they stand, and what the
//! picture draws. No module uses one that uses it, and none is longer than can be read at once.

use crate::support;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What nearly everything uses, and no picture could show.
const EVERYWHERE: &[&str] = &["text", "vocabulary", "exit", "error", "ids", "digest"];

/// Lines of a file that are not its tests, at most.
const LINES: usize = 400;

/// The modules of the crate.
fn modules() -> BTreeSet<String> {
    let modules: BTreeSet<String> =
        crate::text("src/lib.rs").lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';')).map(str::to_string).collect();
    assert!(modules.len() > 30, "{modules:?}");
    modules
}

/// A source file as the compiler sees it without tests: its path below `src/`, and its text without the tests at its
/// end and without comments.
struct Source {
    path: String,
    code: String,
    lines: usize,
}

/// Whether another file takes this one in for tests only.
fn is_for_tests(src: &Path, path: &str) -> bool {
    let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
    let declared = format!("#[cfg(test)]\nmod {};", name.trim_end_matches(".rs"));
    let parents = [src.join(dir).join("mod.rs"), src.join(format!("{dir}.rs")), src.join("lib.rs")];
    let texts = parents.iter().filter_map(|p| std::fs::read_to_string(p).ok());
    texts.into_iter().any(|t| t.replace("pub(crate) mod", "mod").contains(&declared))
}

/// A line up to its comment; the slashes of an address begin none.
fn without_comment(line: &str) -> &str {
    line.match_indices("//").find(|(at, _)| !line[..*at].ends_with(':')).map_or(line, |(at, _)| &line[..at])
}

fn sources() -> Vec<Source> {
    let src = support::root().join("src");
    let mut files = support::files_below(&src);
    files.retain(|f| f.ends_with(".rs") && !is_for_tests(&src, f));
    assert!(files.len() > 200, "{}", files.len());
    files
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(src.join(&path)).expect(&path);
            let own = text.replace("pub(crate) mod tests {", "mod tests {");
            let own = own.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let code = own.lines().map(without_comment).collect::<Vec<_>>().join("\n");
            Source { lines: own.trim_end().lines().count(), path, code }
        })
        .collect()
}

/// The names that stand first in the paths behind `from`: one, or those of a group.
fn names<'c>(code: &'c str, from: &str) -> Vec<&'c str> {
    let word = |s: &'c str| &s[..s.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(s.len())];
    let mut out = Vec::new();
    for (at, _) in code.match_indices(from) {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + from.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            out.push(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut begins = true;
        for (i, c) in group.char_indices() {
            match c {
                '}' if depth == 0 => break,
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                _ if begins && depth == 0 && (c.is_alphabetic() || c == '_') => {
                    out.push(word(&group[i..]));
                    begins = false;
                }
                _ => {}
            }
        }
    }
    out
}

/// What each module uses of the others, and in which files.
fn uses() -> BTreeMap<String, BTreeMap<String, BTreeSet<String>>> {
    let modules = modules();
    let mut out: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = modules.iter().map(|m| (m.clone(), BTreeMap::new())).collect();
    for source in sources() {
        let parts: Vec<&str> = source.path.trim_end_matches(".rs").split('/').filter(|p| *p != "mod").collect();
        let Some(own) = parts.first().filter(|m| modules.contains(**m)) else { continue };
        // As many `super` as the module is deep lead to the root.
        let root = "super::".repeat(parts.len());
        let named = names(&source.code, "crate::").into_iter().chain(names(&source.code, &root));
        for used in named.filter(|n| n != own && modules.contains(*n)) {
            out.entry(own.to_string()).or_default().entry(used.to_string()).or_default().insert(source.path.clone());
        }
    }
    out
}

/// The modules of the table, from the first row to the last.
fn order() -> Vec<String> {
    let page = crate::text("ARCHITECTURE.md");
    let rows = page.lines().filter(|l| l.starts_with("| `")).filter_map(|l| l.split('|').nth(1));
    rows.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_string).collect()
}

/// The arrows of the picture: what is used, and by whom.
fn arrows() -> Vec<(String, String)> {
    let page = crate::text("ARCHITECTURE.md");
    let picture = page.split("```mermaid").nth(1).and_then(|p| p.split("```").next()).expect("a picture");
    let lists = |line: &str| -> Vec<Vec<String>> {
        line.split("-->").map(|side| side.split('&').map(|m| m.trim().to_string()).collect()).collect()
    };
    let chains: Vec<Vec<Vec<String>>> = picture.lines().filter(|l| l.contains("-->")).map(lists).collect();
    let pairs = chains.iter().flat_map(|chain| chain.windows(2));
    pairs.flat_map(|p| p[0].iter().flat_map(|from| p[1].iter().map(|to| (from.clone(), to.clone())))).collect()
}

#[test]
fn the_architecture_names_every_module_once() {
    let order = order();
    let told: BTreeSet<String> = order.iter().cloned().collect();
    assert_eq!(told.len(), order.len(), "a module stands twice in the table of ARCHITECTURE.md");
    assert_eq!(told, modules(), "the table of ARCHITECTURE.md (left) and the modules of src/lib.rs");
}

#[test]
fn a_module_uses_only_those_above_it_in_the_table() {
    let order = order();
    let place = |m: &str| order.iter().position(|o| o == m);
    let mut wrong = Vec::new();
    let uses = uses();
    assert!(uses.values().map(BTreeMap::len).sum::<usize>() > 200, "{uses:?}");
    for (module, used) in &uses {
        for (other, files) in used {
            if place(other) >= place(module) {
                wrong.push(format!("{module} uses {other}, which stands below it: {files:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "the table of ARCHITECTURE.md is the order of layers:\n{}", wrong.join("\n"));
}

/// A cycle of modules, as a chain that comes back to its beginning.
fn cycle(uses: &BTreeMap<String, BTreeMap<String, BTreeSet<String>>>) -> Option<Vec<String>> {
    fn walk(
        at: &str,
        uses: &BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
        way: &mut Vec<String>,
        done: &mut BTreeSet<String>,
    ) -> bool {
        if let Some(from) = way.iter().position(|w| w == at) {
            way.drain(..from);
            way.push(at.to_string());
            return true;
        }
        if done.contains(at) {
            return false;
        }
        way.push(at.to_string());
        if uses.get(at).is_some_and(|used| used.keys().any(|next| walk(next, uses, way, done))) {
            return true;
        }
        way.pop();
        done.insert(at.to_string());
        false
    }
    let (mut way, mut done) = (Vec::new(), BTreeSet::new());
    uses.keys().any(|m| walk(m, uses, &mut way, &mut done)).then_some(way)
}

#[test]
fn no_module_uses_one_that_uses_it() {
    let uses = uses();
    if let Some(way) = cycle(&uses) {
        let steps: Vec<String> = way.windows(2).map(|p| format!("{} uses {} in {:?}", p[0], p[1], uses[&p[0]][&p[1]])).collect();
        panic!("modules in a circle:\n{}", steps.join("\n"));
    }
    // The search finds one.
    let made = |pairs: &[(&str, &str)]| {
        let mut out = BTreeMap::<String, BTreeMap<String, BTreeSet<String>>>::new();
        for (a, b) in pairs {
            out.entry(a.to_string()).or_default().insert(b.to_string(), BTreeSet::new());
        }
        out
    };
    assert_eq!(cycle(&made(&[("a", "b"), ("b", "c"), ("c", "b")])), Some(["b", "c", "b"].map(str::to_string).to_vec()));
    assert_eq!(cycle(&made(&[("a", "b"), ("a", "c"), ("b", "c")])), None);
    assert_eq!(names("use crate::{a::{b, c}, d};\ncrate::e::f(xcrate::g)", "crate::"), ["a", "d", "e"]);
}

#[test]
fn the_picture_draws_what_the_code_uses() {
    let (modules, uses, arrows) = (modules(), uses(), arrows());
    assert!(arrows.len() > 30, "{arrows:?}");
    for (used, user) in &arrows {
        assert!(modules.contains(used) && modules.contains(user), "the picture has `{used} --> {user}`, of which one is no module");
        assert!(uses[user].contains_key(used), "the picture has `{used} --> {user}`, but {user} uses no {used}");
    }
    let drawn: BTreeSet<&String> = arrows.iter().flat_map(|(a, b)| [a, b]).collect();
    let missing: Vec<&String> = modules.iter().filter(|m| !drawn.contains(m) && !EVERYWHERE.contains(&m.as_str())).collect();
    assert!(missing.is_empty(), "not in the picture: {missing:?}");
}

#[test]
fn no_file_is_longer_than_can_be_read_at_once() {
    let long: Vec<String> = sources().iter().filter(|s| s.lines > LINES).map(|s| format!("src/{}: {} lines", s.path, s.lines)).collect();
    assert!(long.is_empty(), "more than {LINES} lines without tests:\n{}", long.join("\n"));
}
