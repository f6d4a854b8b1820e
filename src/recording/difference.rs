//! What differs between two JSON values, as JSON.
//!
//! | form | meaning |
//! |---|---|
//! | `{"=": value}` | is now this |
//! | `{"~": {key: difference}, "-": [key]}` | an object: these differ or are new, these are gone |
//! | `{"#": [[index, difference]]}` | a list of the same length: these differ |
//! | `{"$": [from, count, [before], [behind]]}` | a list: that many of the old from there, with these around them |
//!
//! Most of a picture is series whose window moves on: the last form tells that in a few bytes.

use serde_json::{Map, Value, json};

/// What makes `new` of `old`; none where they are equal.
pub fn between(old: &Value, new: &Value) -> Option<Value> {
    if old == new {
        return None;
    }
    Some(match (old, new) {
        (Value::Object(old), Value::Object(new)) => of_objects(old, new),
        (Value::Array(old), Value::Array(new)) => of_lists(old, new),
        _ => json!({ "=": new }),
    })
}

fn of_objects(old: &Map<String, Value>, new: &Map<String, Value>) -> Value {
    let mut differ = Map::new();
    for (key, value) in new {
        let difference = match old.get(key) {
            Some(before) => between(before, value),
            None => Some(json!({ "=": value })),
        };
        differ.extend(difference.map(|one| (key.clone(), one)));
    }
    let gone: Vec<&String> = old.keys().filter(|key| !new.contains_key(*key)).collect();
    if gone.is_empty() {
        json!({ "~": differ })
    } else {
        json!({ "~": differ, "-": gone })
    }
}

fn of_lists(old: &[Value], new: &[Value]) -> Value {
    let (from, to, count) = longest_run(old, new);
    let pairs = || old.iter().zip(new).enumerate();
    let differ = pairs().filter(|(_, (old, new))| old != new).count();
    if old.len() == new.len() && differ <= new.len() - count {
        let differ = pairs().filter_map(|(at, (old, new))| Some(json!([at, between(old, new)?])));
        return json!({ "#": differ.collect::<Vec<_>>() });
    }
    json!({ "$": [from, count, &new[..to], &new[to + count..]] })
}

/// Where in `old` and in `new` the longest run begins that both have, and how long it is: of those that begin with
/// the first of either.
fn longest_run(old: &[Value], new: &[Value]) -> (usize, usize, usize) {
    let run = |from: usize, to: usize| {
        let pairs = old[from..].iter().zip(&new[to..]);
        (from, to, pairs.take_while(|(old, new)| old == new).count())
    };
    let cut = new
        .first()
        .and_then(|first| old.iter().position(|one| one == first));
    let put = old
        .first()
        .and_then(|first| new.iter().position(|one| one == first));
    let cut = cut.map_or((0, 0, 0), |from| run(from, 0));
    let put = put.map_or((0, 0, 0), |to| run(0, to));
    if cut.2 >= put.2 { cut } else { put }
}

/// A difference that does not fit what it is applied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfit;

/// Makes of `value` what it became by `difference`.
pub fn apply(value: &mut Value, difference: Value) -> Result<(), Unfit> {
    let Value::Object(mut difference) = difference else {
        return Err(Unfit);
    };
    if let Some(new) = difference.remove("=") {
        *value = new;
        return Ok(());
    }
    match value {
        Value::Object(object) => to_object(object, difference),
        Value::Array(list) => to_list(list, difference),
        _ => Err(Unfit),
    }
}

fn to_object(
    object: &mut Map<String, Value>,
    mut difference: Map<String, Value>,
) -> Result<(), Unfit> {
    if let Some(Value::Array(gone)) = difference.remove("-") {
        for key in gone {
            object.remove(key.as_str().ok_or(Unfit)?);
        }
    }
    let Some(Value::Object(differ)) = difference.remove("~") else {
        return Err(Unfit);
    };
    for (key, one) in differ {
        apply(object.entry(key).or_insert(Value::Null), one)?;
    }
    Ok(())
}

fn to_list(list: &mut Vec<Value>, mut difference: Map<String, Value>) -> Result<(), Unfit> {
    if let Some(Value::Array(differ)) = difference.remove("#") {
        for one in differ {
            let (at, one): (usize, Value) = serde_json::from_value(one).map_err(|_| Unfit)?;
            apply(list.get_mut(at).ok_or(Unfit)?, one)?;
        }
        return Ok(());
    }
    let moved = difference.remove("$").ok_or(Unfit)?;
    let (from, count, before, behind): (usize, usize, Vec<Value>, Vec<Value>) =
        serde_json::from_value(moved).map_err(|_| Unfit)?;
    let end = from.checked_add(count).ok_or(Unfit)?;
    if end > list.len() {
        return Err(Unfit);
    }
    list.truncate(end);
    list.splice(..from, before);
    list.extend(behind);
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..4_i64).prop_map(Value::from),
            "[a-c]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map("[a-d=~#$-]", inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_difference_makes_the_new_of_the_old(old in values(), new in values()) {
            let mut value = old.clone();
            if let Some(difference) = between(&old, &new) {
                apply(&mut value, difference).unwrap();
            }
            prop_assert_eq!(value, new);
        }
    }

    #[test]
    fn a_window_that_moves_on_is_told_by_what_is_new() {
        let old: Value = (0..100).collect();
        let new: Value = (1..101).collect();
        assert_eq!(
            between(&old, &new),
            Some(json!({ "$": [1, 99, [], [100]] }))
        );
        let newest_first: Value = std::iter::once(7).chain(0..99).collect();
        let told = between(&old, &newest_first);
        assert_eq!(told, Some(json!({ "$": [0, 99, [7], []] })));
        let mut parts = json!([{"a": 1, "b": 1}, {"a": 2, "b": 2}]);
        let before = parts.clone();
        parts[0]["b"] = json!(3);
        parts[1]["b"] = json!(3);
        let told = between(&before, &parts);
        let expected = json!({"#": [[0, {"~": {"b": {"=": 3}}}], [1, {"~": {"b": {"=": 3}}}]]});
        assert_eq!(told, Some(expected));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for odd in [
            json!(1),
            json!({}),
            json!({"$": [3, 9, [], []]}),
            json!({"#": [[5, {"=": 1}]]}),
        ] {
            assert_eq!(apply(&mut json!([1, 2]), odd), Err(Unfit));
        }
    }
}
