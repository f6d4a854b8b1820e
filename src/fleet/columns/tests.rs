#![allow(clippy::unwrap_used)]
use super::*;

#[test]
fn names_are_lower_case_and_there_once() {
    for (index, column) in ALL.iter().enumerate() {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        assert!(column.name.chars().all(plain), "{}", column.name);
        let first = ALL.iter().position(|other| other.name == column.name);
        assert_eq!(first, Some(index), "{}", column.name);
        assert!(!column.about.is_empty(), "{}", column.name);
    }
    let mut ranks: Vec<u8> = ALL.iter().map(|column| column.rank).collect();
    ranks.sort_unstable();
    ranks.dedup();
    assert_eq!(ranks.len(), ALL.len(), "a rank is given twice");
    assert_eq!(on_screen().len(), ON_SCREEN.len());
    assert_eq!(in_status().len(), IN_STATUS.len());
}
