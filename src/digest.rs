//! Digests of contents, as hubs list them and as evidence is cited by them.

/// A digest as hubs list them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlobDigest {
    /// Git blob id: sha1 over `blob LEN\0` and the content, lower-case hex.
    GitBlob(String),
    /// sha256 of the content, lower-case hex (LFS files).
    Sha256(String),
}

impl BlobDigest {
    /// Whether `bytes` have this digest.
    pub fn holds(&self, bytes: &[u8]) -> bool {
        match self {
            BlobDigest::GitBlob(id) => git_blob_id(bytes) == *id,
            BlobDigest::Sha256(hex) => sha256(bytes) == *hex,
        }
    }
}

/// The git blob id of a content, lower-case hex.
pub fn git_blob_id(bytes: &[u8]) -> String {
    use sha1::{Digest, Sha1};
    let mut h = Sha1::new();
    h.update(format!("blob {}\0", bytes.len()));
    h.update(bytes);
    hex(&h.finalize())
}

/// sha256, lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex(&Sha256::digest(bytes))
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blob_ids_are_those_of_git() {
        // `git hash-object` of an empty file and of "hello\n".
        assert_eq!(git_blob_id(b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(git_blob_id(b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
    }
}
