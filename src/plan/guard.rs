//! A mass disappearance is taken for a mistake.

/// More than half of what is bound, and at least this many, is a mass.
const FEWEST: usize = 3;

/// A side from which most of the bound documents are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disappearance {
    /// How many are bound.
    pub bound: usize,
    /// How many of them are gone.
    pub gone: usize,
}

/// Tells whether so much is gone from one side that it must be a mistake: the wrong tenant, an
/// emptied website, a restored backup.
///
/// # Errors
///
/// Returns what is gone when it is more than half and at least three.
pub fn check_presence(bound: usize, gone: usize) -> Result<(), Disappearance> {
    if gone >= FEWEST && gone * 2 > bound { Err(Disappearance { bound, gone }) } else { Ok(()) }
}
