//! Messages of PostgreSQL's protocol 3.0 that the lab reads or writes itself (PostgreSQL's manual, "Frontend/Backend
//! Protocol"). All else passes through unread.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _};

const PROTOCOL: u32 = 3 << 16;
const SSL_REQUEST: u32 = 80_877_103;
const GSS_REQUEST: u32 = 80_877_104;
const CANCEL_REQUEST: u32 = 80_877_102;
/// The longest first message that PostgreSQL takes.
const LONGEST_STARTUP: u32 = 10_000;
/// A token with a session token of AWS is about 1 KiB to 2 KiB.
const LONGEST_PASSWORD: u32 = 64 * 1024;

/// What a client says first.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum First {
    Tls,
    Gss,
    /// The whole message, to be passed on.
    Cancel(Vec<u8>),
    Startup(Startup),
}

/// Who wants what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Startup {
    pub parameters: Vec<(String, String)>,
}

impl Startup {
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.parameters.iter();
        all.find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Adds an option of the session, in front of the client's own.
    pub fn set_first(&mut self, option: &str) {
        let theirs = self.get("options").unwrap_or_default();
        let options = format!("-c {option} {theirs}");
        self.parameters.retain(|(name, _)| name != "options");
        self.parameters.push(("options".to_owned(), options));
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let pairs: Vec<_> = self
            .parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        startup(&pairs)
    }
}

/// Reads what a client says first, and after TLS once more.
pub(super) async fn read_first(from: &mut (impl AsyncRead + Unpin)) -> io::Result<First> {
    let length = from.read_u32().await?;
    let code = from.read_u32().await?;
    let body = read_body(from, length.checked_sub(8), LONGEST_STARTUP).await?;
    match code {
        SSL_REQUEST => Ok(First::Tls),
        GSS_REQUEST => Ok(First::Gss),
        CANCEL_REQUEST => {
            let mut whole = [length.to_be_bytes(), code.to_be_bytes()].concat();
            whole.extend(body);
            Ok(First::Cancel(whole))
        }
        PROTOCOL..=0x0003_FFFF => {
            let mut texts = body
                .split(|byte| *byte == 0)
                .map(|text| String::from_utf8_lossy(text).into_owned());
            let mut parameters = Vec::new();
            while let (Some(name), Some(value)) =
                (texts.next().filter(|name| !name.is_empty()), texts.next())
            {
                parameters.push((name, value));
            }
            Ok(First::Startup(Startup { parameters }))
        }
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "not PostgreSQL's protocol 3",
        )),
    }
}

/// Reads the password message.
pub(super) async fn read_password(from: &mut (impl AsyncRead + Unpin)) -> io::Result<String> {
    let tag = from.read_u8().await?;
    let length = from.read_u32().await?;
    let body = read_body(from, length.checked_sub(4), LONGEST_PASSWORD).await?;
    if tag != b'p' {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no password"));
    }
    let text = body.strip_suffix(&[0]).unwrap_or(&body);
    Ok(String::from_utf8_lossy(text).into_owned())
}

async fn read_body(
    from: &mut (impl AsyncRead + Unpin),
    length: Option<u32>,
    longest: u32,
) -> io::Result<Vec<u8>> {
    let length = length.filter(|length| *length <= longest);
    let length = length.ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidData, "a message of impossible length")
    })?;
    let mut body = vec![0; length as usize];
    from.read_exact(&mut body).await?;
    Ok(body)
}

/// Asks for a password in clear text, which is how Aurora takes a token.
pub(super) const ASK_PASSWORD: [u8; 9] = [b'R', 0, 0, 0, 8, 0, 0, 0, 3];

/// The startup message.
pub(super) fn startup(parameters: &[(&str, &str)]) -> Vec<u8> {
    let mut body = PROTOCOL.to_be_bytes().to_vec();
    for (name, value) in parameters {
        for text in [name, value] {
            body.extend_from_slice(text.as_bytes());
            body.push(0);
        }
    }
    body.push(0);
    framed(&body)
}

/// A simple query.
pub(super) fn query(sql: &str) -> Vec<u8> {
    tagged(b'Q', &[sql.as_bytes(), &[0]].concat())
}

/// A password, or a token in its place.
pub(super) fn password(text: &str) -> Vec<u8> {
    tagged(b'p', &[text.as_bytes(), &[0]].concat())
}

/// An error that ends the session, as PostgreSQL would write it.
pub(super) fn fatal(code: &str, message: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for (tag, text) in [
        (b'S', "FATAL"),
        (b'V', "FATAL"),
        (b'C', code),
        (b'M', message),
    ] {
        body.push(tag);
        body.extend_from_slice(text.as_bytes());
        body.push(0);
    }
    body.push(0);
    tagged(b'E', &body)
}

/// Severity, SQLSTATE and text of an error.
pub(super) fn read_error(body: &[u8]) -> (String, String, String) {
    let mut found = (String::new(), String::new(), String::new());
    for field in body.split(|byte| *byte == 0) {
        let Some((tag, text)) = field.split_first() else {
            continue;
        };
        let text = String::from_utf8_lossy(text).into_owned();
        match tag {
            b'V' => found.0 = text,
            b'C' => found.1 = text,
            b'M' => found.2 = text,
            _ => {}
        }
    }
    found
}

/// The values of a row in text format.
pub(super) fn row(body: &[u8]) -> Option<Vec<Option<String>>> {
    let (count, mut rest) = body.split_first_chunk::<2>()?;
    let mut values = Vec::new();
    for _ in 0..u16::from_be_bytes(*count) {
        let (length, behind) = rest.split_first_chunk::<4>()?;
        let length = i32::from_be_bytes(*length);
        if let Ok(length) = usize::try_from(length) {
            let (value, behind) = behind.split_at_checked(length)?;
            values.push(Some(String::from_utf8_lossy(value).into_owned()));
            rest = behind;
        } else {
            values.push(None);
            rest = behind;
        }
    }
    Some(values)
}

fn tagged(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![tag];
    message.extend(framed(body));
    message
}

fn framed(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
    let mut message = length.to_be_bytes().to_vec();
    message.extend_from_slice(body);
    message
}
