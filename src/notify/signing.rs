//! Standard Webhooks: who receives a message can tell that it comes from whoever has the key (aws-facts §17.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::Secret;

/// Bytes of a key, from and to.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Signs messages. It is shown nowhere.
#[derive(Clone)]
pub struct SigningKey(Vec<u8>);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(hidden)")
    }
}

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSecret {
    #[error("the key of a webhook begins with `whsec_`")]
    NoPrefix,
    #[error("behind `whsec_` the key of a webhook is base64")]
    NotBase64,
    #[error("the key of a webhook has 24 to 64 bytes, and this one has {0}")]
    Length(usize),
}

impl SigningKey {
    /// Of `whsec_` and base64.
    pub fn read(secret: &Secret) -> Result<Self, BadSecret> {
        let text = secret.reveal().strip_prefix("whsec_");
        let text = text.ok_or(BadSecret::NoPrefix)?;
        let key = STANDARD.decode(text).map_err(|_| BadSecret::NotBase64)?;
        if BYTES.contains(&key.len()) {
            Ok(Self(key))
        } else {
            Err(BadSecret::Length(key.len()))
        }
    }

    /// The header `webhook-signature` of a message sent at `seconds` since 1970.
    pub fn signature(&self, id: &str, seconds: i64, body: &str) -> String {
        // A key of any length makes a code: the error has no way to happen.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return String::new();
        };
        mac.update(format!("{id}.{seconds}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of aws-facts §17.2.
    #[test]
    fn the_sheets_message_has_the_sheets_signature() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw");
        let key = SigningKey::read(&secret).unwrap();
        assert_eq!(
            key.signature(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                r#"{"test": 2432232314}"#
            ),
            "v1,q6KMVIJHk4Gs770FfR5f591Ftx7uVJSGl5wHV1ri978="
        );
    }

    #[test]
    fn what_is_no_key_is_refused_in_words_that_do_not_hold_it() {
        for (text, why) in [
            (
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw",
                "the key of a webhook begins with `whsec_`",
            ),
            ("whsec_!", "behind `whsec_` the key of a webhook is base64"),
            (
                "whsec_AAAA",
                "the key of a webhook has 24 to 64 bytes, and this one has 3",
            ),
        ] {
            let told = SigningKey::read(&Secret::new(text)).unwrap_err();
            assert_eq!(told.to_string(), why);
        }
    }
}
