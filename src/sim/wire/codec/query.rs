//! awsQuery: forms in.  `Filters.Filter.1.Name=x` becomes a tree.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::wire::value::Value;

/// Reads a form, or a query string, into a tree of members.
pub fn parse(form: &str) -> Value {
    let mut root = Tree::default();
    for (key, value) in pairs(form) {
        root.place(key.split('.').take(DEEPEST), value);
    }
    root.into_value()
}

/// Members below this are left out.
const DEEPEST: usize = 32;

/// Members in the order they came, each found by its name at once, however many there are.
#[derive(Default)]
struct Tree {
    at: HashMap<String, usize>,
    members: Vec<(String, Node)>,
}

/// A text, or what is below the member.
#[derive(Default)]
struct Node {
    text: Option<String>,
    below: Tree,
}

impl Tree {
    fn place<'a>(&mut self, mut path: impl Iterator<Item = &'a str>, value: String) {
        let Some(mut name) = path.next() else { return };
        let mut tree = self;
        for next in path {
            let node = tree.node(name);
            node.text = None;
            tree = &mut node.below;
            name = next;
        }
        *tree.node(name) = Node {
            text: Some(value),
            below: Self::default(),
        };
    }

    fn node(&mut self, name: &str) -> &mut Node {
        let new = self.members.len();
        let at = self.at.get(name).copied().unwrap_or(new);
        if at == new {
            self.at.insert(name.to_owned(), new);
            self.members.push((name.to_owned(), Node::default()));
        }
        &mut self.members[at].1
    }

    fn into_value(self) -> Value {
        let value = |node: Node| match node.text {
            Some(text) => Value::Text(text),
            None => node.below.into_value(),
        };
        let members = self.members.into_iter();
        as_list(
            members
                .map(|(name, node)| (Cow::Owned(name), value(node)))
                .collect(),
        )
    }
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

/// `member.1`, `member.2` and `1`, `2` become lists, in the order of their numbers.
fn as_list(mut members: Vec<(Cow<'static, str>, Value)>) -> Value {
    if let [(_, inner @ Value::List { .. })] = members.as_mut_slice() {
        return std::mem::replace(inner, Value::Null);
    }
    let numbers: Option<Vec<u32>> = members.iter().map(|(key, _)| key.parse().ok()).collect();
    let Some(numbers) = numbers.filter(|numbers| !numbers.is_empty()) else {
        return Value::Map(members);
    };
    let values = members.into_iter().map(|(_, value)| value);
    let mut numbered: Vec<_> = numbers.into_iter().zip(values).collect();
    numbered.sort_by_key(|(number, _)| *number);
    Value::List {
        item: "member",
        items: numbered.into_iter().map(|(_, value)| value).collect(),
    }
}

#[cfg(test)]
mod tests {
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
    fn a_form_of_four_hundred_thousand_parameters_is_read_as_fast_as_its_length() {
        use std::fmt::Write as _;
        let (mut flat, mut deep) = (String::new(), "Action=X&".to_owned());
        for n in 0..400_000 {
            let _ = write!(flat, "p{n}=1&");
            let _ = write!(deep, "Filters.Filter.{n}.Name=x&");
        }
        let begun = std::time::Instant::now();
        assert!(parse(&flat).text("p399999").is_some());
        assert_eq!(parse(&deep).items("Filters").len(), 400_000);
        // It took more than a minute when every parameter was looked for among all before it.
        assert!(begun.elapsed() < std::time::Duration::from_secs(20));
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
