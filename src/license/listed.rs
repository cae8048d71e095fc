//! The license texts of the SPDX list that the binary carries.

use super::text::shared::license_words;
use std::ops::Range;

/// A license text in the binary.
pub struct LicenseText {
    pub id: &'static str,
    /// Of its words.
    pub hash: u64,
    /// The smallest hashes of its shingles, cut to 32 bits.
    pub sketch: &'static [u32],
    block: usize,
    /// Where it stands in the block.
    at: Range<usize>,
}

include!(concat!(env!("OUT_DIR"), "/license_texts.rs"));
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/license_texts.bin"));

/// Reads texts; keeps the block that was read last, since texts that are alike stand in one.
#[derive(Debug, Default)]
pub struct Reader {
    block: Option<(usize, String)>,
}

impl Reader {
    /// A text as it is published.
    pub fn text(&mut self, of: &LicenseText) -> Option<&str> {
        if self.block.as_ref().is_none_or(|(block, _)| *block != of.block) {
            let (place, length) = BLOCKS.get(of.block)?;
            let bytes = zstd::bulk::decompress(PACKED.get(place.clone())?, *length).ok()?;
            self.block = Some((of.block, String::from_utf8(bytes).ok()?));
        }
        self.block.as_ref()?.1.get(of.at.clone())
    }

    /// Its words, one blank between.
    pub fn words(&mut self, of: &LicenseText) -> Option<String> {
        Some(license_words(self.text(of)?).join(" "))
    }
}

/// The text of a license as the SPDX list has it.
pub fn official(id: &str) -> Option<String> {
    Reader::default().text(LICENSE_TEXTS.iter().find(|l| l.id == id)?).map(str::to_string)
}
