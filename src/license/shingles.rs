// Shared with build.rs by inclusion: the words of a license text and the fingerprint by which a text
// nominates the license it may be. Nomination is never identity: a word diff decides that.

/// Lines, and words in a line, by which a copyright notice goes on.
const NOTICE_LINES: usize = 2;
const NOTICE_WORDS: usize = 12;

/// Words in the comparison's order: lower case, letters and digits only, spelling variants folded;
/// lines that hold a copyright notice are left out, since they differ in every copy.
pub fn license_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    // Lines that a notice may still go on for: an address, a second holder.
    let mut notice = 0usize;
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
        if is_copyright(line, &of_line) {
            notice = NOTICE_LINES;
        } else if notice > 0 && !of_line.is_empty() && of_line.len() <= NOTICE_WORDS && !rules_something(&of_line) {
            notice -= 1;
        } else {
            notice = 0;
            words.append(&mut of_line);
        }
    }
    fold_variants(words)
}

/// "Copyright (c) 2024 Somebody", "(C) 2024 …", "© …", "All rights reserved.": short lines that rule nothing, so
/// that neither a sentence on copyright nor a condition behind a notice is lost.
fn is_copyright(line: &str, words: &[String]) -> bool {
    let first = words.first().map(String::as_str);
    let second = words.get(1).map(String::as_str);
    let dated = words.iter().any(|w| is_year(w));
    let placeholder = line.contains('<') || line.contains('[') || line.contains('{');
    let notice = match (first, second) {
        (Some("copyright"), Some("c")) | (Some("portions"), Some("copyright")) => true,
        (Some("copyright"), _) => dated || placeholder || line.contains('©'),
        (Some("c"), _) => dated,
        _ => line.trim_start().starts_with('©'),
    };
    let reserved = words.len() <= 4 && words.windows(3).any(|w| w == ["all", "rights", "reserved"]);
    (notice && words.len() <= 25 && !rules_something(words)) || reserved
}

/// A year between 1900 and 2099.
pub fn is_year(word: &str) -> bool {
    word.len() == 4 && (word.starts_with("19") || word.starts_with("20")) && word.bytes().all(|b| b.is_ascii_digit())
}

/// Words without which nobody can forbid, limit or demand anything; what holds one of them is never passed
/// over as a title, notice or name.
pub fn rules_something<S: AsRef<str>>(words: &[S]) -> bool {
    const RULING: &str = "academics agree agreement allowed any applies apply ask authorized banned buy cannot charge charges commercial \
commercially competing condition conditional conditions confidential consent contact contract demo depends \
evaluation except excluded excluding exclusively fee fees forbidden grant granted grants if illegal income \
internal lease less license licensed licensing may monthly must need needs never no nobody non noncommercial \
noncommercially none nonprofit nonprofits not only outside pay paying payment permission permitted personal \
policy private prohibited proprietary provided purchase purpose purposes redistribution refrain register \
registration rent request required requires restricted restrictions revenue royalties royalty sale secret sell \
shall should sold solely strictly subject terms trial unless until upon use used user users uses using void \
when where within without written";
    // These are parts of names ("Acme Research"), but not behind "for".
    const PURPOSES: &str = "research academic academia education educational testing study";
    let is = |w: &S, list: &str| list.split(' ').any(|l| l == w.as_ref());
    let purpose = words.windows(2).any(|w| w.first().is_some_and(|a| a.as_ref() == "for") && w.last().is_some_and(|b| is(b, PURPOSES)));
    purpose || words.iter().any(|w| is(w, RULING))
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

/// One number for all words in order (FNV-1a, 64 bit).
pub fn words_hash<S: AsRef<str>>(words: &[S]) -> u64 {
    let mut h: u64 = 0xcbf2_9ce4_8422_2325;
    for word in words {
        for b in word.as_ref().bytes().chain(std::iter::once(b' ')) {
            h = (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    h
}

/// Words in a shingle.
pub const SHINGLE: usize = 5;

/// The hash of each shingle (FNV-1a, 64 bit), in the text's order.
pub fn shingle_hashes<S: AsRef<str>>(words: &[S]) -> Vec<u64> {
    if words.len() < SHINGLE {
        return if words.is_empty() { Vec::new() } else { vec![words_hash(words)] };
    }
    words.windows(SHINGLE).map(words_hash).collect()
}

/// A hash as sketches keep it: texts are only nominated by it.
pub fn sketched(hash: u64) -> u32 {
    (hash & u64::from(u32::MAX)) as u32
}
