//! `-v`: who acts, in which account, and by which way.

use std::time::Duration;

use super::output::tell;
use crate::aws::Session;

/// A Region that does not answer must not hold up what was asked for.
const PATIENCE: Duration = Duration::from_secs(6);

/// Says on stderr whose credentials sign, which account they are of, and where calls go.
pub async fn introduce(session: &Session) {
    let acting = session.acting().await;
    for line in acting.route {
        tell(format!("gwctl: {line}"));
    }
    match acting.credentials {
        Err(why) => tell(format!("gwctl: credentials: none: {why}")),
        Ok(whose) => {
            tell(format!("gwctl: credentials: {whose}"));
            tell(format!("gwctl: {}", account(session).await));
        }
    }
}

async fn account(session: &Session) -> String {
    let sts = session.sts(&session.home());
    match tokio::time::timeout(PATIENCE, sts.identity()).await {
        Ok(Ok(who)) => format!("account {} as {}", who.account, who.arn),
        Ok(Err(error)) => format!("account not known: {error}"),
        Err(_) => format!(
            "account not known: STS in {} gave no answer in {} s",
            session.home(),
            PATIENCE.as_secs()
        ),
    }
}
