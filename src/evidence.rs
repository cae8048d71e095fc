//! The form in which evidence is cited: where something was seen, and the file that it was seen in.

/// A citation: where something was seen, and what.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    pub url: Option<String>,
    pub path: Option<String>,
    /// First and last line, from 1.
    pub lines: Option<(u32, u32)>,
    /// What was seen, in a clause.
    pub note: String,
    /// `sha256:…` of the file.
    pub digest: Option<String>,
}

impl Evidence {
    /// A citation of a page as a whole.
    pub fn page(url: impl Into<String>, note: impl Into<String>) -> Evidence {
        Evidence { url: Some(url.into()), note: note.into(), ..Evidence::default() }
    }
}

/// A file that was read.
#[derive(Debug, Clone)]
pub struct Document {
    pub path: String,
    /// Its page for people; a local file has none.
    pub url: Option<String>,
    pub bytes: Vec<u8>,
    /// sha256, lower-case hex.
    pub sha256: String,
}

impl Document {
    /// Cites the file, at a line where one is known.
    pub fn cite(&self, line: Option<u32>, note: impl Into<String>) -> Evidence {
        Evidence {
            url: self.url.as_ref().map(|u| line.map_or(u.clone(), |l| format!("{u}#L{l}"))),
            path: Some(self.path.clone()),
            lines: line.map(|l| (l, l)),
            note: note.into(),
            digest: Some(format!("sha256:{}", self.sha256)),
        }
    }
}
