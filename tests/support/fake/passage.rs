//! What becomes of a request that is handed over as a value, apart from the waiting.

use super::control::Shared;
use super::exchange::{Answer, Call};
use super::fault::{FaultKind, Moment};

/// The connection ended before the whole answer was there.
#[derive(Debug, PartialEq, Eq)]
pub struct Cut;

/// Answers a request that has waited as long as it must before it is answered.
pub fn pass(
    shared: &Shared,
    number: u64,
    call: &Call,
    faults: &[FaultKind],
) -> Result<Answer, Cut> {
    if faults.contains(&FaultKind::Reset { moment: Moment::Before }) {
        return Err(Cut);
    }
    let answer = shared.answer(number, call, faults);
    if faults.contains(&FaultKind::Reset { moment: Moment::After }) {
        return Err(Cut);
    }
    shared.answered(number, &answer);
    if faults.contains(&FaultKind::TruncatedBody) { Err(Cut) } else { Ok(answer) }
}

/// How many milliseconds an answer takes once it is there.
pub fn slowness(faults: &[FaultKind]) -> u64 {
    let waits = faults.iter().map(|fault| match fault {
        FaultKind::SlowAnswer { ms, pieces } => ms * u64::try_from(*pieces).unwrap_or_default(),
        _ => 0,
    });
    waits.sum()
}
