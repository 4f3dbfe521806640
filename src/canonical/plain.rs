//! Text that stands in JSON as it is.

/// How many of the first bytes stand for themselves inside quotes: neither a quote, a backslash nor
/// a control character.
pub(super) fn plain_prefix(bytes: &[u8]) -> usize {
    // Eight at a time without a branch between them, which is a few instructions.
    let (words, _) = bytes.as_chunks::<8>();
    let is_plain_word = |word: &&[u8; 8]| word.iter().fold(true, |all, byte| all & is_plain(*byte));
    let sure = 8 * words.iter().take_while(is_plain_word).count();
    let rest = bytes.get(sure..).unwrap_or_default();
    sure + rest.iter().take_while(|byte| is_plain(**byte)).count()
}

fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}
