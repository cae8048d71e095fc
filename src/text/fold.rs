// Forms in which texts and addresses are compared. `build.rs` includes this file, so that what it makes ready is
// what is looked for.

/// Lower case, every run of characters that are neither letters nor digits folded to one blank,
/// trimmed: the form in which license texts and phrases are compared.
pub fn words(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    let mut gap = false;
    for c in s.chars() {
        if c.is_alphanumeric() {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            if c.is_ascii() {
                out.push(c.to_ascii_lowercase());
            } else {
                out.extend(c.to_lowercase());
            }
        } else {
            gap = true;
        }
    }
    out
}

/// A link reduced to what tells two apart: no scheme, no `www.`, no trailing slash, lower-case host.
pub fn fold_url(s: &str) -> String {
    let s = s.trim();
    let s = s.strip_prefix("https://").or_else(|| s.strip_prefix("http://")).unwrap_or(s);
    let s = s.strip_prefix("www.").unwrap_or(s);
    let (host, rest) = s.split_once('/').unwrap_or((s, ""));
    format!("{}/{}", host.to_lowercase(), rest.trim_end_matches('/')).trim_end_matches('/').to_string()
}

/// An address as it is compared: without scheme, `www.` and final slash, lower case.
pub fn fold_page(url: &str) -> String {
    fold_url(url).trim_end_matches('/').to_lowercase()
}
