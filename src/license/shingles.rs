// Shared with build.rs by inclusion: the words of a license text and the fingerprint by which a text
// nominates the license it may be. Nomination is never identity: a word diff decides that.

/// Words in the comparison's order: lower case, letters and digits only, spelling variants folded;
/// lines that hold a copyright notice are left out, since they differ in every copy.
pub fn license_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for line in text.lines() {
        let mut of_line = Vec::new();
        let mut word = String::new();
        for c in line.chars().chain(std::iter::once(' ')) {
            if c.is_alphanumeric() {
                word.extend(c.to_lowercase());
            } else if !word.is_empty() {
                of_line.push(std::mem::take(&mut word));
            }
        }
        if !is_copyright(line, &of_line) {
            words.append(&mut of_line);
        }
    }
    fold_variants(words)
}

/// "Copyright (c) 2024 Somebody", "(C) 2024 …", "© …", "All rights reserved.": short lines only, so that a
/// sentence on copyright is never lost.
fn is_copyright(line: &str, words: &[String]) -> bool {
    let first = words.first().map(String::as_str);
    let second = words.get(1).map(String::as_str);
    let dated = words.iter().any(|w| w.len() == 4 && (w.starts_with("19") || w.starts_with("20")) && w.bytes().all(|b| b.is_ascii_digit()));
    let placeholder = line.contains('<') || line.contains('[') || line.contains('{');
    let notice = match (first, second) {
        (Some("copyright"), Some("c")) => true,
        (Some("copyright"), _) => dated || placeholder || line.contains('©'),
        (Some("c"), _) => dated,
        _ => line.trim_start().starts_with('©'),
    };
    let reserved = words.len() <= 4 && words.windows(3).any(|w| w == ["all", "rights", "reserved"]);
    (notice && words.len() <= 25) || reserved
}

/// Spellings that make no difference.
fn fold_variants(words: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        let word = match word.as_str() {
            "https" => "http".to_string(),
            "licence" => "license".to_string(),
            "licences" => "licenses".to_string(),
            "licenced" => "licensed".to_string(),
            "infringement" if out.last().is_some_and(|w| w == "non") => {
                out.pop();
                "noninfringement".to_string()
            }
            _ => word,
        };
        out.push(word);
    }
    out
}

/// Words in a shingle.
pub const SHINGLE: usize = 5;

/// The hash of each shingle (FNV-1a, 64 bit), in the text's order.
pub fn shingle_hashes(words: &[String]) -> Vec<u64> {
    let hash = |run: &[String]| {
        let mut h: u64 = 0xcbf2_9ce4_8422_2325;
        for word in run {
            for b in word.bytes().chain(std::iter::once(b' ')) {
                h = (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
        h
    };
    if words.len() < SHINGLE {
        return if words.is_empty() { Vec::new() } else { vec![hash(words)] };
    }
    words.windows(SHINGLE).map(hash).collect()
}
