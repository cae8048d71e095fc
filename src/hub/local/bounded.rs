//! Reads the head of a file: forward only, no more than a number of bytes, and nothing is allocated by a
//! length that the file announces.

use std::io::{BufReader, Read, Seek, SeekFrom};

/// Why a head could not be read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It is not the format that it says it is; what is wrong.
    Malformed(String),
    /// It goes on beyond what is read; at what.
    Cut(String),
}

impl Stop {
    pub fn malformed(what: impl Into<String>) -> Stop {
        Stop::Malformed(what.into())
    }
}

/// A file's head. Lengths are checked against the size of the file before anything is read.
pub struct Bounded<R: Read + Seek> {
    inner: BufReader<R>,
    at: u64,
    size: u64,
    /// Bytes that may still be passed over or read.
    budget: u64,
}

impl<R: Read + Seek> Bounded<R> {
    /// Reads from the start of `inner`, `budget` bytes at most.
    ///
    /// # Errors
    /// Where the file cannot be sought.
    pub fn new(mut inner: R, budget: u64) -> std::io::Result<Bounded<R>> {
        let size = inner.seek(SeekFrom::End(0))?;
        inner.seek(SeekFrom::Start(0))?;
        Ok(Bounded { inner: BufReader::with_capacity(64 << 10, inner), at: 0, size, budget })
    }

    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Bytes from here to the end of the file.
    pub fn left(&self) -> u64 {
        self.size.saturating_sub(self.at)
    }

    fn claim(&mut self, n: u64) -> Result<(), Stop> {
        if n > self.left() {
            return Err(Stop::malformed("it ends too early"));
        }
        self.budget = self.budget.checked_sub(n).ok_or_else(|| Stop::Cut(format!("behind byte {}", self.at)))?;
        self.at += n;
        Ok(())
    }

    /// The next bytes.
    ///
    /// # Errors
    /// Where the file ends, or the budget.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        self.claim(N as u64)?;
        let mut out = [0; N];
        self.inner.read_exact(&mut out).map_err(unreadable)?;
        Ok(out)
    }

    /// # Errors
    /// As [`Bounded::array`].
    pub fn u32(&mut self) -> Result<u32, Stop> {
        self.array().map(u32::from_le_bytes)
    }

    /// # Errors
    /// As [`Bounded::array`].
    pub fn u64(&mut self) -> Result<u64, Stop> {
        self.array().map(u64::from_le_bytes)
    }

    /// `n` bytes, of which the first `keep` are kept.
    ///
    /// # Errors
    /// As [`Bounded::array`].
    pub fn bytes(&mut self, n: u64, keep: usize) -> Result<Vec<u8>, Stop> {
        let kept = n.min(keep as u64);
        self.claim(kept)?;
        let mut out = Vec::new();
        let got = self.inner.by_ref().take(kept).read_to_end(&mut out).map_err(unreadable)?;
        if got as u64 != kept {
            return Err(Stop::malformed("it ends too early"));
        }
        self.pass(n - kept)?;
        Ok(out)
    }

    /// Passes over `n` bytes that count against the budget.
    ///
    /// # Errors
    /// As [`Bounded::array`].
    pub fn pass(&mut self, n: u64) -> Result<(), Stop> {
        self.claim(n)?;
        self.seek(n)
    }

    /// Passes over `n` bytes that are one block and are not read.
    ///
    /// # Errors
    /// Where the file ends.
    pub fn skip(&mut self, n: u64) -> Result<(), Stop> {
        if n > self.left() {
            return Err(Stop::malformed("it ends too early"));
        }
        self.at += n;
        self.seek(n)
    }

    fn seek(&mut self, n: u64) -> Result<(), Stop> {
        let n = i64::try_from(n).map_err(|_| Stop::malformed("a length that no file has"))?;
        self.inner.seek_relative(n).map_err(unreadable)
    }
}

fn unreadable(e: std::io::Error) -> Stop {
    Stop::Malformed(format!("it cannot be read ({})", e.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn lengths_are_checked_before_anything_is_read() {
        let mut r = Bounded::new(Cursor::new([1, 2, 3, 4, 5, 6, 7, 8, 9]), 100).unwrap();
        assert_eq!(r.u32(), Ok(0x0403_0201));
        assert_eq!(r.bytes(3, 1), Ok(vec![5]));
        assert_eq!((r.left(), r.size()), (2, 9));
        assert!(matches!(r.u64(), Err(Stop::Malformed(_))));
        assert!(matches!(r.bytes(u64::MAX, usize::MAX), Err(Stop::Malformed(_))));
        assert!(matches!(r.skip(u64::MAX), Err(Stop::Malformed(_))));
        let mut r = Bounded::new(Cursor::new([0; 64]), 8).unwrap();
        assert_eq!(r.u64(), Ok(0));
        assert!(matches!(r.u32(), Err(Stop::Cut(_))));
        assert_eq!(r.skip(56), Ok(()));
    }
}
