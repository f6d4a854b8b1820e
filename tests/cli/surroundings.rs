//! What the environment and AWS's files may hold: nothing of it ends gwctl in a panic, empty is unset, and what is
//! wrong is said.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::harness::{Home, Ran, fleet};
use super::served::Served;

/// Odd environments, a variable each or two.
const ENVIRONMENTS: &[&[(&str, &str)]] = &[
    &[("AWS_RETRY_MODE", "legacy")],
    &[("AWS_RETRY_MODE", "")],
    &[("AWS_RETRY_MODE", "adaptive")],
    &[("AWS_MAX_ATTEMPTS", "0")],
    &[("AWS_MAX_ATTEMPTS", "")],
    &[("AWS_MAX_ATTEMPTS", "many")],
    &[("AWS_ENDPOINT_URL", "")],
    &[("AWS_ENDPOINT_URL", "localhost:4566")],
    &[("AWS_ENDPOINT_URL", "::")],
    &[("AWS_ENDPOINT_URL_RDS", "")],
    &[("AWS_ENDPOINT_URL_STS", "http://")],
    &[("AWS_ENDPOINT_URL_ROUTE_53", "http://a b")],
    &[
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
        ("AWS_ENDPOINT_URL_LAMBDA", "x"),
    ],
    &[("AWS_REGION", "")],
    &[("AWS_REGION", "../etc")],
    &[("AWS_REGION", "us-east-1\n")],
    &[("AWS_PROFILE", "")],
    &[("AWS_PROFILE", "nobody")],
    &[("AWS_PROFILE", "old")],
    &[("AWS_PROFILE", "empty-endpoint")],
    &[("AWS_PROFILE", "services")],
    &[("AWS_PROFILE", "loop")],
    &[("AWS_PROFILE", "sso")],
    &[("AWS_PROFILE", "odd-sso")],
    &[("AWS_PROFILE", "web")],
    &[("AWS_PROFILE", "process")],
    &[("AWS_PROFILE", "source")],
    &[("GWCTL_PROFILE", "loop")],
    &[("GWCTL_PROFILE", "old")],
    &[("GWCTL_PROFILE", "mfa")],
    &[("AWS_CONFIG_FILE", ""), ("AWS_SHARED_CREDENTIALS_FILE", "")],
    &[("AWS_CONFIG_FILE", "/dev/null")],
    &[("AWS_CONFIG_FILE", "/")],
    &[("AWS_CA_BUNDLE", "")],
    &[("AWS_CA_BUNDLE", "/")],
    &[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")],
    &[("AWS_ACCESS_KEY_ID", "a\nb")],
    &[("AWS_SECRET_ACCESS_KEY", "")],
    &[("AWS_SESSION_TOKEN", "two\nlines")],
    &[("AWS_SESSION_TOKEN", "ü")],
    &[
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere"),
        ("AWS_ACCESS_KEY_ID", ""),
    ],
    &[
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "::"),
        ("AWS_ACCESS_KEY_ID", ""),
    ],
    &[
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "a b"),
        ("AWS_ACCESS_KEY_ID", ""),
    ],
    &[
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\nb"),
        ("AWS_ACCESS_KEY_ID", ""),
        ("AWS_SECRET_ACCESS_KEY", ""),
    ],
    &[
        ("AWS_EC2_METADATA_DISABLED", ""),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "::"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "x"),
        ("AWS_ACCESS_KEY_ID", ""),
        ("AWS_SECRET_ACCESS_KEY", ""),
    ],
    &[
        ("AWS_USE_FIPS_ENDPOINT", ""),
        ("AWS_USE_DUALSTACK_ENDPOINT", "maybe"),
    ],
    &[("AWS_SDK_UA_APP_ID", "a b\u{1b}")],
    &[
        ("AWS_DEFAULTS_MODE", "x"),
        ("AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES", "-1"),
    ],
    &[
        ("AWS_STS_REGIONAL_ENDPOINTS", "x"),
        ("AWS_ACCOUNT_ID_ENDPOINT_MODE", "x"),
    ],
    &[
        ("HTTPS_PROXY", "::"),
        ("HTTP_PROXY", "::"),
        ("NO_PROXY", "::,/,*"),
    ],
    &[("HTTPS_PROXY", ""), ("https_proxy", ""), ("ALL_PROXY", "")],
    &[("ALL_PROXY", "socks5://127.0.0.1:1")],
    &[
        ("GWCTL_WRITE", ""),
        ("GWCTL_MOUSE", ""),
        ("GWCTL_COLOR", ""),
    ],
    &[("GWCTL_WRITE", "1"), ("GWCTL_MOUSE", "yes")],
    &[
        ("GWCTL_CONFIG", ""),
        ("GWCTL_FLEET", ""),
        ("GWCTL_THEME", ""),
        ("GWCTL_LOG", ""),
    ],
    &[("GWCTL_DNS", ""), ("GWCTL_CLOCK", "")],
    &[
        ("GWCTL_DNS", "x"),
        (
            "GWCTL_CLOCK",
            "9223372036854775807@-9223372036854775808:1e308",
        ),
    ],
    &[("GWCTL_CLOCK", "253402207200000@0:3600")],
    &[("XDG_CONFIG_HOME", ""), ("XDG_STATE_HOME", "")],
    &[("XDG_STATE_HOME", "not/absolute")],
    &[
        ("USER", ""),
        ("TZ", "Nowhere/Nothing"),
        ("LANG", "xx"),
        ("TERM", ""),
    ],
    &[("COLUMNS", "0"), ("LINES", "-3"), ("NO_COLOR", "")],
    &[("SSL_CERT_FILE", ""), ("SSL_CERT_DIR", "")],
    &[("SSL_CERT_FILE", "/nowhere")],
];

/// Every command that could be of any concern; short time-outs where it asks.
const COMMANDS: &[&[&str]] = &[
    &["status", "--timeout", "400ms"],
    &["doctor", "--timeout", "400ms", "-v"],
    &["evacuate", "eu-west-1", "--dry-run", "--timeout", "400ms"],
    &["drift", "--wait", "400ms"],
    &["runs"],
    &["info"],
    &["config", "check"],
    &["iam-policy", "dashboard", "--timeout", "400ms"],
];

/// AWS's configuration with a profile for every oddity.
const PROFILES: &str = "\
[default]\nregion = us-east-1\n\
[profile old]\nregion = us-east-1\nretry_mode = legacy\nmax_attempts = 0\n\
[profile empty-endpoint]\nendpoint_url =\nregion =\n\
[profile services]\nservices = local\n[services local]\nrds =\n  endpoint_url = nowhere\n\
[profile loop]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = pool\n\
[profile pool]\nrole_arn = arn:aws:iam::1:role/b\nsource_profile = loop\n\
[profile sso]\nsso_start_url = https://c.example.com/start\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = a\n\
[profile odd-sso]\nsso_session = nowhere\nsso_account_id = 1\nsso_role_name = a\n\
[profile web]\nrole_arn = arn:aws:iam::1:role/a\nweb_identity_token_file = /nowhere/token\n\
[profile process]\ncredential_process = echo '{\"Version\": 9}'\n\
[profile source]\nrole_arn = arn:aws:iam::1:role/a\ncredential_source = Nowhere\n\
[profile mfa]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = base\nmfa_serial = arn:aws:iam::1:mfa/ada\n\
[profile base]\naws_access_key_id = A\naws_secret_access_key = B\n";

/// Whole files that are odd, in place of AWS's configuration.
const FILES: &[&str] = &[
    "[profile ops]\n  region = us-east-1\n",
    "region = us-east-1\n",
    "[default\n",
    "[]\n=\n",
    "[default]\nregion\n",
    "[profile \u{1b}[31m]\nregion = x\n",
    "[default]\nregion = \u{feff}us-east-1\nretry_mode = \u{0}\n",
];

fn with_files(config: &str) -> Home {
    let home = Home::new();
    home.configure(&fleet(&["us-east-1", "eu-west-1"]));
    std::fs::create_dir_all(home.path(".aws")).unwrap();
    std::fs::write(home.path(".aws/config"), config).unwrap();
    home
}

/// A command of which nothing answers, with keys, in `home`.
fn lonely(home: &Home, args: &[&str]) -> Command {
    let mut command = home.command(args);
    command
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .env("AWS_ACCESS_KEY_ID", "A")
        .env("AWS_SECRET_ACCESS_KEY", "B")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

fn assert_no_panic(ran: &Ran, what: &dyn std::fmt::Debug) {
    assert!(
        ran.code != 101 && ran.code >= 0,
        "{what:?}: {}\n{}",
        ran.code,
        ran.err
    );
    for text in [&ran.err, &ran.out] {
        assert!(!text.contains("panicked"), "{what:?}: {text}");
        assert!(
            !text.contains("Error {"),
            "a structure of Rust: {what:?}: {text}"
        );
    }
}

/// Runs all of `cases`, some side by side.
fn all<T: Sync>(cases: &[T], check: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    check(case);
                }
            });
        }
    });
}

#[test]
fn no_environment_makes_any_command_panic() {
    let home = with_files(PROFILES);
    let cases: Vec<_> = ENVIRONMENTS
        .iter()
        .flat_map(|environment| COMMANDS.iter().map(move |args| (*environment, *args)))
        .collect();
    all(&cases, |case| {
        let mut command = lonely(&home, case.1);
        command.envs(case.0.iter().copied());
        assert_no_panic(&Ran::of(command.output().unwrap()), case);
    });
}

#[test]
fn no_file_of_aws_makes_any_command_panic_and_a_line_that_is_wrong_is_named() {
    let homes: Vec<(Home, &str)> = FILES.iter().map(|text| (with_files(text), *text)).collect();
    let cases: Vec<_> = homes
        .iter()
        .flat_map(|home| COMMANDS.iter().map(move |args| (home, *args)))
        .collect();
    all(&cases, |((home, text), args)| {
        assert_no_panic(
            &Ran::of(lonely(home, args).output().unwrap()),
            &(text, args),
        );
    });
    let (home, _) = &homes[0];
    let ran = Ran::of(
        lonely(home, &["status", "--timeout", "2s"])
            .output()
            .unwrap(),
    );
    let said = format!("{} on line 2", home.path(".aws/config").display());
    assert!(ran.out.contains(&said), "{}", ran.out);
}

#[test]
fn a_variable_that_is_empty_is_one_that_is_not_set() {
    let served = Served::start(&[]);
    let empty = [
        "AWS_ENDPOINT_URL_RDS",
        "AWS_ENDPOINT_URL_LAMBDA",
        "AWS_PROFILE",
        "AWS_MAX_ATTEMPTS",
        "AWS_RETRY_MODE",
        "AWS_CA_BUNDLE",
        "HTTPS_PROXY",
        "GWCTL_WRITE",
        "GWCTL_MOUSE",
        "GWCTL_COLOR",
        "GWCTL_FLEET",
        "GWCTL_LOG",
        "GWCTL_CLOCK",
    ];
    let home = Home::new();
    let mut command = served.command(&home, &["status"]);
    command.envs(empty.map(|name| (name, "")));
    let ran = Ran::of(command.output().unwrap());
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);

    let profile = home.path("aws-config");
    std::fs::write(&profile, "[profile ops]\nendpoint_url =\nregion =\n").unwrap();
    let mut command = served.command(&home, &["status"]);
    command.env("AWS_CONFIG_FILE", &profile);
    let ran = Ran::of(command.env("AWS_PROFILE", "ops").output().unwrap());
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
}

#[test]
fn a_switch_of_the_environment_takes_what_people_write_and_names_the_variable_otherwise() {
    let home = Home::new();
    let ran = |value: &str| {
        let mut command = home.command(&["config", "schema"]);
        Ran::of(command.env("GWCTL_WRITE", value).output().unwrap())
    };
    for good in ["1", "yes", "true", "on", "0", "no", "off", ""] {
        assert_eq!(ran(good).code, 0, "{good}: {}", ran(good).err);
    }
    let wrong = ran("perhaps");
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.err.contains("GWCTL_WRITE is `perhaps`"),
        "{}",
        wrong.err
    );
    assert!(wrong.err.contains("Accepted: 1, yes"), "{}", wrong.err);
    let mut color = home.command(&["config", "schema"]);
    let ran = Ran::of(color.env("GWCTL_COLOR", "mauve").output().unwrap());
    assert!(ran.err.contains("GWCTL_COLOR is `mauve`"), "{}", ran.err);
    assert!(ran.err.contains("auto, always, never"), "{}", ran.err);
}

#[test]
fn v_says_whose_credentials_act_in_which_account_and_by_which_endpoint() {
    let served = Served::start(&[]);
    let home = Home::new();
    let ran = Ran::of(served.command(&home, &["status", "-v"]).output().unwrap());
    let url = served.export("AWS_ENDPOINT_URL");
    for said in [
        format!("endpoint {url} (AWS_ENDPOINT_URL)"),
        "credentials: the environment's (AWS_ACCESS_KEY_ID), access key …ATED".into(),
        "account 123456789012 as arn:aws:sts::123456789012:assumed-role/".into(),
    ] {
        assert!(ran.err.contains(&said), "no `{said}` in {}", ran.err);
    }
    let mut proxied = served.command(&home, &["status", "-v", "--timeout", "1s"]);
    proxied
        .env("HTTPS_PROXY", "http://ada:secret@127.0.0.1:1")
        .env("NO_PROXY", "127.0.0.1");
    let ran = Ran::of(proxied.output().unwrap());
    assert!(
        ran.err
            .contains("through the proxy http://127.0.0.1:1 (HTTPS_PROXY)"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains("secret"), "{}", ran.err);
    let ran = home.run(&["status", "--demo", "-v"]);
    assert!(ran.err.contains("AWS is simulated"), "{}", ran.err);
}

#[test]
fn a_global_cluster_is_the_same_in_any_case() {
    let served = Served::start(&[]);
    let home = Home::new();
    let text = std::fs::read_to_string(served.export("GWCTL_CONFIG")).unwrap();
    let mixed = text.replace("global_cluster = \"orders\"", "global_cluster = \"Orders\"");
    assert_ne!(text, mixed);
    let file = home.configure(&mixed);
    let mut command = served.command(&home, &["status"]);
    let ran = Ran::of(command.env("GWCTL_CONFIG", file).output().unwrap());
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
}

#[test]
fn the_served_environment_reaches_the_database_by_aws_cli_v1_in_us_east_1() {
    // It takes that one endpoint from a table of its own, before any variable.
    let home = Home::new();
    let mut child = home
        .command(&["sim", "serve"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut text = String::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    while !text.contains("Ctrl-C") {
        assert!(lines.read_line(&mut text).unwrap() > 0);
    }
    let _ = child.kill();
    let _ = child.wait();
    let stub = home.path("bin/aws");
    std::fs::create_dir_all(stub.parent().unwrap()).unwrap();
    std::fs::write(&stub, "#!/bin/sh\necho aws \"$@\"\n").unwrap();
    let made = Command::new("chmod").arg("+x").arg(&stub).status();
    assert!(made.unwrap().success());
    let script = format!(
        "PATH={}:$PATH\n{text}\naws rds describe-global-clusters\naws sts x\n",
        home.path("bin").display()
    );
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("aws --endpoint-url http://127.0.0.1:"),
        "{said}"
    );
    assert!(
        said.contains(" rds describe-global-clusters\naws sts x\n"),
        "{said}"
    );
}

#[test]
fn a_pipe_that_lies_where_a_file_should_be_holds_nobody_up() {
    let home = Home::new();
    let runs = home.path("state/gwctl/runs");
    std::fs::create_dir_all(&runs).unwrap();
    std::fs::create_dir_all(home.path("config/gwctl/themes")).unwrap();
    std::fs::create_dir_all(home.path(".aws")).unwrap();
    for pipe in [
        "state/gwctl/runs/odd.jsonl",
        "state/gwctl/gwctl.log",
        "config/gwctl/config.toml",
        ".aws/config",
    ] {
        let made = Command::new("mkfifo").arg(home.path(pipe)).status();
        assert!(made.unwrap().success());
    }
    let ran = within_a_minute(home.command(&["runs"]));
    assert!(ran.out.contains("odd"), "{}\n{}", ran.out, ran.err);
    let ran = within_a_minute(home.command(&["config", "check"]));
    assert!(
        ran.err.contains("it is a named pipe, not a file"),
        "{}",
        ran.err
    );
    std::fs::remove_file(home.path("config/gwctl/config.toml")).unwrap();
    home.configure(&fleet(&["us-east-1"]));
    let ran = within_a_minute(lonely(&home, &["status", "--timeout", "1s"]));
    assert!(
        ran.out.contains("it is a named pipe, not a file"),
        "{}",
        ran.out
    );
}

/// A run that must end by itself; one that hangs is ended and fails.
fn within_a_minute(mut command: Command) -> Ran {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    for _ in 0..600 {
        if child.try_wait().unwrap().is_some() {
            return Ran::of(child.wait_with_output().unwrap());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let _ = child.kill();
    panic!("it hangs");
}
