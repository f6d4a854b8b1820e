//! What a session takes from its surroundings: endpoints, profiles, credentials, certificates.
//!
//! A process has one environment, so each of these runs this test binary again with its own.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use gwctl::aws::{Session, SessionOptions, Timeouts};
use gwctl::fleet::{Region, SystemClock};
use tempfile::TempDir;

use super::emulators::{clean_environment, python};
use super::stand::shared;

/// Set in the process that asks on a test's behalf; its value is the hosted zone to ask for.
const ASK: &str = "GWCTL_TEST_ASK_FOR_ZONE";

/// A role that the same process asks for.
const ROLE: &str = "GWCTL_TEST_ASK_FOR_ROLE";

/// Not a test of its own: what the other tests run in a process with another environment.
#[tokio::test]
async fn ask_from_this_environment() {
    let Ok(zone) = std::env::var(ASK) else { return };
    let session = Session::connect(SessionOptions {
        profile: std::env::var("GWCTL_TEST_PROFILE").ok(),
        http_client: None,
        timeouts: Timeouts {
            attempt: Duration::from_millis(700),
            ..Timeouts::default()
        },
        clock: Arc::new(SystemClock),
    })
    .await;
    println!("home={}", session.home());
    println!("complaint={:?}", session.complaint());
    let acting = session.acting().await;
    println!(
        "credentials={}",
        acting.credentials.unwrap_or_else(|why| why.to_string())
    );
    match session.sts(&Region::global()).identity().await {
        Ok(who) => println!("identity={}", who.account),
        Err(error) => println!("identity={:?}: {}", error.kind, error.message),
    }
    match session.route53().zone(&zone).await {
        Ok(zone) => println!("zone={}", zone.name),
        Err(error) => println!("zone={:?}: {}", error.kind, error.message),
    }
    if let Ok(role) = std::env::var(ROLE) {
        match session.iam().role_arn(&role).await {
            Ok(arn) => println!("role={arn}"),
            Err(error) => println!("role={:?}: {}", error.kind, error.message),
        }
    }
    println!("calls={}", session.ledger().calls());
}

fn ask(configure: impl FnOnce(&mut Command)) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    clean_environment(&mut command);
    command
        .args([
            "--exact",
            "contracts::environment::ask_from_this_environment",
            "--nocapture",
        ])
        .env(ASK, "Z0ORDERS")
        .stdin(Stdio::null());
    configure(&mut command);
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn with_keys(command: &mut Command) {
    command
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test");
}

fn assert_said(output: &str, line: &str) {
    assert!(output.contains(line), "no `{line}` in:\n{output}");
}

#[test]
fn endpoints_come_from_the_environment_one_for_all_and_one_for_a_service() {
    let stand = shared();
    let said = ask(|command| {
        with_keys(command);
        command
            .env("AWS_ENDPOINT_URL", &stand.ministack.url)
            .env("AWS_ENDPOINT_URL_ROUTE_53", &stand.moto.url)
            .env(ASK, &stand.fleet.zone)
            // IAM is asked without an SDK client.
            .env("AWS_ENDPOINT_URL_IAM", &stand.moto.url)
            .env(ROLE, "nobody's");
    });
    assert_said(&said, &format!("identity={}", stand.fleet.account));
    assert_said(&said, "role=NotFound: ");
    assert_said(&said, "zone=orders.example.com");
    assert_said(&said, "home=us-east-1");
}

#[test]
fn a_named_profile_brings_its_region_its_endpoint_and_its_credential_process() {
    let stand = shared();
    let folder = TempDir::new().unwrap();
    let script = folder.path().join("credentials.sh");
    fs::write(
        &script,
        r#"echo '{"Version":1,"AccessKeyId":"test","SecretAccessKey":"test"}'"#,
    )
    .unwrap();
    let config = folder.path().join("config");
    let profile = format!(
        "[profile oncall]\nregion = eu-west-1\nendpoint_url = {}\ncredential_process = sh {}\n",
        stand.ministack.url,
        script.display()
    );
    fs::write(&config, profile).unwrap();
    for name in ["AWS_PROFILE", "GWCTL_TEST_PROFILE"] {
        let said = ask(|command| {
            command.env("AWS_CONFIG_FILE", &config).env(name, "oncall");
        });
        assert_said(&said, "home=eu-west-1");
        assert_said(&said, &format!("identity={}", stand.fleet.account));
    }
}

#[test]
fn without_credentials_nothing_is_sent_and_it_says_what_to_do() {
    let stand = shared();
    let said = ask(|command| {
        command.env("AWS_ENDPOINT_URL", &stand.ministack.url);
    });
    assert_said(
        &said,
        "identity=Credentials: no credentials in the environment, a profile",
    );
    assert_said(&said, "aws sso login");
    assert_said(&said, "calls=0");
}

#[test]
fn a_silent_metadata_service_is_a_lack_of_credentials_and_no_silent_region() {
    let stand = shared();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let metadata = format!("http://{}", silent.local_addr().unwrap());
    let said = ask(|command| {
        command
            .env("AWS_ENDPOINT_URL", &stand.ministack.url)
            .env_remove("AWS_EC2_METADATA_DISABLED")
            .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata);
    });
    assert_said(
        &said,
        "identity=Credentials: no credentials in the environment, a profile",
    );
    assert_said(&said, "aws sso login");
    assert_said(&said, "calls=0");
}

#[test]
fn credentials_that_cannot_be_fetched_are_no_unreachable_region() {
    let stand = shared();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let said = ask(|command| {
        command.env("AWS_ENDPOINT_URL", &stand.ministack.url).env(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            format!("http://127.0.0.1:{port}/"),
        );
    });
    assert_said(&said, "identity=Credentials: no usable credentials");
    assert_said(&said, "calls=0");
}

#[test]
fn an_endpoint_that_accepts_and_never_answers_is_a_time_out() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let said = ask(|command| {
        with_keys(command);
        command.env("AWS_ENDPOINT_URL", url);
    });
    assert_said(&said, "identity=TimedOut: no answer in time");
    assert_said(&said, "calls=4");
}

#[test]
fn an_endpoint_that_refuses_is_unreachable() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let said = ask(|command| {
        with_keys(command);
        command.env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"));
    });
    assert_said(&said, "identity=Unreachable: no connection");
}

#[test]
fn aws_ca_bundle_makes_a_private_authority_trusted() {
    let folder = TempDir::new().unwrap();
    let (url, authority, _server) = https_endpoint(folder.path());
    let trusting = ask(|command| {
        with_keys(command);
        command
            .env("AWS_ENDPOINT_URL", &url)
            .env("AWS_CA_BUNDLE", &authority);
    });
    assert_said(&trusting, "identity=123456789012");
    assert_said(&trusting, "complaint=None");
    let doubting = ask(|command| {
        with_keys(command);
        command.env("AWS_ENDPOINT_URL", &url);
    });
    assert_said(&doubting, "identity=Unreachable: no connection");
}

#[test]
fn an_unusable_ca_bundle_is_complained_about_and_stops_nothing() {
    let stand = shared();
    let said = ask(|command| {
        with_keys(command);
        command
            .env("AWS_ENDPOINT_URL", &stand.ministack.url)
            .env("AWS_CA_BUNDLE", "/nonexistent/ca.pem");
    });
    assert_said(
        &said,
        "complaint=Some(\"AWS_CA_BUNDLE /nonexistent/ca.pem: No such file",
    );
    assert_said(&said, &format!("identity={}", stand.fleet.account));
}

#[test]
fn calls_go_through_the_proxy_of_the_environment() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in proxy.incoming().flatten() {
            let mut line = String::new();
            let _ = std::io::BufRead::read_line(&mut std::io::BufReader::new(stream), &mut line);
            let _ = tell.send(line);
        }
    });
    ask(|command| {
        with_keys(command);
        command
            .env("AWS_ENDPOINT_URL", "https://sts.example.invalid")
            .env("HTTPS_PROXY", address);
    });
    let asked = told.recv_timeout(Duration::from_secs(60)).unwrap();
    assert_eq!(asked.trim(), "CONNECT sts.example.invalid:443 HTTP/1.1");
}

/// AWS's files with a whole key for `prod`, in a folder of their own.
fn files(config: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let keys = "[prod]\naws_access_key_id = PRODKEY\naws_secret_access_key = x\n";
    fs::write(folder.path().join("credentials"), keys).unwrap();
    fs::write(folder.path().join("config"), config).unwrap();
    folder
}

fn with_files(command: &mut Command, folder: &TempDir) {
    command
        .env("AWS_CONFIG_FILE", folder.path().join("config"))
        .env(
            "AWS_SHARED_CREDENTIALS_FILE",
            folder.path().join("credentials"),
        );
}

/// An STS that calls the account by the key that signed.
fn account_by_key() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            while !String::from_utf8_lossy(&request).contains("Action=") {
                match std::io::Read::read(&mut stream, &mut piece) {
                    Ok(0) | Err(_) => break,
                    Ok(n) => request.extend_from_slice(&piece[..n]),
                }
            }
            let request = String::from_utf8_lossy(&request).into_owned();
            let key = request
                .split("Credential=")
                .nth(1)
                .and_then(|rest| rest.split('/').next());
            let body = format!(
                "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/a</Arn>\
                 <UserId>U</UserId><Account>{}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
                key.unwrap_or("nobody")
            );
            let reply = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let _ = std::io::Write::write_all(&mut stream, reply.as_bytes());
        }
    });
    url
}

#[test]
fn a_profile_that_is_named_comes_before_exported_keys_and_one_of_the_environment_after() {
    let folder = files("");
    let url = account_by_key();
    let said = ask(|command| {
        with_keys(command);
        with_files(command, &folder);
        command
            .env("AWS_ENDPOINT_URL_STS", &url)
            .env("GWCTL_TEST_PROFILE", "prod");
    });
    assert_said(&said, "identity=PRODKEY");
    assert_said(&said, "credentials=profile `prod`");
    assert_said(&said, "the exported AWS_ACCESS_KEY_ID is not used");
    let said = ask(|command| {
        with_keys(command);
        with_files(command, &folder);
        command
            .env("AWS_ENDPOINT_URL_STS", &url)
            .env("AWS_PROFILE", "prod");
    });
    assert_said(&said, "identity=test");
    assert_said(
        &said,
        "profile `prod` (AWS_PROFILE) is not used: exported keys come first",
    );
}

#[test]
fn a_profile_that_does_not_exist_is_no_reason_to_act_as_somebody_else() {
    let folder = files("[profile stage]\nregion = us-east-1\n");
    for name in ["AWS_PROFILE", "GWCTL_TEST_PROFILE"] {
        let said = ask(|command| {
            with_keys(command);
            with_files(command, &folder);
            command.env(name, "no-such");
        });
        assert_said(&said, "identity=Credentials: there is no profile `no-such`");
        assert_said(&said, "there are prod, stage");
        assert_said(&said, "calls=0");
    }
}

#[test]
fn each_reason_for_having_no_credentials_has_a_sentence_of_its_own() {
    let folder = files(concat!(
        "[profile sso]\nsso_start_url = https://corp.example.com/start\nsso_region = us-east-1\n",
        "sso_account_id = 111122223333\nsso_role_name = ops\n",
        "[profile web]\nrole_arn = arn:aws:iam::1:role/ops\nweb_identity_token_file = /nonexistent/token\n",
        "[profile lost]\nrole_arn = arn:aws:iam::1:role/ops\nsource_profile = nowhere\n",
        "[profile bare]\nregion = us-east-1\n",
        "[profile program]\ncredential_process = sh -c 'exit 3'\n",
    ));
    let config = folder.path().join("config").display().to_string();
    for (profile, wanted) in [
        (
            "sso",
            format!(
                "profile `sso` ({config}:1): there is no sign-in session: run `aws sso login --profile sso`"
            ),
        ),
        (
            "web",
            format!(
                "cannot read the token file /nonexistent/token that {config}:8 names: No such file"
            ),
        ),
        (
            "lost",
            format!(
                "profile `lost` takes its credentials from profile `nowhere` ({config}:11), which is not in"
            ),
        ),
        (
            "bare",
            format!("profile `bare` ({config}:12) holds no credentials"),
        ),
        (
            "program",
            format!(
                "profile `program` ({config}:14): the program of `credential_process` ({config}:15) returns"
            ),
        ),
    ] {
        let said = ask(|command| {
            with_files(command, &folder);
            command.env("AWS_PROFILE", profile);
        });
        assert_said(&said, &format!("identity=Credentials: {wanted}"));
        assert!(!said.contains("Error {"), "{said}");
    }
}

#[test]
fn a_role_that_asks_for_mfa_is_refused_in_words_that_say_so() {
    let folder = files(
        "[profile mfa]\nrole_arn = arn:aws:iam::1:role/ops\nsource_profile = prod\nmfa_serial = arn:aws:iam::1:mfa/ada\n",
    );
    let url = refusing_sts();
    let said = ask(|command| {
        with_files(command, &folder);
        command
            .env("AWS_ENDPOINT_URL_STS", &url)
            .env("AWS_PROFILE", "mfa");
    });
    assert_said(
        &said,
        "STS does not return credentials for the role arn:aws:iam::1:role/ops of profile `mfa`",
    );
    assert_said(
        &said,
        "AccessDenied: User: x is not authorized to perform: sts:AssumeRole",
    );
    assert_said(&said, "config:4) requires: run");
    assert!(!said.contains("Error {"), "{said}");
}

/// An STS that gives nobody anything.
fn refusing_sts() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = std::io::Read::read(&mut stream, &mut [0; 8192]);
            let body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: x is not \
                authorized to perform: sts:AssumeRole</Message></Error><RequestId>r</RequestId></ErrorResponse>";
            let reply = format!(
                "HTTP/1.1 403 Forbidden\r\nContent-Type: text/xml\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let _ = std::io::Write::write_all(&mut stream, reply.as_bytes());
        }
    });
    url
}

/// An STS of its own behind TLS, with a certificate that only its own authority vouches for.
fn https_endpoint(folder: &Path) -> (String, std::path::PathBuf, Ended) {
    let mut command = Command::new(python());
    clean_environment(&mut command);
    let mut server = command
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/contracts/https.py"
        ))
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    let mut output = std::io::BufReader::new(server.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut output, &mut port).unwrap();
    (
        format!("https://localhost:{}", port.trim()),
        folder.join("authority.pem"),
        Ended(server),
    )
}

/// Ends its process when dropped.
struct Ended(std::process::Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
