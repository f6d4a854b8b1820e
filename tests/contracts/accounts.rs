//! How gwctl gets into several accounts: roles with an external id, MFA asked for once, renewal, a dark STS.

use std::time::Duration;

use gwctl::aws::{
    ErrorKind, Session, SessionOptions, Timeouts, give_mfa_code, in_process, mfa_devices_waiting,
};
use gwctl::fleet::{Access, Account, AccountsSpec, Region};
use gwctl::sim::{Scenario, Sim, SimOptions, wire};

fn region(code: &str) -> Region {
    Region::new(code).unwrap()
}

fn world(scenario: &str) -> Sim {
    let mut scenario = Scenario::load(scenario).unwrap();
    scenario.accounts = true;
    Sim::new(SimOptions {
        scenario,
        start: Some("2026-11-23T14:00:00Z".parse().unwrap()),
        ..SimOptions::default()
    })
    .unwrap()
}

async fn session(sim: &Sim, accounts: &AccountsSpec) -> Session {
    let options = SessionOptions {
        profile: None,
        http_client: Some(in_process(wire::handler(sim.clone()))),
        timeouts: Timeouts::default(),
        clock: sim.clock(),
    };
    let regions = [region("us-east-1"), region("eu-west-1")];
    Session::connect_accounts(options, accounts, &regions).await
}

fn changed(sim: &Sim, change: impl Fn(&mut Access)) -> AccountsSpec {
    let mut accounts = sim.spec().accounts;
    for access in [&mut accounts.dns, &mut accounts.edge] {
        change(access.as_mut().unwrap());
    }
    accounts
}

fn calls(session: &Session, operation: &str) -> u64 {
    let ledger = session.ledger();
    let all = ledger.stats().filter(|(key, _)| key.operation == operation);
    all.map(|(_, stats)| stats.calls).sum()
}

#[tokio::test(start_paused = true)]
async fn a_call_from_the_wrong_account_is_refused() {
    let sim = world("calm");
    let session = session(&sim, &sim.spec().accounts).await;
    let here = region("us-east-1");
    let zone = sim.spec().edge.hosted_zone;
    assert!(session.route53().zone(&zone).await.is_ok());
    let astray = session.in_account(Account::Edge).route53();
    assert_eq!(
        astray.zone(&zone).await.unwrap_err().kind,
        ErrorKind::NotAllowed
    );
    let rds = session.in_account(Account::Workload).rds(&here);
    assert!(rds.topology("orders").await.is_err());
    assert!(session.rds(&here).topology("orders").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_wrong_external_id_is_told_with_what_to_do() {
    let sim = world("calm");
    let wrong = changed(&sim, |access| access.external_id = Some("other".into()));
    let session = session(&sim, &wrong).await;
    let zone = sim.spec().edge.hosted_zone;
    let error = session.route53().zone(&zone).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Credentials);
    let said = error.to_string();
    for part in [
        "arn:aws:iam::333344445555:role/gwctl",
        "STS refused to assume",
        "not authorized to perform: sts:AssumeRole",
        "external id",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    // The other accounts are not touched by it.
    let rds = session.rds(&region("us-east-1"));
    assert!(rds.topology("orders").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn one_mfa_code_serves_every_role() {
    const DEVICE: &str = "arn:aws:iam::111122223333:mfa/one-code";
    let sim = world("calm");
    let accounts = changed(&sim, |access| access.mfa_serial = Some(DEVICE.into()));
    let session = session(&sim, &accounts).await;
    let here = region("us-east-1");
    let who = async |account: Account| session.in_account(account).sts(&here).identity().await;

    let error = who(Account::Dns).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Credentials);
    assert!(error.message.contains("MFA code of"), "{}", error.message);
    assert!(mfa_devices_waiting().borrow().contains(DEVICE));
    assert_eq!(calls(&session, "GetSessionToken"), 0);

    give_mfa_code(DEVICE, "000000");
    assert!(!mfa_devices_waiting().borrow().contains(DEVICE));
    let error = who(Account::Dns).await.unwrap_err();
    assert!(
        error.message.contains("refused the MFA code"),
        "{}",
        error.message
    );
    assert!(mfa_devices_waiting().borrow().contains(DEVICE));

    give_mfa_code(DEVICE, " 123456 ");
    assert_eq!(who(Account::Dns).await.unwrap().account, "333344445555");
    assert_eq!(who(Account::Edge).await.unwrap().account, "444455556666");
    assert_eq!(calls(&session, "GetSessionToken"), 2);
    assert!(!mfa_devices_waiting().borrow().contains(DEVICE));

    // The roles end after an hour, the proof of MFA does not.
    sim.advance(Duration::from_hours(3));
    assert_eq!(who(Account::Edge).await.unwrap().account, "444455556666");
    assert_eq!(calls(&session, "GetSessionToken"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_role_is_assumed_again_before_its_credentials_end() {
    let sim = world("calm");
    let session = session(&sim, &sim.spec().accounts).await;
    let rds = session.rds(&region("us-east-1"));
    for _ in 0..3 {
        rds.topology("orders").await.unwrap();
    }
    assert_eq!(calls(&session, "AssumeRole"), 1);
    sim.advance(Duration::from_mins(61));
    rds.topology("orders").await.unwrap();
    assert_eq!(calls(&session, "AssumeRole"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_dark_region_does_not_keep_the_credentials_back() {
    let sim = world("primary-dark");
    sim.advance(Duration::from_mins(12));
    let session = session(&sim, &sim.spec().accounts).await;
    let rds = session.rds(&region("eu-west-1"));
    assert!(rds.topology("orders").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn in_an_outage_the_next_mfa_code_goes_to_another_region() {
    const DEVICE: &str = "arn:aws:iam::111122223333:mfa/outage";
    let sim = world("primary-dark");
    sim.advance(Duration::from_mins(12));
    let accounts = changed(&sim, |access| access.mfa_serial = Some(DEVICE.into()));
    let session = session(&sim, &accounts).await;
    let sts = session.in_account(Account::Dns).sts(&region("eu-west-1"));
    give_mfa_code(DEVICE, "123456");
    assert!(
        sts.identity().await.is_err(),
        "us-east-1 took it, and is dark"
    );
    assert!(mfa_devices_waiting().borrow().contains(DEVICE));
    give_mfa_code(DEVICE, "123456");
    assert_eq!(sts.identity().await.unwrap().account, "333344445555");
}

/// What STS of us-east-1 makes of a request: it neither answers nor refuses.
#[derive(Debug, Clone, Copy)]
enum Grey {
    /// An error of its own, without a reason.
    Fails,
    /// Something in its way answers in another language.
    Babbles,
    /// Nothing, with the connection open.
    Hangs,
}

/// A session over a world whose STS is grey in us-east-1, or everywhere.
async fn through_grey(sim: &Sim, grey: Grey, everywhere: bool) -> Session {
    let inner = wire::handler(sim.clone());
    let handler: gwctl::aws::Handler = std::sync::Arc::new(move |request| {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let answer = inner(request);
        let is_grey = host.starts_with("sts.") && (everywhere || host.contains("us-east-1"));
        Box::pin(async move {
            if !is_grey {
                return answer.await;
            }
            let reply = http::Response::builder();
            let reply = match grey {
                Grey::Fails => reply.status(500).body(Vec::new()),
                Grey::Babbles => reply.status(200).body(b"<html>please wait</html>".to_vec()),
                Grey::Hangs => std::future::pending().await,
            };
            Ok(reply.unwrap())
        })
    });
    let options = SessionOptions {
        profile: None,
        http_client: Some(in_process(handler)),
        timeouts: Timeouts::default(),
        clock: sim.clock(),
    };
    let regions = [region("us-east-1"), region("eu-west-1")];
    Session::connect_accounts(options, &sim.spec().accounts, &regions).await
}

#[tokio::test(start_paused = true)]
async fn an_sts_that_neither_answers_nor_refuses_is_passed_over_and_is_no_refusal() {
    for grey in [Grey::Fails, Grey::Babbles, Grey::Hangs] {
        let sim = world("calm");
        let session = through_grey(&sim, grey, false).await;
        let rds = session.rds(&region("eu-west-1"));
        let told = rds.topology("orders").await;
        assert!(told.is_ok(), "{grey:?}: {told:?}");

        let session = through_grey(&sim, grey, true).await;
        let rds = session.rds(&region("eu-west-1"));
        let error = rds.topology("orders").await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Credentials, "{grey:?}: {error:?}");
        assert!(
            error.message.contains("could not be assumed")
                && !error.message.contains("refused to assume"),
            "{grey:?}: {error:?}"
        );
    }
}
