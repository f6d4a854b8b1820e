//! Words that the program itself brings along, read back from a file: names of APIs, of services, of reasons.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// A word that the program brings along. Under this name serde does not borrow it from what is read.
pub(super) type Word = &'static str;

/// Longest word, in bytes: none of ours is as long.
const LONGEST: usize = 120;
/// Most different words: gwctl has a few hundred. They are kept for as long as the program runs.
const MOST: usize = 4_000;

static WORDS: LazyLock<Mutex<BTreeSet<&'static str>>> = LazyLock::new(Mutex::default);

/// Reads a word that the program brings along.
pub(super) fn one<'de, D: Deserializer<'de>>(from: D) -> Result<Word, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
    kept(&text).ok_or_else(|| D::Error::custom("a word is too long, or there are too many words"))
}

/// Reads pairs of such a word and a text.
pub(super) fn pairs<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(Word, String)>, D::Error> {
    let pairs = Vec::<(String, String)>::deserialize(from)?;
    let kept = |(word, text): (String, String)| Some((kept(&word)?, text));
    let pairs: Option<Vec<_>> = pairs.into_iter().map(kept).collect();
    pairs.ok_or_else(|| D::Error::custom("a word is too long, or there are too many words"))
}

/// The word of this text that is kept, the same each time.
fn kept(text: &str) -> Option<&'static str> {
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = words.get(text) {
        return Some(known);
    }
    if text.len() > LONGEST || words.len() >= MOST {
        return None;
    }
    let word: &'static str = Box::leak(text.to_owned().into_boxed_str());
    words.insert(word);
    Some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_kept_once_and_a_long_one_is_refused() {
        let (one, two) = (kept("rds:Describe").unwrap(), kept("rds:Describe").unwrap());
        assert!(std::ptr::eq(one, two));
        assert!(kept(&"x".repeat(LONGEST + 1)).is_none());
    }
}
