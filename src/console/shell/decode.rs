//! What the bytes of a terminal mean: the sequences of xterm and of those that follow it.

use crate::app::{Code, Gesture, Key, Msg};

/// What stands at the beginning of some bytes.
#[derive(Debug)]
pub(super) enum Decoded {
    /// There are none.
    Nothing,
    /// Something that takes this many bytes, and means this, or nothing to us.
    Done(usize, Option<Msg>),
    /// The rest is certain to come.
    More,
    /// It may go on, if more comes soon; else it is what [`decode_rest`] says.
    Patience,
}

const PASTE: &[u8] = b"\x1b[200~";
const PASTED: &[u8] = b"\x1b[201~";

/// Reads what stands at the beginning of `bytes`.
pub(super) fn decode(bytes: &[u8]) -> Decoded {
    match bytes {
        [] => Decoded::Nothing,
        [0x1b] | [0x1b, b'[' | b'O'] => Decoded::Patience,
        [0x1b, b'[', ..] => control_sequence(bytes),
        [0x1b, b'O', last, ..] => Decoded::Done(3, function(*last).map(key)),
        // Answers of the terminal to questions that were not ours.
        [0x1b, b']' | b'P' | b'_' | b'^', ..] => answer(bytes),
        [0x1b, 0x1b, ..] => Decoded::Done(1, Some(key(Key::plain(Code::Esc)))),
        [0x1b, rest @ ..] => match character(rest) {
            Decoded::Done(length, Some(Msg::Key(plain))) => {
                Decoded::Done(length + 1, Some(key(Key { alt: true, ..plain })))
            }
            Decoded::Done(length, _) => Decoded::Done(length + 1, None),
            other => other,
        },
        _ => character(bytes),
    }
}

/// What `bytes` were after all, when nothing followed them.
pub(super) fn decode_rest(bytes: &[u8]) -> Option<Msg> {
    match bytes {
        [0x1b] => Some(key(Key::plain(Code::Esc))),
        [0x1b, c] if c.is_ascii_graphic() => Some(key(Key {
            code: Code::Char(char::from(*c)),
            ctrl: false,
            alt: true,
        })),
        _ => None,
    }
}

const fn key(key: Key) -> Msg {
    Msg::Key(key)
}

fn character(bytes: &[u8]) -> Decoded {
    let Some(first) = bytes.first() else {
        return Decoded::Nothing;
    };
    let control = match first {
        b'\r' | b'\n' => Some(Key::plain(Code::Enter)),
        b'\t' => Some(Key::plain(Code::Tab)),
        0x7f => Some(Key::plain(Code::Backspace)),
        0 => Some(Key::ctrl(' ')),
        1..=26 => Some(Key::ctrl(char::from(first - 1 + b'a'))),
        0x1c..=0x1f => return Decoded::Done(1, None),
        _ => None,
    };
    if let Some(control) = control {
        return Decoded::Done(1, Some(key(control)));
    }
    let length = match first {
        0..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        // Not the beginning of any character.
        _ => return Decoded::Done(1, None),
    };
    if bytes.len() < length {
        return Decoded::Patience;
    }
    match std::str::from_utf8(&bytes[..length])
        .ok()
        .and_then(|text| text.chars().next())
    {
        Some(c) => Decoded::Done(length, Some(key(Key::char(c)))),
        None => Decoded::Done(1, None),
    }
}

/// `ESC [ parameters final`.
fn control_sequence(bytes: &[u8]) -> Decoded {
    if bytes.starts_with(PASTE) {
        return paste(&bytes[PASTE.len()..]);
    }
    let body = &bytes[2..];
    // The Linux console's function keys.
    if let [b'[', rest @ ..] = body {
        return match rest.first() {
            None => Decoded::Patience,
            Some(letter @ b'A'..=b'E') => {
                Decoded::Done(4, Some(key(Key::plain(Code::F(letter - b'A' + 1)))))
            }
            Some(_) => Decoded::Done(4, None),
        };
    }
    let Some(end) = body.iter().position(|byte| !(0x20..=0x3f).contains(byte)) else {
        return Decoded::Patience;
    };
    let (parameters, last) = (&body[..end], body[end]);
    if last == b'M' && parameters.is_empty() {
        // A mouse in the oldest dialect: three more bytes, of no use to us.
        return if bytes.len() < 6 {
            Decoded::Patience
        } else {
            Decoded::Done(6, None)
        };
    }
    let length = end + 3;
    let msg = match parameters {
        [b'<', rest @ ..] => mouse(&numbers(rest), last),
        [] if last == b'I' => Some(Msg::Focused),
        _ => pressed(&numbers(parameters), last).map(key),
    };
    Decoded::Done(length, msg)
}

fn paste(body: &[u8]) -> Decoded {
    match body
        .windows(PASTED.len())
        .position(|window| window == PASTED)
    {
        None => Decoded::More,
        Some(end) => {
            let text = String::from_utf8_lossy(&body[..end]).into_owned();
            Decoded::Done(PASTE.len() + end + PASTED.len(), Some(Msg::Paste(text)))
        }
    }
}

/// Ends with BEL or ST.
fn answer(bytes: &[u8]) -> Decoded {
    let bell = bytes.iter().position(|byte| *byte == 7).map(|at| at + 1);
    let ended = bytes
        .windows(2)
        .position(|window| window == b"\x1b\\")
        .map(|at| at + 2);
    match bell.into_iter().chain(ended).min() {
        Some(length) => Decoded::Done(length, None),
        None => Decoded::Patience,
    }
}

fn numbers(parameters: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(parameters);
    text.split(';')
        .map(|number| number.parse().unwrap_or(0))
        .collect()
}

fn pressed(numbers: &[u16], last: u8) -> Option<Key> {
    // 1 and a bit each for Shift, Alt, Ctrl.
    let held = numbers.get(1).map_or(0, |held| held.saturating_sub(1));
    let plain = match last {
        b'~' => Key::plain(numbered(*numbers.first()?)?),
        b'Z' => Key::plain(Code::BackTab),
        _ => function(last)?,
    };
    Some(Key {
        alt: held & 2 != 0,
        ctrl: held & 4 != 0,
        ..plain
    })
}

/// Keys that a letter stands for.
const fn function(letter: u8) -> Option<Key> {
    Some(Key::plain(match letter {
        b'A' => Code::Up,
        b'B' => Code::Down,
        b'C' => Code::Right,
        b'D' => Code::Left,
        b'F' => Code::End,
        b'H' => Code::Home,
        b'M' => Code::Enter,
        b'P'..=b'S' => Code::F(letter - b'P' + 1),
        _ => return None,
    }))
}

/// Keys that a number stands for.
const fn numbered(number: u16) -> Option<Code> {
    Some(match number {
        1 | 7 => Code::Home,
        2 => Code::Insert,
        3 => Code::Delete,
        4 | 8 => Code::End,
        5 => Code::PageUp,
        6 => Code::PageDown,
        11..=15 => Code::F((number - 10) as u8),
        17..=21 => Code::F((number - 11) as u8),
        23 | 24 => Code::F((number - 12) as u8),
        _ => return None,
    })
}

fn mouse(numbers: &[u16], last: u8) -> Option<Msg> {
    let [button, x, y] = numbers else { return None };
    let gesture = match button {
        // The left button, with whatever else is held; released is no gesture.
        0 | 4 | 8 | 16 if last == b'M' => Gesture::Click,
        64 => Gesture::WheelUp,
        65 => Gesture::WheelDown,
        _ => return None,
    };
    Some(Msg::Mouse(
        gesture,
        x.saturating_sub(1),
        y.saturating_sub(1),
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Everything in `bytes`, in short words.
    fn read(mut bytes: &[u8]) -> Vec<String> {
        let mut all = Vec::new();
        loop {
            match decode(bytes) {
                Decoded::Done(length, msg) => {
                    all.extend(msg.map(|msg| word(&msg)));
                    bytes = &bytes[length..];
                }
                Decoded::Nothing => return all,
                Decoded::More => {
                    all.push("more".into());
                    return all;
                }
                Decoded::Patience => {
                    all.push(
                        decode_rest(bytes)
                            .map_or("wait".into(), |msg| format!("wait {}", word(&msg))),
                    );
                    return all;
                }
            }
        }
    }

    fn word(msg: &Msg) -> String {
        match msg {
            Msg::Key(key) => key.to_string(),
            Msg::Paste(text) => format!("paste {text}"),
            Msg::Mouse(gesture, x, y) => format!("{gesture:?} {x},{y}"),
            Msg::Focused => "focused".into(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn bytes_mean_keys() {
        let cases: &[(&str, &[&str])] = &[
            ("qG/", &["q", "G", "/"]),
            ("\r\t\x7f", &["Enter", "Tab", "Backspace"]),
            ("\x03\x06\x0b", &["Ctrl-C", "Ctrl-F", "Ctrl-K"]),
            ("é中", &["é", "中"]),
            ("\x1b[A\x1b[B\x1bOC\x1bOD", &["↑", "↓", "→", "←"]),
            ("\x1b[1;5C\x1b[1;3D", &["Ctrl-→", "Alt-←"]),
            (
                "\x1b[H\x1b[F\x1b[1~\x1b[4~",
                &["Home", "End", "Home", "End"],
            ),
            (
                "\x1b[5~\x1b[6~\x1b[3~\x1b[2~",
                &["PgUp", "PgDn", "Del", "Ins"],
            ),
            ("\x1bOP\x1b[15~\x1b[24~\x1b[[A", &["F1", "F5", "F12", "F1"]),
            ("\x1b[Z", &["Shift-Tab"]),
            ("\x1bx\x1b\x02", &["Alt-x", "Ctrl-Alt-B"]),
            ("\x1b", &["wait Esc"]),
            ("\x1b\x1b[A", &["Esc", "↑"]),
            ("\x1b[", &["wait Alt-["]),
            ("\x1b[1;", &["wait"]),
            (
                "\x1b[200~two\r\nlines\x1b[201~q",
                &["paste two\r\nlines", "q"],
            ),
            ("\x1b[200~half", &["more"]),
            ("\x1b[<0;5;7M\x1b[<0;5;7m", &["Click 4,6"]),
            (
                "\x1b[<64;1;1M\x1b[<65;1;1M\x1b[<35;9;9M",
                &["WheelUp 0,0", "WheelDown 0,0"],
            ),
            ("\x1b[I\x1b[O\x1b[M !!q", &["focused", "q"]),
            ("\x1b]11;rgb:0/0/0\x1b\\\x1bP1$r\x1b\\q", &["q"]),
        ];
        for (bytes, words) in cases {
            assert_eq!(&read(bytes.as_bytes()), words, "{bytes:?}");
        }
    }

    #[test]
    fn a_torn_character_is_waited_for_and_a_wrong_one_passed_over() {
        assert_eq!(read(&[0xc3]), ["wait"]);
        assert_eq!(read(&[0xff, b'q', 0xc3, b'q']), ["q", "q"]);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_stumble_or_stand_still(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut rest = bytes.as_slice();
            while let Decoded::Done(length, _) = decode(rest) {
                prop_assert!(length > 0 && length <= rest.len());
                rest = &rest[length..];
            }
            let _ = decode_rest(rest);
        }
    }
}
