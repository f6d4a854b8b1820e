//! awsQuery: forms in.  `Filters.Filter.1.Name=x` becomes a tree.

use std::borrow::Cow;

use crate::sim::wire::value::Value;

/// Reads a form, or a query string, into a tree of members.
pub fn parse(form: &str) -> Value {
    let mut root = Value::Map(Vec::new());
    for (key, value) in pairs(form) {
        let path: Vec<&str> = key.split('.').take(32).collect();
        place(&mut root, &path, value);
    }
    unwrap_lists(&mut root);
    root
}

/// The decoded names and values of a form or query string.
pub fn pairs(form: &str) -> impl Iterator<Item = (String, String)> {
    form.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key, true), decode(value, true))
    })
}

/// Undoes percent-encoding; in a query, `+` is a space.
pub fn decode(text: &str, plus_is_space: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' if plus_is_space => bytes.push(b' '),
            b'%' => {
                let ahead = rest.clone();
                let digits: Vec<u8> = rest.by_ref().take(2).collect();
                let hex = std::str::from_utf8(&digits)
                    .ok()
                    .filter(|hex| hex.len() == 2);
                if let Some(decoded) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                    bytes.push(decoded);
                } else {
                    bytes.push(b'%');
                    rest = ahead;
                }
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn place(node: &mut Value, path: &[&str], value: String) {
    let Value::Map(members) = node else { return };
    let [name, rest @ ..] = path else { return };
    let at = members
        .iter()
        .position(|(key, _)| key == name)
        .unwrap_or_else(|| {
            members.push((Cow::Owned((*name).to_owned()), Value::Null));
            members.len() - 1
        });
    let Some((_, slot)) = members.get_mut(at) else {
        return;
    };
    if rest.is_empty() {
        *slot = Value::Text(value);
    } else {
        if !matches!(slot, Value::Map(_)) {
            *slot = Value::Map(Vec::new());
        }
        place(slot, rest, value);
    }
}

/// `member.1`, `member.2` and `1`, `2` become lists, in the order of their numbers.
fn unwrap_lists(node: &mut Value) {
    let Value::Map(members) = node else { return };
    for (_, value) in members.iter_mut() {
        unwrap_lists(value);
    }
    if let [(_, inner @ Value::List { .. })] = members.as_mut_slice() {
        let list = std::mem::replace(inner, Value::Null);
        *node = list;
        return;
    }
    let numbers: Option<Vec<u32>> = members.iter().map(|(key, _)| key.parse().ok()).collect();
    if let Some(numbers) = numbers.filter(|numbers| !numbers.is_empty()) {
        let mut numbered: Vec<_> = numbers
            .into_iter()
            .zip(members.drain(..).map(|(_, value)| value))
            .collect();
        numbered.sort_by_key(|(number, _)| *number);
        *node = Value::List {
            item: "member",
            items: numbered.into_iter().map(|(_, v)| v).collect(),
        };
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn numbered_members_become_lists_whatever_their_item_is_called() {
        let ask = parse(
            "Action=DescribeDBInstances&Filters.Filter.1.Name=db-cluster-id\
             &Filters.Filter.1.Values.Value.1=a%20b&Filters.Filter.1.Values.Value.2=c+d&MaxRecords=20\
             &AlarmNames.member.2=second&AlarmNames.member.1=first",
        );
        let filters = ask.items("Filters");
        assert_eq!(filters.len(), 1);
        assert_eq!(filters[0].text("Name"), Some("db-cluster-id"));
        assert_eq!(filters[0].texts("Values"), ["a b", "c d"]);
        assert_eq!(ask.texts("AlarmNames"), ["first", "second"]);
        assert_eq!(ask.int("MaxRecords").unwrap(), Some(20));
    }

    #[test]
    fn broken_percent_signs_stay_as_they_are() {
        assert_eq!(decode("100%", true), "100%");
        assert_eq!(decode("%zz%41%C3%A9", true), "%zzAé");
        assert_eq!(decode("a+b", false), "a+b");
    }

    proptest::proptest! {
        #[test]
        fn no_form_can_upset_the_reader(form in ".{0,200}") {
            let _ = parse(&form);
        }
    }
}
