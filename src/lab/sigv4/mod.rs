//! Signature Version 4 as the receiving side checks it: signed requests, and the presigned ones that are the passwords
//! of database users who sign in with IAM (aws-facts §19.1).

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, Method};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sha2::{Digest as _, Sha256};

mod spelling;

pub(crate) use spelling::decode;
use spelling::{canonical_path, canonical_query, encode, hex, unhex};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// How far the time of a signed request may be from ours.
const SKEW: Duration = Duration::from_secs(5 * 60);
/// What a presigned request may ask for at most in the lab: the quarter of an hour of a database token.
const LONGEST_S: i64 = 900;

/// Credentials that the lab hands out and accepts. They mean nothing outside it.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub access_key_id: String,
    pub secret_access_key: String,
    /// Those of a role have one.
    pub session_token: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credentials({})", self.access_key_id)
    }
}

impl Credentials {
    /// New ones, as of a role: with a session token.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn random() -> std::io::Result<Self> {
        Ok(Self {
            access_key_id: format!("ASIA{}", random_hex(8)?.to_uppercase()),
            secret_access_key: random_hex(20)?,
            session_token: Some(random_hex(48)?),
        })
    }

    /// Writes them as the profile `default` of the AWS CLI, for nobody else to read.
    ///
    /// # Errors
    /// The file is there already, or cannot be written.
    pub fn write(&self, path: &std::path::Path) -> std::io::Result<()> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let mut file = std::fs::File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        writeln!(
            file,
            "[default]\naws_access_key_id = {}",
            self.access_key_id
        )?;
        writeln!(file, "aws_secret_access_key = {}", self.secret_access_key)?;
        if let Some(token) = &self.session_token {
            writeln!(file, "aws_session_token = {token}")?;
        }
        Ok(())
    }
}

/// So many random bytes in hexadecimal.
///
/// # Errors
/// The system gives none.
pub fn random_hex(bytes: usize) -> std::io::Result<String> {
    let mut drawn = vec![0; bytes];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut drawn)?;
    Ok(hex(&drawn))
}

/// Why a signature is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the request is not signed")]
    NotSigned,
    #[error("the signature's fields cannot be read")]
    Malformed,
    #[error("the access key or session token is not one of the lab's")]
    UnknownKey,
    #[error("the request is signed for another Region or service")]
    WrongScope,
    #[error("the request is meant for another host or user")]
    WrongAudience,
    #[error("the signature has expired")]
    Expired,
    #[error("the signature is another one than the request's")]
    WrongSignature,
}

/// For whom a signature has to be.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    pub region: &'a str,
    /// As in the credential scope: `execute-api`, `rds-db`.
    pub service: &'a str,
}

/// A request as its receiver sees it.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    pub method: &'a Method,
    /// As it stands in the request line, without the query.
    pub path: &'a str,
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

/// Checks the `Authorization` header of a request.
///
/// # Errors
/// Says what is wrong; a client is told only that it may not.
pub fn verify(
    request: Signed<'_>,
    scope: Scope<'_>,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<(), Refused> {
    let header = |name: &str| {
        request
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let fields = header("authorization").and_then(|value| value.strip_prefix(ALGORITHM));
    let fields = fields.ok_or(Refused::NotSigned)?;
    let field = |name: &str| {
        let mut all = fields
            .split(',')
            .filter_map(|field| field.trim().split_once('='));
        all.find(|(key, _)| *key == name)
            .map(|(_, value)| value)
            .ok_or(Refused::Malformed)
    };
    let time = header("x-amz-date").ok_or(Refused::Malformed)?;
    let at = read_time(time)?;
    if now.duration_since(at).unsigned_abs() > SKEW {
        return Err(Refused::Expired);
    }
    let full_scope = key_scope(field("Credential")?, time, scope, credentials)?;
    if header("x-amz-security-token") != credentials.session_token.as_deref() {
        return Err(Refused::UnknownKey);
    }
    let names = field("SignedHeaders")?;
    if !names.split(';').any(|name| name == "host") {
        return Err(Refused::Malformed);
    }
    let mut signed = String::new();
    for name in names.split(';') {
        let values: Vec<_> = request
            .headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        let _ = writeln!(
            signed,
            "{name}:{}",
            values
                .join(",")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        );
    }
    let hash = hex(&Sha256::digest(request.body));
    if header("x-amz-content-sha256").is_some_and(|told| told != hash) {
        return Err(Refused::WrongSignature);
    }
    let canonical = [
        request.method.as_str(),
        &canonical_path(request.path),
        &canonical_query(request.query, None),
        &signed,
        names,
        &hash,
    ]
    .join("\n");
    compare(
        &canonical,
        time,
        &full_scope,
        credentials,
        field("Signature")?,
    )
}

/// Checks a token that a database user gives as password: a presigned GET of `HOST:PORT/?Action=connect&DBUser=USER`,
/// without its scheme. `host` has the port.
///
/// # Errors
/// Says what is wrong; a client is told only that it may not.
pub fn verify_token(
    token: &str,
    (host, user): (&str, &str),
    region: &str,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<(), Refused> {
    let (for_host, query) = token.split_once("/?").ok_or(Refused::NotSigned)?;
    let field = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(key, _)| *key == name)
            .map(|(_, value)| decode(value))
            .ok_or(Refused::Malformed)
    };
    if for_host != host || field("DBUser")? != user || field("Action")? != "connect" {
        return Err(Refused::WrongAudience);
    }
    if field("X-Amz-Algorithm")? != ALGORITHM || field("X-Amz-SignedHeaders")? != "host" {
        return Err(Refused::Malformed);
    }
    let time = field("X-Amz-Date")?;
    let age = now.duration_since(read_time(&time)?).as_secs();
    let lasts: i64 = field("X-Amz-Expires")?
        .parse()
        .map_err(|_| Refused::Malformed)?;
    if age > lasts.min(LONGEST_S) || age < -SKEW.as_secs().cast_signed() {
        return Err(Refused::Expired);
    }
    let scope = Scope {
        region,
        service: "rds-db",
    };
    let full_scope = key_scope(&field("X-Amz-Credential")?, &time, scope, credentials)?;
    if field("X-Amz-Security-Token").ok() != credentials.session_token {
        return Err(Refused::UnknownKey);
    }
    let canonical = token_request(host, query);
    compare(
        &canonical,
        &time,
        &full_scope,
        credentials,
        &field("X-Amz-Signature")?,
    )
}

/// The credential scope behind the key's id, if it is the one that is wanted.
fn key_scope(
    credential: &str,
    time: &str,
    wanted: Scope<'_>,
    ours: &Credentials,
) -> Result<String, Refused> {
    let (id, scope) = credential.split_once('/').ok_or(Refused::Malformed)?;
    if id != ours.access_key_id {
        return Err(Refused::UnknownKey);
    }
    let day = time.get(..8).ok_or(Refused::Malformed)?;
    let full = format!("{day}/{}/{}/aws4_request", wanted.region, wanted.service);
    if scope == full {
        Ok(full)
    } else {
        Err(Refused::WrongScope)
    }
}

fn compare(
    canonical: &str,
    time: &str,
    scope: &str,
    credentials: &Credentials,
    signature: &str,
) -> Result<(), Refused> {
    let told = unhex(signature).ok_or(Refused::Malformed)?;
    let ours = signing(canonical, time, scope, credentials)?;
    ours.verify_slice(&told)
        .map_err(|_| Refused::WrongSignature)
}

/// The signature, not yet finished, so that it can be compared in constant time.
fn signing(
    canonical: &str,
    time: &str,
    scope: &str,
    credentials: &Credentials,
) -> Result<Hmac<Sha256>, Refused> {
    let hash = hex(&Sha256::digest(canonical));
    let mut key = format!("AWS4{}", credentials.secret_access_key).into_bytes();
    for part in scope.split('/') {
        key = mac(&key, part)?.finalize().into_bytes().to_vec();
    }
    mac(&key, &format!("{ALGORITHM}\n{time}\n{scope}\n{hash}"))
}

/// The canonical request of a token.
fn token_request(host: &str, query: &str) -> String {
    let query = canonical_query(query, Some("X-Amz-Signature"));
    let no_body = hex(&Sha256::digest(b""));
    format!("GET\n/\n{query}\nhost:{host}\n\nhost\n{no_body}")
}

/// The password of a database user, as the handler makes it. `host` has the port.
///
/// # Errors
/// The credentials cannot sign.
pub fn token(
    (host, user): (&str, &str),
    region: &str,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<String, Refused> {
    let time = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let scope = format!("{}/{region}/rds-db/aws4_request", now.strftime("%Y%m%d"));
    let credential = encode(format!("{}/{scope}", credentials.access_key_id).as_bytes());
    let mut query = format!(
        "Action=connect&DBUser={}&X-Amz-Algorithm={ALGORITHM}&X-Amz-Credential={credential}&X-Amz-Date={time}\
         &X-Amz-Expires={LONGEST_S}",
        encode(user.as_bytes())
    );
    if let Some(session) = &credentials.session_token {
        let _ = write!(
            query,
            "&X-Amz-Security-Token={}",
            encode(session.as_bytes())
        );
    }
    query.push_str("&X-Amz-SignedHeaders=host");
    let signature = signing(&token_request(host, &query), &time, &scope, credentials)?;
    let signature = hex(&signature.finalize().into_bytes());
    Ok(format!("{host}/?{query}&X-Amz-Signature={signature}"))
}

fn mac(key: &[u8], text: &str) -> Result<Hmac<Sha256>, Refused> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| Refused::Malformed)?;
    mac.update(text.as_bytes());
    Ok(mac)
}

fn read_time(text: &str) -> Result<Timestamp, Refused> {
    let civil = DateTime::strptime("%Y%m%dT%H%M%SZ", text).map_err(|_| Refused::Malformed)?;
    let zoned = civil
        .to_zoned(TimeZone::UTC)
        .map_err(|_| Refused::Malformed)?;
    Ok(zoned.timestamp())
}

#[cfg(test)]
mod tests;
