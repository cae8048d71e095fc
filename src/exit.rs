//! Exit codes, as promised in the contract. The format of an output never changes them.

/// What a run came to, in the order in which one outweighs another.
///
/// | code | meaning |
/// | --- | --- |
/// | 0 | done, and nothing violated |
/// | 1 | a policy or threshold was violated |
/// | 2 | usage, configuration or rules error, decided before anything is fetched |
/// | 3 | some evidence could not be had |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Done,
    Violated,
    Usage,
    Incomplete,
}

impl Exit {
    /// The process exit code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Violated => 1,
            Exit::Usage => 2,
            Exit::Incomplete => 3,
        }
    }

    /// The code of a run that had both outcomes: 1 wins over 3, and 2 over all.
    pub fn and(self, other: Exit) -> Exit {
        let weight = |e: Exit| match e {
            Exit::Done => 0,
            Exit::Incomplete => 1,
            Exit::Violated => 2,
            Exit::Usage => 3,
        };
        if weight(other) > weight(self) { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::Exit::*;

    #[test]
    fn violated_outweighs_incomplete_and_usage_outweighs_all() {
        assert_eq!(Incomplete.and(Violated), Violated);
        assert_eq!(Violated.and(Incomplete), Violated);
        assert_eq!(Done.and(Incomplete), Incomplete);
        assert_eq!(Violated.and(Usage), Usage);
        assert_eq!(Usage.and(Done).code(), 2);
    }
}
