//! What a person does about a cause, where no action of gwctl ends it: an evacuation, say, only leads clients around it.

use crate::hypothesis::Hypothesis;

/// By the cause's name. What is not here has a guided action that ends it, or tells itself what to look at.
const BY_HAND: [(&str, &str); 13] = [
    (
        "alarm-wrong",
        "put back what the alarm was before, or delete it; clients are not hit",
    ),
    (
        "traffic-surge",
        "find out with the clients' owners whether they are wanted; raise the limit that they reach, or let a \
         rate-based rule of AWS WAF refuse them at CloudFront",
    ),
    (
        "noisy-client",
        "find it by its address or key in the access log; let AWS WAF refuse it at CloudFront, or stop its key",
    ),
    (
        "credential-expired",
        "get a new credential from that service, put it where the functions read it, and start them again",
    ),
    (
        "password-refused",
        "put the password that the database has into the secret, or the secret's earlier value back; functions that \
         read it at their start have to start again",
    ),
    (
        "connections-exhausted",
        "end sessions that do nothing (`pg_terminate_backend`), or let fewer functions run at once",
    ),
    (
        "bad-configuration",
        "put the earlier settings back with the tool that changed them: gwctl does not know their values",
    ),
    (
        "dependency-slow",
        "ask whoever runs that service; a shorter timeout in the functions lets them fail quickly",
    ),
    (
        "functions-throttled",
        "raise the function's reserved concurrency or delete it, or have the account's quota raised",
    ),
    (
        "api-throttled",
        "raise the limit of the API's stage, or have the account's quota raised",
    ),
    (
        "write-forwarding-broken",
        "switch write forwarding of the secondary on again, or let the functions write to the writer's endpoint",
    ),
    (
        "replication-behind",
        "look for what writes much, and for a secondary with less power than the writer; until it caught up, a \
         failover to it loses more",
    ),
    (
        "calls-throttled",
        "look for other programs that ask AWS with the same account, and use calm pace meanwhile",
    ),
];

impl Hypothesis {
    /// What a person does about it; none where an action does all.
    pub fn by_hand(&self) -> Option<&'static str> {
        let mut known = BY_HAND.iter();
        let (_, advice) = known.find(|(cause, _)| *cause == self.cause)?;
        Some(advice)
    }
}
